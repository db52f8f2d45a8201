/// Orders that have come and are not carried out yet. Each start takes some milliseconds, and many may come at once: what
/// is to end by an order behind them is not begun first.
struct OrderQueue {
  /// What is done next.
  enum Step: Sendable, Hashable {
    case carryOut(KeeperOrder)
    /// A start whose end was ordered meanwhile: it never begins.
    case pass(StartOrder, AttemptEnding.Cause)
    /// A line that is no order.
    case trouble(String)
  }

  private var orders: [Result<KeeperOrder, KeeperError>] = []
  private var next = 0
  /// Attempts whose ends stand behind their starts, and why they end.
  private var ends: [AttemptKey: AttemptEnding.Cause] = [:]

  /// Takes in what has come, in its order.
  mutating func add(_ more: [Result<KeeperOrder, KeeperError>]) {
    for case .success(.end(let key, _, let cause)) in more where ends[key] == nil || cause == .refused {
      ends[key] = cause
    }
    orders += more
  }

  /// The next step; nil: all is done.
  mutating func popFirst() -> Step? {
    guard next < orders.count else {
      self = OrderQueue()
      return nil
    }
    defer { next += 1 }
    switch orders[next] {
    case .failure(let error): return .trouble("\(error)")
    case .success(.start(let order)):
      guard let cause = ends[order.key] else { return .carryOut(.start(order)) }
      return .pass(order, cause)
    case .success(.end(let key, let grace, let cause)):
      ends[key] = nil
      return .carryOut(.end(key, graceMilliseconds: grace, cause: cause))
    case .success(let order): return .carryOut(order)
    }
  }
}
