import BanyanCore
import BanyanWire

/// A task and all that descends from it: how far it is, and how long it will take.
///
/// The estimate of what is left takes for each task its own estimate, else the mean of those below the same task that
/// have succeeded. Along the longest chain of what has not ended (the critical path) these add up to the earliest end;
/// that workers may be busy is not in it.
struct Descent: Sendable {
  /// So many tasks of the critical path are named.
  static let maxNamed = 1000

  private(set) var figures = TaskFigures()
  private(set) var ended = 0
  /// Tasks that have not ended, each behind the one that it waits for.
  private(set) var criticalPath: [TaskID] = []
  /// Milliseconds until the critical path's end; nil: nothing tells how long these tasks take.
  private(set) var remaining: Int64?

  private struct Node {
    let id: TaskID
    /// Milliseconds that it takes yet; nil: nobody knows. 0 for one that has ended.
    var cost: Int64?
    let isEnded: Bool
    let children: [TaskID]
    /// Parents among the descendants that have not been gone through.
    var parents = 0
    /// The longest way to its end.
    var length: Int64 = 0
    var before: TaskID?
  }

  /// - Parameter now: the server's clock, milliseconds since 1970.
  init?(of root: TaskID, in view: QueueView, now: Int64, _ effort: Effort) throws(Rejection) {
    guard let first = view.record(root) else { return nil }
    var nodes: [TaskID: Node] = [:]
    var order: [TaskID] = []
    var pending = [first]
    nodes[root] = Self.node(first, now)
    var runtimes = (sum: Int64(0), count: Int64(0))
    // A loop, not a recursion: a chain may have a million tasks.
    while let task = pending.popLast() {
      order.append(task.id)
      // A row, and a look at each child.
      try effort.spend(16 + task.attempts.count + 8 * task.allContinuations.count)
      figures.add(task)
      if task.state.isEnded { ended += 1 }
      if task.state == .terminated, task.cause == nil, let runtime = task.attempts.last?.runtime {
        runtimes = (runtimes.sum &+ runtime, runtimes.count + 1)
      }
      for child in task.allContinuations {
        if nodes[child] == nil {
          guard let record = view.record(child) else { continue }
          nodes[child] = Self.node(record, now)
          pending.append(record)
        }
        nodes[child]?.parents += 1
      }
    }
    let mean = runtimes.count > 0 ? runtimes.sum / runtimes.count : nil
    try findPath(from: root, &nodes, mean, effort)
  }

  private static func node(_ task: TaskRecord, _ now: Int64) -> Node {
    var cost: Int64? = 0
    if !task.state.isEnded, !task.spec.isGroup {
      cost = task.spec.fields.estimatedRuntime
      if task.state.isLive, let began = task.attempts.last?.timeClaimed {
        cost = cost.map { max(0, $0 - max(0, now - began)) }
      }
    }
    return Node(id: task.id, cost: cost, isEnded: task.state.isEnded, children: task.allContinuations)
  }

  /// The longest path, in the order of the graph (Kahn 1962).
  private mutating func findPath(
    from root: TaskID, _ nodes: inout [TaskID: Node], _ mean: Int64?, _ effort: Effort
  ) throws(Rejection) {
    var isGuess = false
    var end: (id: TaskID, length: Int64)?
    var ready = [root]
    while let id = ready.popLast() {
      guard var node = nodes[id] else { continue }
      try effort.spend(8 + 8 * node.children.count)
      if !node.isEnded {
        if node.cost == nil, mean == nil { isGuess = true }
        node.length &+= node.cost ?? mean ?? 1
        nodes[id] = node
        if node.length > end?.length ?? -1 { end = (id, node.length) }
      }
      for child in node.children {
        guard var next = nodes[child] else { continue }
        next.parents -= 1
        if node.length > next.length || (next.before == nil && !node.isEnded) {
          next.length = node.length
          next.before = node.isEnded ? nil : id
        }
        nodes[child] = next
        if next.parents == 0 { ready.append(child) }
      }
    }
    if !isGuess { remaining = end?.length ?? 0 }
    var step = end?.id
    while let id = step {
      criticalPath.append(id)
      step = nodes[id]?.before
    }
    criticalPath.reverse()
  }
}
