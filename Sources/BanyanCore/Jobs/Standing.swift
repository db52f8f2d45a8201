/// Where a task stands, as lists and counts tell tasks apart: its state, whether it is held while it waits, and how it
/// ended.
public enum Standing: UInt8, CaseIterable, Sendable {
  case inactive
  case heldInactive
  case available
  case heldAvailable
  case running
  case pendingCancellation
  case succeeded
  case failed
  /// It succeeded after its cancellation had been asked for.
  case cancelledTooLate
  case cancelled

  /// Its state.
  public var state: TaskState {
    switch self {
    case .inactive, .heldInactive: .inactive
    case .available, .heldAvailable: .available
    case .running: .running
    case .pendingCancellation: .pendingCancellation
    case .succeeded, .failed, .cancelledTooLate: .terminated
    case .cancelled: .cancelled
    }
  }

  /// How it ended; nil: it hasn't.
  public var outcome: TaskOutcome? {
    switch self {
    case .succeeded: .succeeded
    case .failed: .failed
    case .cancelledTooLate, .cancelled: .cancelled
    default: nil
    }
  }

  /// What it is to its job.
  public var member: MemberState {
    switch self {
    case .inactive: .inactive
    case .heldInactive, .heldAvailable: .held
    case .available: .available
    case .running: .running
    case .pendingCancellation: .pendingCancellation
    case .succeeded: .succeeded
    case .failed: .failed
    case .cancelledTooLate, .cancelled: .cancelled
    }
  }
}

/// Some of the ways in which tasks can stand.
public struct Standings: Hashable, Sendable {
  private var bits: UInt16

  private init(bits: UInt16) { self.bits = bits }

  /// Those of which something is so.
  public init(where isWanted: (Standing) -> Bool) {
    bits = Standing.allCases.reduce(0) { isWanted($1) ? $0 | 1 << UInt16($1.rawValue) : $0 }
  }

  /// However a task stands.
  public static let all = Standings { _ in true }

  /// Whether one of them is among these.
  public func contains(_ standing: Standing) -> Bool { bits & 1 << UInt16(standing.rawValue) != 0 }

  /// Whether there is none.
  public var isEmpty: Bool { bits == 0 }

  /// Those of both.
  public func intersection(_ other: Standings) -> Standings { Standings(bits: bits & other.bits) }

  /// Those of either.
  public func union(_ other: Standings) -> Standings { Standings(bits: bits | other.bits) }

  /// All others.
  public var inverted: Standings { Standings(bits: ~bits & Self.all.bits) }
}
