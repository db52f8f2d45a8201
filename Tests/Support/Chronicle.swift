import Synchronization

/// The history of all clients as they live it, from whatever thread, and what of it one can go on with: tasks that are
/// known, requests that have no answer yet.
public final class Chronicle: Sendable {
  /// What was asked, to be asked again.
  public typealias Request = (key: String, names: [String], parents: [Int?])

  private struct State {
    var history = History()
    var isPowerLost = false
    /// By key: what was asked and has no answer yet.
    var open: [String: (names: [String], parents: [Int?])] = [:]
    var known: [String] = []
  }
  private let state = Mutex(State())

  /// A history in which nothing has happened yet.
  public init() {}

  /// A copy of all that happened so far.
  public var history: History { state.withLock { $0.history } }
  /// How much happened so far.
  public var length: Int { state.withLock { $0.history.events.count } }
  /// A task that was made, any of them.
  public var knownTask: String? { state.withLock { $0.known.randomElement() } }
  /// A request that has no answer yet, any of them.
  public var openRequest: Request? {
    state.withLock { $0.open.randomElement().map { ($0.key, $0.value.names, $0.value.parents) } }
  }

  /// Adds what happened. What was told after the power was gone, nobody heard.
  public func add(_ event: History.Event) {
    state.withLock { state in
      if state.isPowerLost { return }
      state.history.append(event)
      switch event {
      case .submitting(let key, let names, let parents): state.open[key] = (names, parents)
      case .submitted(let key, let ids):
        state.open[key] = nil
        state.known += ids
      case .refused(let key): state.open[key] = nil
      default: break
      }
    }
  }

  /// The power is back: what happens counts again.
  public func restorePower() { state.withLock { $0.isPowerLost = false } }

  /// Takes what the disk keeps; between that and the loss nobody is told anything.
  public func losePower<Kept: Sendable>(_ take: () -> Kept) -> Kept {
    state.withLock { state in
      state.isPowerLost = true
      return take()
    }
  }
}
