import Collections

/// No starving: a task that is next in turn and has waited long reserves the worker that can have it soonest. That worker
/// gets only what ends before, until the task fits (backfilling after Lifka, The ANL/IBM SP Scheduling System, 1995).
///
/// Not journalled: what is reserved follows from how long the task has waited, which is, and is found again by the
/// next claim after a restart.
struct Reservations: Sendable {
  /// By the reserving task: the worker that it waits for.
  private(set) var workers: OrderedDictionary<TaskID, WorkerID> = [:]

  subscript(task: TaskID) -> WorkerID? { workers[task] }

  mutating func set(_ task: TaskID, _ worker: WorkerID) { workers[task] = worker }

  /// True if the task had reserved a worker.
  mutating func remove(_ task: TaskID) -> Bool {
    !workers.isEmpty && workers.removeValue(forKey: task) != nil
  }
}

extension QueueState {
  /// When a worker can have a task.
  struct Opening: Comparable, Sendable {
    /// Milliseconds since 1970; `Int64.max`: it waits for an attempt of which nobody knows how long it takes.
    var time: Int64
    /// How many attempts have to end.
    var ends: Int

    static func < (left: Opening, right: Opening) -> Bool { (left.time, left.ends) < (right.time, right.ends) }
  }

  /// How long what this worker is given now may take, in milliseconds; nil: as long as it likes.
  /// - Parameters:
  ///   - ahead: the task that is next in turn among those that the worker could ever run. It doesn't fit now.
  ///   - claimant: where the claiming worker stands in ``workers``.
  mutating func backfillLimit(ahead: Slot, on claimant: Int, at now: Int64) -> Int64? {
    guard let reserveAfter, tasks[ahead].availableSince.saturating(plus: reserveAfter) <= now else { return nil }
    // There would be room: it is the worker's own word that it can give less now, and nothing here makes it more.
    guard workers.values[claimant].free?.fits(tasks[ahead].spec.shape) == false else { return nil }
    let id = tasks[ahead].id
    var reserved = reservations[id]
    if reserved == nil || !holds(reserved, ahead) {
      reserved = soonest(ahead, at: now)
      guard let reserved else { return nil }
      if reservations[id] != reserved { index.stir() }
      reservations.set(id, reserved)
    }
    guard reserved == workers.keys[claimant] else { return nil }
    guard let opening = opening(on: claimant, for: ahead, at: now), opening.time < .max else { return -1 }
    return max(0, opening.time - now)
  }

  /// A reservation stands while its worker may still get the task, and hasn't room for it already without taking it.
  private func holds(_ worker: WorkerID?, _ slot: Slot) -> Bool {
    guard let worker, let place = workers.index(forKey: worker) else { return false }
    return isCandidate(place, for: slot)
  }

  private func soonest(_ slot: Slot, at now: Int64) -> WorkerID? {
    var best: (worker: WorkerID, opening: Opening)?
    for place in workers.values.indices where isCandidate(place, for: slot) {
      guard let opening = opening(on: place, for: slot, at: now) else { continue }
      if let best, best.opening <= opening { continue }
      best = (workers.keys[place], opening)
    }
    return best?.worker
  }

  /// A worker that could run the task and has no room for it now. (One that has room and doesn't take it isn't asking.)
  private func isCandidate(_ place: Int, for slot: Slot) -> Bool {
    let entry = workers.values[place]
    guard entry.isPresent, Self.isOpen(entry.record) else { return false }
    guard let whole = entry.wholeOffer, let free = entry.free else { return false }
    let spec = tasks[slot].spec
    if let queue = queues.known(spec.queue), let claimed = entry.queues, !claimed.contains(queue) { return false }
    if let avoided = avoidances.workers(tasks[slot].id), avoided.contains(entry.record.id) { return false }
    return whole.fits(spec.shape) && !free.fits(spec.shape)
  }

  /// When enough of a worker's attempts will have ended; nil: never, as far as the numbers say.
  func opening(on place: Int, for slot: Slot, at now: Int64) -> Opening? {
    let entry = workers.values[place]
    guard var free = entry.free, let offer = entry.record.offer else { return nil }
    let shape = tasks[slot].spec.shape
    if free.fits(shape) { return Opening(time: now, ends: 0) }
    let ends = entry.live.slots(tasks)
      .map { (slot: $0, end: expectedEnd($0, at: now)) }
      .sorted { ($0.end, tasks[$0.slot].id) < ($1.end, tasks[$1.slot].id) }
    for (number, end) in ends.enumerated() {
      guard let attempt = tasks[end.slot].attempts.last else { continue }
      free.giveBack(tasks[end.slot].spec.shape, attempt, of: offer)
      if free.fits(shape) { return Opening(time: end.end, ends: number + 1) }
    }
    return nil
  }

  /// When a live attempt should have ended: by its estimate or its limit, whichever comes first and isn't past.
  private func expectedEnd(_ slot: Slot, at now: Int64) -> Int64 {
    let fields = tasks[slot].spec.times
    guard let start = tasks[slot].attempts.last?.timeClaimed else { return .max }
    let ends = [fields.estimate, fields.limit].compactMap { $0.map { start.saturating(plus: $0) } }
    if let next = ends.filter({ $0 > now }).min() { return next }
    // Past its limit it is being stopped; past an estimate alone nobody knows.
    return fields.limit == nil ? .max : now.saturating(plus: tasks[slot].spec.maxShutdownTime)
  }
}
