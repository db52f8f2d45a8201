import BanyanCore
import Collections

/// The tasks that people look at first: the newest, and those that failed last.
struct RecentTasks: Sendable {
  /// How many of each.
  static let maxCount = 50

  private(set) var newest: Deque<TaskID> = []
  private(set) var failed: Deque<TaskID> = []

  mutating func created(_ task: TaskID) { Self.add(task, to: &newest) }
  mutating func failed(_ task: TaskID) { Self.add(task, to: &failed) }

  private static func add(_ task: TaskID, to tasks: inout Deque<TaskID>) {
    if tasks.count == maxCount { tasks.removeFirst() }
    tasks.append(task)
  }

  /// As a restored queue has them. It looks at every task once.
  init(of view: QueueView) {
    var made: [(Int64, TaskID)] = []
    var ended: [(Int64, TaskID)] = []
    view.forEachTask { task in
      Self.keep((task.created, task.id), in: &made)
      if task.state == .terminated, task.cause != nil { Self.keep((task.updated, task.id), in: &ended) }
      return true
    }
    newest = Deque(made.sorted { $0 < $1 }.suffix(Self.maxCount).map(\.1))
    failed = Deque(ended.sorted { $0 < $1 }.suffix(Self.maxCount).map(\.1))
  }

  init() {}

  /// Twice as many are gathered, then the older half goes.
  private static func keep(_ task: (Int64, TaskID), in tasks: inout [(Int64, TaskID)]) {
    tasks.append(task)
    guard tasks.count >= 64 * maxCount else { return }
    tasks.sort { $0 < $1 }
    tasks.removeFirst(tasks.count - maxCount)
  }
}
