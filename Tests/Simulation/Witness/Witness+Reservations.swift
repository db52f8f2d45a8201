import BanyanCore

/// No starving. Which worker is kept free for a task is nobody's business but the queue's; that one is can be seen: of
/// the workers that could have been chosen there is always one that was given nothing since that delays the task.
extension Witness {
  /// Who may be kept free for a task that is next in turn and has waited long.
  struct Keepers: Sendable {
    /// The task's turn. With another one it is chosen anew.
    var turn: UInt64
    var workers: Set<WorkerID>
  }

  /// What a claim asks about before each of its tasks.
  struct ClaimTurn {
    /// The next in turn of those that the claiming worker could ever run; nil: to be looked for.
    var ahead: TaskID?
    /// It doesn't fit and has waited so long that a worker is kept free for it.
    var isStarving = false
  }

  /// A worker is about to be given something by a claim.
  /// - Parameter task: what; nil: nothing more.
  mutating func watchKeepers(_ turn: inout ClaimTurn, _ claim: Claim, gets task: TaskID?, at now: Int64) {
    guard isReserving, claim.task == nil, let whole = wholeOffer(of: claim.worker) else { return }
    if turn.ahead == nil {
      turn = ClaimTurn(ahead: scan(whole, claim, isSure: false))
      if let ahead = turn.ahead, ahead != task {
        // Where it isn't known what was looked at, it isn't known either who was chosen.
        let isSure = task != nil && claim.resources == nil && scan(whole, claim) == ahead
        turn.isStarving = choose(ahead, isSure, at: now)
      }
    }
    guard let ahead = turn.ahead else { return }
    if ahead == task {
      turn = ClaimTurn()
    } else if turn.isStarving, let task, claim.resources == nil {
      checkDelay(of: ahead, by: task, on: claim.worker, at: now)
    }
  }

  /// A worker is chosen for a task, unless one is and still can be the one.
  /// - Returns: whether all is known that is needed to tell.
  private mutating func choose(_ id: TaskID, _ isSure: Bool, at now: Int64) -> Bool {
    guard let task = tasks[id], let reserveAfter, task.waitingSince + reserveAfter <= now else { return false }
    guard task.passedOver.isEmpty, task.perhapsLacking.isEmpty, task.lacking.isEmpty else {
      keepers[id] = nil
      return false
    }
    let candidates = present.filter { isCandidate($0.key, since: $0.value, for: task) }.map(\.key)
    guard !candidates.isEmpty else {
      // All leave too soon: there is nobody to keep free.
      keepers[id] = nil
      return false
    }
    if let known = keepers[id], known.turn == task.turn, known.workers.isSubset(of: candidates) { return isSure }
    keepers[id] = isSure ? Keepers(turn: task.turn, workers: Set(candidates)) : nil
    return isSure
  }

  /// A worker that could run the task and has no room for it now.
  private func isCandidate(_ worker: WorkerID, since queues: [String], for task: Task) -> Bool {
    guard bar(worker) == nil, !missed.contains(worker), queues.isEmpty || queues.contains(task.fields.queue),
      let request = task.fields.resources, let whole = wholeOffer(of: worker), let room = room(of: worker, nil)
    else { return false }
    guard whole.lacks(request) == nil, room.lacks(request) != nil else { return false }
    guard let stay = stays[worker] else { return true }
    // One that leaves before it would have ended there is not waited for.
    let needed = [task.fields.estimatedRuntime, task.fields.maxRuntime].compactMap { $0 }.max() ?? stay.assumed
    guard let needed, let opening = opening(of: worker, for: request, at: now), opening < .max else { return false }
    return opening + needed <= stay.until
  }

  private mutating func checkDelay(of id: TaskID, by task: TaskID, on worker: WorkerID, at now: Int64) {
    guard let request = tasks[id]?.fields.resources, let room = room(of: worker, nil), room.lacks(request) != nil,
      let opening = opening(of: worker, for: request, at: now)
    else { return }
    let fields = tasks[task]?.fields
    let runtime = [fields?.estimatedRuntime, fields?.maxRuntime].compactMap { $0 }.min()
    if opening < .max, let runtime, runtime <= max(0, opening - now) { return }
    keepers[id]?.workers.remove(worker)
    if keepers[id]?.workers.isEmpty == true {
      fail(.starving, "\(id) has waited long, nobody is kept free for it any more: \(worker) was given \(task)")
    }
  }

  /// When enough of what a worker runs should have ended; `Int64.max`: nobody knows; nil: it never will be enough.
  private func opening(of worker: WorkerID, for request: ResourceRequest, at now: Int64) -> Int64? {
    guard var room = room(of: worker, nil), let offer = machines[worker]?.offer else { return nil }
    let running = (heldTasks[worker] ?? []).compactMap { tasks[$0] }
      .compactMap { task in task.live.map { (hold: $0, end: expectedEnd(task, $0, at: now)) } }
    for attempt in running.sorted(by: { $0.end < $1.end }) {
      room.memoryBytes += attempt.hold.request.memoryBytes
      room.cores += attempt.hold.cores
      room.gpus += offer.gpus.filter { attempt.hold.gpus.contains($0.ordinal) }
      for resource in attempt.hold.request.custom { room.custom[resource.name, default: 0] += resource.count }
      room.tasks += 1
      if room.lacks(request) == nil { return attempt.end }
    }
    return nil
  }

  private func expectedEnd(_ task: Task, _ hold: Hold, at now: Int64) -> Int64 {
    let ends = [task.fields.estimatedRuntime, task.fields.maxRuntime].compactMap { $0.map { hold.claimed + $0 } }
    if let next = ends.filter({ $0 > now }).min() { return next }
    return task.fields.maxRuntime == nil ? .max : now + task.fields.maxShutdownTime
  }

  func wholeOffer(of worker: WorkerID) -> Room? {
    guard let offer = machines[worker]?.offer else { return nil }
    return Room(
      memoryBytes: offer.memoryBytes, cores: offer.cores, gpus: offer.gpus, custom: offer.custom,
      tasks: offer.maxTasks ?? max(offer.cores, 1) * 8, offered: offer)
  }
}
