/// What a member of a job is, by its newest task.
public enum MemberState: UInt8, CaseIterable, Sendable {
  /// It waits for those before it, or for its provider.
  case inactive
  /// It waits, and its provider holds it.
  case held
  /// It waits for a worker.
  case available
  case running
  case pendingCancellation
  case succeeded
  case failed
  case cancelled

  /// Its name in documents.
  public var name: String { self == .pendingCancellation ? "pending_cancellation" : "\(self)" }
}

/// How many members of a job stand in each state.
public struct JobCounts: Hashable, Sendable {
  // By the states' raw values. Eight numbers beside each other, as an array would be one more object a job.
  private var numbers = SIMD8<UInt32>()

  /// The counts of a job without members: all zero.
  public init() {}

  /// How many stand in a state.
  public subscript(state: MemberState) -> UInt32 {
    get { numbers[Int(state.rawValue)] }
    set { numbers[Int(state.rawValue)] = newValue }
  }

  /// What the job is, by its members.
  public var state: JobState {
    if self[.running] > 0 || self[.pendingCancellation] > 0 { return .running }
    if self[.available] > 0 { return .waiting }
    if self[.held] > 0 { return .held }
    if self[.inactive] > 0 { return .waiting }
    if self[.failed] > 0 { return .failed }
    return self[.cancelled] > 0 ? .cancelled : .succeeded
  }
}

/// Where a job stands.
public enum JobState: String, CaseIterable, Sendable {
  /// Nothing runs, something still can.
  case waiting
  /// Nothing runs, and what could begin is held.
  case held
  /// An attempt is live.
  case running
  /// Every member succeeded.
  case succeeded
  /// A member failed for good.
  case failed
  /// A member was cancelled, and none failed.
  case cancelled

  /// Nothing of it can run any more.
  public var isEnded: Bool {
    switch self {
    case .waiting, .held, .running: false
    case .succeeded, .failed, .cancelled: true
    }
  }
}
