/// What tasks of one lane have in common. Within a lane the order is the order of becoming claimable alone.
struct LaneKey: Hashable, Sendable {
  var group: LaneGroupKey
  var shape: Shape
  /// How long they may take, in milliseconds (``Demand/roundedUp(runtime:)``); `Int64.max`: nobody knows.
  var runtime: Int64
  /// How long a worker has to stay for them (``TaskSpec/neededTime``); `Int64.max`: they don't say.
  var needed: Int64
  /// The array whose `max_running` binds them.
  var array: TaskID?
  /// Workers that they are not given to.
  var avoided: Boxed<Avoided>?
  /// They were in another lane before and kept their turns: there are few of them, and they come in any order.
  var isReturned = false

  func hash(into hasher: inout Hasher) {
    hasher.combine(group)
    hasher.combine(shape)
    hasher.combine(runtime)
    hasher.combine(needed)
    if let array { hasher.combine(array) }
    if let avoided { hasher.combine(avoided) }
    if isReturned { hasher.combine(isReturned) }
  }
}

/// Lanes that differ in what they ask for alone.
struct LaneGroupKey: Hashable, Sendable {
  var priority: Int16
  var owner: UInt32
  var queue: UInt32

  func hash(into hasher: inout Hasher) {
    hasher.combine(UInt64(owner) << 32 | UInt64(queue))
    hasher.combine(priority)
  }
}

/// Claimable tasks that differ in nothing but their turn: a list through their entries, the earliest turn first, so
/// that adding and taking out of the middle each touch a task's neighbours and nothing else.
struct Lane: Sendable {
  let key: LaneKey
  var first: Slot = .none
  var last: Slot = .none
  var count = 0
  /// Where it stands: its group, the leaf of the group's tree, its place in the leaf.
  var group: Int
  var leaf: Int32 = -1
  var place: Int32 = -1
  /// Its array runs as many as it may: nothing in it can be claimed.
  var isBlocked = false
  /// It stands in the row of those that ran empty.
  var isRetiring = false

  /// Adds a task, whose row is written out, at its turn: behind all others, unless it kept an earlier one.
  mutating func insert(_ slot: Slot, number: LaneNumber, _ tasks: inout TaskTable) {
    var previous = last
    while previous != .none, tasks.turn(of: previous) > tasks[written: slot].turn {
      previous = tasks[previous].previousInList
    }
    let next = previous == .none ? first : tasks[previous].nextInList
    tasks[written: slot].lane = number
    tasks[written: slot].previousInList = previous
    tasks[written: slot].nextInList = next
    if previous == .none { first = slot } else { tasks.setNext(slot, of: previous) }
    if next == .none { last = slot } else { tasks.setPrevious(slot, of: next) }
    count += 1
  }

  /// Adds a whole run behind all others, whose turns are earlier.
  mutating func append(run: Int, number: LaneNumber, _ tasks: inout TaskTable) {
    let slots = tasks.rows.runs[run].slots
    tasks.changeRun(run) { [last] in
      $0.first.lane = number
      $0.first.previousInList = last
      $0.behind = .none
    }
    if last == .none { first = slots.lowerBound } else { tasks.setNext(slots.lowerBound, of: last) }
    last = slots.upperBound - 1
    count += slots.count
  }

  /// Takes a whole run out, whose rows stand one behind the other as long as none was written out.
  mutating func remove(run: Int, _ tasks: inout TaskTable) {
    let (previous, next) = (tasks.rows.runs[run].first.previousInList, tasks.rows.runs[run].behind)
    let count = tasks.rows.runs[run].count
    tasks.changeRun(run) {
      $0.first.lane = .none
      $0.first.previousInList = .none
      $0.behind = .none
    }
    if previous == .none { first = next } else { tasks.setNext(next, of: previous) }
    if next == .none { self.last = previous } else { tasks.setPrevious(previous, of: next) }
    self.count -= count
  }

  /// Takes a task out, whose row is written out.
  mutating func remove(_ slot: Slot, _ tasks: inout TaskTable) {
    let (previous, next) = (tasks[written: slot].previousInList, tasks[written: slot].nextInList)
    if previous == .none { first = next } else { tasks.setNext(next, of: previous) }
    if next == .none { last = previous } else { tasks.setPrevious(previous, of: next) }
    tasks[written: slot].lane = .none
    tasks[written: slot].previousInList = .none
    tasks[written: slot].nextInList = .none
    count -= 1
  }
}
