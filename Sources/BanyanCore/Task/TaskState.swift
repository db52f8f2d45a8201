/// Where a task stands in its life.
///
/// ```
///             provider, or the last parent's success         worker claims
///  inactive ───────────────────────────────▶ available ─────────────────▶ running
///     │                                          │  ▲                     │   │ provider cancels
///     │ provider cancels, a parent fails         │  └── attempt failed,   │   ▼
///     ▼                                          ▼      attempts left     │  pending_cancellation
///  cancelled ◀───────────────────────────────────┘                        ▼   │        │
///      ▲                                                        terminated ◀───┘        │
///      └────────────────────────────────────────────────────────────────────────────────┘
/// ```
public enum TaskState: UInt8, Sendable, CaseIterable {
  case inactive, available, running, pendingCancellation, cancelled, terminated

  /// The word on the wire.
  public var name: String {
    switch self {
    case .inactive: "inactive"
    case .available: "available"
    case .running: "running"
    case .pendingCancellation: "pending_cancellation"
    case .cancelled: "cancelled"
    case .terminated: "terminated"
    }
  }

  /// The state of a word on the wire.
  public init?(name: String) {
    guard let state = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = state
  }

  /// Nothing follows any more.
  public var isEnded: Bool { self == .cancelled || self == .terminated }
  /// A worker holds an attempt.
  public var isLive: Bool { self == .running || self == .pendingCancellation }
}

/// Who asks for a change of state.
public enum Asker: String, Sendable {
  case provider, worker
}

extension TaskState {
  /// What a provider or a worker may ask for: the table of the task model. A request that isn't in it is refused
  /// with words. Asking for a cancellation of what is cancelled already, or ended, changes nothing.
  public static let edges: [(from: TaskState, asker: Asker, request: TaskState, becomes: TaskState)] = [
    (.inactive, .provider, .available, .available),
    (.inactive, .provider, .cancelled, .cancelled),
    (.available, .provider, .cancelled, .cancelled),
    (.available, .worker, .running, .running),
    (.running, .provider, .cancelled, .pendingCancellation),
    (.running, .worker, .terminated, .terminated),
    (.running, .worker, .available, .available),
    (.pendingCancellation, .provider, .cancelled, .pendingCancellation),
    (.pendingCancellation, .worker, .cancelled, .cancelled),
    (.pendingCancellation, .worker, .terminated, .terminated),
    (.cancelled, .provider, .cancelled, .cancelled),
    (.terminated, .provider, .cancelled, .terminated),
  ]

  /// True if the table holds this step.
  public func allows(_ request: TaskState, by asker: Asker) -> Bool {
    Self.edges.contains { $0.from == self && $0.asker == asker && $0.request == request }
  }
}
