/// The tasks of a worker's live attempts: a list through their entries, which stand in no lane meanwhile. What was claimed
/// has changed, so the rows of all of them are written out.
struct LiveTasks: Sendable {
  private var first: Slot = .none
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  /// Adds a task that stands in no list.
  mutating func add(_ slot: Slot, _ tasks: inout TaskTable) {
    tasks[written: slot].previousInList = .none
    tasks[written: slot].nextInList = first
    if first != .none { tasks[written: first].previousInList = slot }
    first = slot
    count += 1
  }

  /// Takes out a task that stands in this list.
  mutating func remove(_ slot: Slot, _ tasks: inout TaskTable) {
    let (previous, next) = (tasks[written: slot].previousInList, tasks[written: slot].nextInList)
    // One that was never counted, because its worker was not there then.
    guard previous != .none || first == slot else { return }
    if previous == .none { first = next } else { tasks[written: previous].nextInList = next }
    if next != .none { tasks[written: next].previousInList = previous }
    tasks[written: slot].previousInList = .none
    tasks[written: slot].nextInList = .none
    count -= 1
  }

  /// All of them, in no order that anything may hang on.
  func slots(_ tasks: TaskTable) -> [Slot] {
    var slots: [Slot] = []
    slots.reserveCapacity(count)
    var slot = first
    while slot != .none, slots.count < count {
      slots.append(slot)
      slot = tasks[written: slot].nextInList
    }
    return slots
  }

  /// All of them, in the order of their identifiers: slots differ after a restart.
  func sortedSlots(_ tasks: TaskTable) -> [Slot] {
    slots(tasks).sorted { tasks[written: $0].id < tasks[written: $1].id }
  }

  /// The identifiers of all of them, in ascending order.
  func ids(_ tasks: TaskTable) -> [TaskID] { slots(tasks).map { tasks[written: $0].id }.sorted() }
}
