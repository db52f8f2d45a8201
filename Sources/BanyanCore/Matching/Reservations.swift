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
    if reserved == nil || !holds(reserved, ahead, at: now) {
      reserved = soonest(ahead, at: now)
      if reservations[id] != reserved { index.beginGeneration() }
      guard let reserved else {
        _ = reservations.remove(id)
        return nil
      }
      reservations.set(id, reserved)
    }
    guard reserved == workers.keys[claimant] else { return nil }
    guard let opening = workers.values[claimant].opening(for: tasks[ahead].spec.shape, tasks, at: now),
      opening.time < .max
    else { return -1 }
    return max(0, opening.time - now)
  }

  /// A reservation stands while its worker may still get the task, and hasn't room for it already without taking it.
  private func holds(_ worker: WorkerID?, _ slot: Slot, at now: Int64) -> Bool {
    guard let worker, let place = workers.index(forKey: worker) else { return false }
    return isCandidate(place, for: slot, at: now)
  }

  private func soonest(_ slot: Slot, at now: Int64) -> WorkerID? {
    var best: (worker: WorkerID, opening: Opening)?
    let shape = tasks[slot].spec.shape
    for place in workers.values.indices where isCandidate(place, for: slot, at: now) {
      guard let opening = workers.values[place].opening(for: shape, tasks, at: now) else { continue }
      if let best, best.opening <= opening { continue }
      best = (workers.keys[place], opening)
    }
    return best?.worker
  }

  /// A worker that could run the task and has no room for it now. (One that has room and doesn't take it isn't asking.)
  /// One that leaves before the task would have ended can't.
  private func isCandidate(_ place: Int, for slot: Slot, at now: Int64) -> Bool {
    // Field by field: a copy of the entry would hold on to all that it refers to.
    guard workers.values[place].isPresent, Self.isOpen(workers.values[place].record) else { return false }
    let spec = tasks[slot].spec
    if let claimed = workers.values[place].queues, let queue = queues.known(spec.queue), !claimed.contains(queue) {
      return false
    }
    if isPassedOver(workers.keys[place], for: slot, at: now) { return false }
    let shape = spec.shape
    guard workers.values[place].free?.fits(shape) == false, workers.values[place].wholeOffer?.fits(shape) == true else {
      return false
    }
    guard let stay = workers.values[place].stay else { return true }
    let needed = spec.neededTime < .max ? spec.neededTime : stay.assumed
    guard let needed, let opening = workers.values[place].opening(for: shape, tasks, at: now) else { return false }
    return opening.time.saturating(plus: needed) <= stay.until
  }
}
