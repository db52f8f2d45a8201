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

  /// Nothing more happens to the member, unless it is tried again.
  var isEnded: Bool { rawValue >= Self.succeeded.rawValue }

  /// Its name in documents.
  public var name: String { self == .pendingCancellation ? "pending_cancellation" : "\(self)" }
}

/// How many members of a job stand in each state.
public struct JobCounts: Hashable, Sendable {
  // By the states' raw values. Eight numbers beside each other, as an array would be one more object a job. (A vector
  // would be read and written whole with each number that changes.)
  private var numbers = InlineArray<8, UInt32>(repeating: 0)

  /// The counts of a job without members: all zero.
  public init() {}

  /// How many stand in a state.
  public subscript(state: MemberState) -> UInt32 {
    get { numbers[Int(state.rawValue)] }
    set { numbers[Int(state.rawValue)] = newValue }
  }

  /// Equal in each number.
  public static func == (left: JobCounts, right: JobCounts) -> Bool {
    MemberState.allCases.allSatisfy { left[$0] == right[$0] }
  }

  /// By each number.
  public func hash(into hasher: inout Hasher) {
    for state in MemberState.allCases { hasher.combine(self[state]) }
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
