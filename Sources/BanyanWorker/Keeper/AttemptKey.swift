import BanyanCore
import BanyanJSON
import BanyanWire

/// One attempt of one task on this machine. It tells attempts apart; the token, which is a secret, is not used for it.
public struct AttemptKey: Hashable, Sendable, CustomStringConvertible {
  /// Whose.
  public var task: TaskID
  /// The attempt: `BANYAN_ATTEMPT`.
  public var claimNumber: Int64

  /// An attempt of `task`.
  public init(task: TaskID, claimNumber: Int64) {
    self.task = task
    self.claimNumber = claimNumber
  }

  /// The task and the attempt, as in paths.
  public var description: String { "\(task)/\(claimNumber)" }
}

extension AttemptKey {
  init(_ node: JSONNode) throws(KeeperError) {
    guard let text = node["task"]?.string, let task = Identifier(text), let number = node["claim"]?.integer else {
      throw KeeperError("an attempt is named by task (24 hexadecimal digits) and claim (an integer)")
    }
    self.init(task: task, claimNumber: number)
  }

  func write(to object: inout JSONObjectWriter) {
    object.set("task", task.description)
    object.set("claim", claimNumber)
  }
}

/// What went wrong between a worker and its keeper.
public struct KeeperError: Error, Sendable, CustomStringConvertible {
  /// In words.
  public let description: String

  init(_ description: String) { self.description = description }
}
