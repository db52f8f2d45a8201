/// Tasks that have ended, in the order in which they did, as far as they are not known to be needed still.
///
/// Entries of tasks that were forgotten since stay, and are passed over by whoever takes them out.
struct FinishedTasks: Sendable {
  /// A task as it ended.
  struct Place: Sendable {
    var slot: Slot
    var endedAt: Int64
  }

  private var queue = ChunkedQueue<Place>()
  /// Tasks that are needed by one that has not ended, by that one.
  private var needed: [Slot: [Place]] = [:]

  /// The one that ended first.
  var first: Place? { queue.first }

  /// Those that ended last, the latest first: so many at most.
  func newest(_ count: Int) -> [Place] { queue.last(count) }

  /// A task ended; what it needed may go with it.
  mutating func add(_ slot: Slot, at time: Int64) {
    letGo(slot)
    queue.append(Place(slot: slot, endedAt: time))
  }

  /// A task is forgotten.
  mutating func left(_ slot: Slot) { letGo(slot) }

  mutating func popFirst() -> Place? { queue.popFirst() }

  /// Keeps a task until another one has ended or is forgotten.
  mutating func keep(_ place: Place, for other: Slot) { needed[other, default: []].append(place) }

  private mutating func letGo(_ slot: Slot) {
    if !needed.isEmpty, let places = needed.removeValue(forKey: slot) { queue.prepend(places) }
  }
}
