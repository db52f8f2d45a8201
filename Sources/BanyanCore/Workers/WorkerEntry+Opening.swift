/// When a worker can have a task.
struct Opening: Comparable, Sendable {
  /// Milliseconds since 1970; `Int64.max`: it waits for an attempt of which nobody knows how long it takes.
  var time: Int64
  /// How many attempts have to end.
  var ends: Int

  static func < (left: Opening, right: Opening) -> Bool { (left.time, left.ends) < (right.time, right.ends) }
}

extension WorkerEntry {
  /// When enough of its attempts will have ended for a task of this shape; nil: never, as far as the numbers say.
  func opening(for shape: Shape, _ tasks: TaskTable, at now: Int64) -> Opening? {
    guard var free, let offer = record.offer else { return nil }
    if free.fits(shape) { return Opening(time: now, ends: 0) }
    let ends = live.slots(tasks)
      .map { (slot: $0, end: tasks[$0].expectedEnd(at: now)) }
      .sorted { ($0.end, tasks[$0.slot].id) < ($1.end, tasks[$1.slot].id) }
    for (number, end) in ends.enumerated() {
      guard let attempt = tasks[end.slot].attempts.last else { continue }
      free.giveBack(tasks[end.slot].spec.shape, attempt, of: offer)
      if free.fits(shape) { return Opening(time: end.end, ends: number + 1) }
    }
    return nil
  }
}

extension TaskEntry {
  /// When its live attempt should have ended: by its estimate or its limit, whichever comes first and isn't past.
  func expectedEnd(at now: Int64) -> Int64 {
    let times = spec.times
    guard let start = attempts.last?.timeClaimed else { return .max }
    let ends = [times.estimate, times.limit].compactMap { $0.map { start.saturating(plus: $0) } }
    if let next = ends.filter({ $0 > now }).min() { return next }
    // Past its limit it is being stopped; past an estimate alone nobody knows.
    return times.limit == nil ? .max : now.saturating(plus: spec.maxShutdownTime)
  }
}
