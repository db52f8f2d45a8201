/// The tasks of a worker's live attempts: a list through their entries, which stand in no lane meanwhile.
struct LiveTasks: Sendable {
  private var first: Slot = .none
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  /// Adds a task that stands in no list.
  mutating func add(_ slot: Slot, _ tasks: inout TaskTable) {
    tasks[slot].previousInList = .none
    tasks[slot].nextInList = first
    if first != .none { tasks[first].previousInList = slot }
    first = slot
    count += 1
  }

  /// Takes out a task that stands in this list.
  mutating func remove(_ slot: Slot, _ tasks: inout TaskTable) {
    let (previous, next) = (tasks[slot].previousInList, tasks[slot].nextInList)
    // One that was never counted, because its worker was not there then.
    guard previous != .none || first == slot else { return }
    if previous == .none { first = next } else { tasks[previous].nextInList = next }
    if next != .none { tasks[next].previousInList = previous }
    tasks[slot].previousInList = .none
    tasks[slot].nextInList = .none
    count -= 1
  }

  /// All of them, in no order that anything may hang on.
  func slots(_ tasks: TaskTable) -> [Slot] {
    var slots: [Slot] = []
    slots.reserveCapacity(count)
    var slot = first
    while slot != .none, slots.count < count {
      slots.append(slot)
      slot = tasks[slot].nextInList
    }
    return slots
  }

  /// All of them, in the order of their identifiers: slots differ after a restart.
  func sortedSlots(_ tasks: TaskTable) -> [Slot] { slots(tasks).sorted { tasks[$0].id < tasks[$1].id } }

  /// The identifiers of all of them, in ascending order.
  func ids(_ tasks: TaskTable) -> [TaskID] { slots(tasks).map { tasks[$0].id }.sorted() }
}
