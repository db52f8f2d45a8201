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
  // Eight numbers beside each other, as an array would be one more object a job.
  private var numbers: (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0, 0, 0, 0, 0)

  /// The counts of a job without members: all zero.
  public init() {}

  /// How many stand in a state.
  public subscript(state: MemberState) -> UInt32 {
    get {
      switch state {
      case .inactive: numbers.0
      case .held: numbers.1
      case .available: numbers.2
      case .running: numbers.3
      case .pendingCancellation: numbers.4
      case .succeeded: numbers.5
      case .failed: numbers.6
      case .cancelled: numbers.7
      }
    }
    set {
      switch state {
      case .inactive: numbers.0 = newValue
      case .held: numbers.1 = newValue
      case .available: numbers.2 = newValue
      case .running: numbers.3 = newValue
      case .pendingCancellation: numbers.4 = newValue
      case .succeeded: numbers.5 = newValue
      case .failed: numbers.6 = newValue
      case .cancelled: numbers.7 = newValue
      }
    }
  }

  /// How many members there are.
  public var sum: UInt32 { MemberState.allCases.reduce(0) { $0 + self[$1] } }

  /// What the job is, by its members.
  public var state: JobState {
    if self[.running] > 0 || self[.pendingCancellation] > 0 { return .running }
    if self[.available] > 0 { return .waiting }
    if self[.held] > 0 { return .held }
    if self[.inactive] > 0 { return .waiting }
    if self[.failed] > 0 { return .failed }
    return self[.cancelled] > 0 ? .cancelled : .succeeded
  }

  /// Two counts are equal if all numbers are.
  public static func == (left: JobCounts, right: JobCounts) -> Bool {
    MemberState.allCases.allSatisfy { left[$0] == right[$0] }
  }

  /// Hashes the count of each state.
  public func hash(into hasher: inout Hasher) {
    for state in MemberState.allCases { hasher.combine(self[state]) }
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
