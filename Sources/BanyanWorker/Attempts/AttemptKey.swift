import BanyanCore

/// One attempt of one task on this machine. It tells attempts apart; the token, which is a secret, is not used for it.
public struct AttemptKey: Hashable, Sendable, CustomStringConvertible {
  /// The task that this is an attempt of.
  public var task: TaskID
  /// Which claim of the task it is, as in `BANYAN_ATTEMPT`.
  public var claimNumber: Int64

  /// The attempt that one claim of a task is.
  public init(task: TaskID, claimNumber: Int64) {
    self.task = task
    self.claimNumber = claimNumber
  }

  /// The task and the attempt, as in paths.
  public var description: String { "\(task)/\(claimNumber)" }
}
