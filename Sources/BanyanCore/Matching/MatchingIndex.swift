/// Exactly the claimable tasks, in lanes of one shape, owner, queue and priority.
///
/// A claim looks at the head of each lane: the largest priority first, then the owner who holds the smallest dominant
/// share (Ghodsi et al., Dominant Resource Fairness, NSDI 2011), then the earliest turn.
struct MatchingIndex: Sendable {
  private var lanes: [Lane] = []
  private var places: [LaneKey: Int] = [:]
  /// What a claim's scan reads, beside each other in memory.
  private var heads: [Head] = []
  private var empty = 0
  private(set) var count = 0
  /// Rises when a task comes in: a claim that found nothing needs no second look before.
  private(set) var arrivals: UInt64 = 0

  private struct Head: Sendable {
    /// `.max`: the lane is empty.
    var turn: UInt64
    var priority: Int16
    var owner: UInt32
    var queue: UInt32
    var memoryBytes: Int64
    var coreCount: Int64
    /// GPUs, percentages or custom resources: needs the long look.
    var isPlain: Bool
  }

  mutating func insert(_ slot: Slot, turn: UInt64, key: LaneKey) {
    let place: Int
    if let known = places[key] {
      place = known
      if lanes[place].count == 0 { empty -= 1 }
    } else {
      place = lanes.count
      lanes.append(Lane(key: key))
      heads.append(
        Head(
          turn: .max, priority: key.priority, owner: key.owner, queue: key.queue,
          memoryBytes: key.request.memoryBytes, coreCount: key.request.coreCount,
          isPlain: key.request.gpuCount == 0 && key.request.corePercent == 0 && key.request.custom.isEmpty))
      places[key] = place
    }
    lanes[place].append(slot, turn: turn)
    heads[place].turn = lanes[place].head?.turn ?? .max
    count += 1
    arrivals += 1
  }

  /// False if it isn't there: the caller's books are wrong then.
  mutating func remove(turn: UInt64, key: LaneKey) -> Bool {
    guard let place = places[key], lanes[place].remove(turn: turn) else { return false }
    heads[place].turn = lanes[place].head?.turn ?? .max
    count -= 1
    if lanes[place].count == 0 {
      empty += 1
      if empty > 64, empty > lanes.count / 2 { sweep() }
    }
    return true
  }

  /// The task that is next for a worker with so much left, of these queues (nil: of all).
  /// - Parameter share: an owner's dominant share of what is held now.
  func next(for free: Free, queues: Set<UInt32>?, share: (UInt32) -> Double) -> Slot? {
    guard free.tasks > 0 else { return nil }
    var best: (place: Int, priority: Int16, share: Double, turn: UInt64)?
    for (place, head) in heads.enumerated() where head.turn != .max {
      if let best, head.priority < best.priority { continue }
      guard head.memoryBytes <= free.memoryBytes, head.coreCount <= free.cores else { continue }
      if let queues, !queues.contains(head.queue) { continue }
      guard head.isPlain || free.fits(lanes[place].key.request) else { continue }
      let headShare = share(head.owner)
      if let best, head.priority == best.priority, (best.share, best.turn) < (headShare, head.turn) { continue }
      best = (place, head.priority, headShare, head.turn)
    }
    return best.flatMap { lanes[$0.place].head?.slot }
  }

  /// Every task in it.
  var slots: [Slot] { lanes.flatMap(\.slots) }

  private mutating func sweep() {
    lanes.removeAll { $0.count == 0 }
    let kept = Set(lanes.map(\.key))
    var keptHeads: [Head] = []
    for (key, place) in places.sorted(by: { $0.value < $1.value }) where kept.contains(key) {
      keptHeads.append(heads[place])
    }
    heads = keptHeads
    places = Dictionary(uniqueKeysWithValues: lanes.enumerated().map { ($1.key, $0) })
    empty = 0
  }
}
