import Collections

/// What tasks of one lane have in common. Within a lane the order is the order of becoming claimable alone.
struct LaneKey: Hashable, Sendable {
  var priority: Int16
  var owner: UInt32
  var queue: UInt32
  var request: ResourceRequest
}

/// Claimable tasks that differ in nothing but their turn. Turns only rise, so that adding is appending, and taking a
/// task out of the middle is a search by halves and a mark.
struct Lane: Sendable {
  let key: LaneKey
  private var waiting: Deque<Place> = []
  /// Tasks in it, marks not counted.
  private(set) var count = 0

  private struct Place: Sendable {
    var turn: UInt64
    /// `.none`: taken out.
    var slot: Slot
  }

  init(key: LaneKey) { self.key = key }

  /// The task whose turn is first.
  var head: (turn: UInt64, slot: Slot)? { waiting.first.map { ($0.turn, $0.slot) } }

  mutating func append(_ slot: Slot, turn: UInt64) {
    waiting.append(Place(turn: turn, slot: slot))
    count += 1
  }

  /// Takes out the task of this turn. False if it isn't there.
  mutating func remove(turn: UInt64) -> Bool {
    var (low, high) = (0, waiting.count)
    while low < high {
      let middle = (low + high) / 2
      if waiting[middle].turn < turn { low = middle + 1 } else { high = middle }
    }
    guard low < waiting.count, waiting[low].turn == turn, waiting[low].slot != .none else { return false }
    waiting[low].slot = .none
    count -= 1
    while waiting.first?.slot == Slot.none { waiting.removeFirst() }
    if waiting.count > 64, count < waiting.count / 2 { waiting.removeAll { $0.slot == .none } }
    return true
  }

  /// Every task in it, in turn.
  var slots: [Slot] { waiting.compactMap { $0.slot == .none ? nil : $0.slot } }
}
