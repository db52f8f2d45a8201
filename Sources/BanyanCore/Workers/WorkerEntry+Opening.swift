import Collections

/// When a worker can have a task.
struct Opening: Comparable, Sendable {
  /// Milliseconds since 1970; `Int64.max`: it waits for an attempt of which nobody knows how long it takes.
  var time: Int64
  /// How many attempts have to end.
  var ends: Int

  static func < (left: Opening, right: Opening) -> Bool { (left.time, left.ends) < (right.time, right.ends) }
}

extension WorkerEntry {
  /// A live attempt, by when it should have ended.
  private struct LiveEnd: Comparable {
    var time: Int64
    var task: TaskID
    var slot: Slot

    static func < (left: LiveEnd, right: LiveEnd) -> Bool { (left.time, left.task) < (right.time, right.task) }
  }

  /// When enough of its attempts will have ended for a task of this shape; nil: never, as far as the numbers say.
  func opening(for shape: Shape, _ tasks: borrowing TaskTable, at now: Int64) -> Opening? {
    guard var free, let offer = record.offer else { return nil }
    if free.fits(shape) { return Opening(time: now, ends: 0) }
    var ends: [LiveEnd] = []
    let slots = live.slots(tasks)
    ends.reserveCapacity(slots.count)
    for slot in slots {
      ends.append(LiveEnd(time: tasks[slot].expectedEnd(at: now), task: tasks[slot].id, slot: slot))
    }
    // A few of them are mostly enough: they are not sorted all.
    var heap = Heap(ends)
    var count = 0
    while let end = heap.popMin() {
      guard let attempt = tasks[end.slot].attempts.last else { continue }
      free.giveBack(tasks[end.slot].spec.shape, attempt, of: offer)
      count += 1
      if free.fits(shape) { return Opening(time: end.time, ends: count) }
    }
    return nil
  }
}

extension TaskEntry {
  /// When its live attempt should have ended: by its estimate or its limit, whichever comes first and isn't past.
  func expectedEnd(at now: Int64) -> Int64 {
    let times = spec.times
    guard let last = attempts.indices.last else { return .max }
    let start = attempts[last].timeClaimed
    let ends = (
      times.estimate.map { start.saturating(plus: $0) } ?? .max, times.limit.map { start.saturating(plus: $0) } ?? .max
    )
    let next = min(ends.0 > now ? ends.0 : .max, ends.1 > now ? ends.1 : .max)
    if next < .max { return next }
    // Past its limit it is being stopped; past an estimate alone nobody knows.
    return times.limit == nil ? .max : now.saturating(plus: spec.maxShutdownTime)
  }
}
