/// Claims: what fits into a worker's free resources, the next in turn first, all of them together.
extension QueueState {
  mutating func claim(
    _ claim: Claim, at now: Int64, entropy: inout Entropy
  ) throws(Rejection) -> Answer {
    guard let place = workers.index(forKey: claim.worker) else {
      throw Rejection(.forbidden, "No worker \(claim.worker) is registered.")
    }
    // One copy of the worker's entry answers all that is asked of it before it changes.
    let entry = workers.values[place]
    try Self.mayClaim(entry.record)
    let free = entry.free(at: now, claim.stay)
    if let id = claim.task {
      let claimed = try claimOne(id, claim, free: free, at: now, entropy: &entropy)
      if let stay = claim.stay, stay != workers.values[place].stay {
        workers.values[place].stay = stay
        rivalList = nil
      }
      return .claimed(claimed)
    }
    guard var free else {
      throw .field("resources", "this worker declared none; it claims tasks by their id")
    }
    if let limit = claim.resources { free.limit(to: limit) }
    let wanted = queues.numbers(of: claim.queues)
    var claimed: [ClaimedTask] = []
    let likely = min(claim.max, index.count, 256)
    claimed.reserveCapacity(likely)
    emitted.reserveCapacity(likely)
    note(claim, wanted, of: entry, at: place)
    let whole = reserveAfter == nil ? nil : entry.wholeOffer(at: now, claim.stay)
    var turn = ClaimTurn()
    turn.rivals = rivals(of: place, at: now)
    while claimed.count < claim.max {
      guard let slot = next(for: free, of: whole, place, wanted, &turn, at: now) else { break }
      // Another is next in turn from now on, and may have waited as long.
      if turn.ahead == slot { turn = ClaimTurn(rivals: turn.rivals) }
      tasks.writeOut(slot)
      let taken = free.allocate(tasks[written: slot].spec.shape)
      claimed.append(begin(slot, claim.worker, taken, at: now, entropy: &entropy))
    }
    return .claimed(claimed)
  }

  /// What a claim says of its worker. Who waits behind it for a task may get that where it asks for less than before.
  /// - Parameter known: the worker as it was before.
  private mutating func note(_ claim: Claim, _ queues: Set<UInt32>?, of known: borrowing WorkerEntry, at place: Int) {
    let stay = claim.stay ?? known.stay
    let isAnother = known.queues != queues || known.claimed != claim.resources || known.stay != stay
    // A claim that is looked at again says nothing new, and changes nothing.
    guard isAnother || !known.isPresent else { return }
    workers.values[place].isPresent = true
    workers.values[place].queues = queues
    workers.values[place].claimed = claim.resources
    workers.values[place].stay = stay
    if isAnother { othersChanged(than: claim.worker) } else { rivalList = nil }
  }

  /// What a claim knows of the task that is next in turn, from one of its tasks to the next.
  struct ClaimTurn {
    /// The next in turn of those that the worker could ever run, once it was looked for.
    var ahead: Slot?
    /// How long others may take meanwhile, in milliseconds; nil: as long as they like.
    var limit: Int64?
    /// Other workers, as long as the claim is being filled.
    var rivals = Rivals()
  }

  /// The task that the worker gets next: the next in turn that fits, unless the worker is reserved for one that doesn't.
  /// - Parameter whole: all that the worker offers; nil: nobody is kept free for anybody.
  mutating func next(
    for free: Free, of whole: Free?, _ place: Int, _ queues: Set<UInt32>?, _ turn: inout ClaimTurn, at now: Int64
  ) -> Slot? {
    let shares = isFair ? shares : []
    let rivals = turn.rivals
    guard let first = index.next(for: free, queues: queues, runtime: turn.limit, rivals: rivals, shares: shares) else {
      return nil
    }
    guard let whole, turn.ahead == nil,
      let ahead = index.next(
        for: whole, queues: queues, rivals: rivals, shares: shares,
        known: (tasks.lane(of: first), tasks.turn(of: first)))
    else { return first }
    turn.ahead = ahead
    guard ahead != first, let limit = backfillLimit(ahead: ahead, on: place, at: now) else { return first }
    turn.limit = limit
    return index.next(for: free, queues: queues, runtime: limit, rivals: rivals, shares: shares)
  }

  private mutating func claimOne(
    _ id: TaskID, _ claim: Claim, free: Free?, at now: Int64, entropy: inout Entropy
  ) throws(Rejection) -> [ClaimedTask] {
    guard let slot = tasks.slot(id) else { throw Rejection(.notFound, "There is no task \(id).") }
    let entry = tasks[slot]
    guard entry.state == .available else {
      throw .field("state", "a worker may not take a task from \(entry.state.name) to running; it must be available")
    }
    guard entry.isClaimable else {
      throw .field(
        "state",
        entry.isHeld ? "the task is on hold and can't be claimed" : "the task can't be claimed before its delay is over"
      )
    }
    if let batch = entry.spec.boundedArray, isFull(batch) {
      throw .field("state", "as many tasks of its array are running as its max_running allows")
    }
    if let stay = claim.stay ?? workers[claim.worker]?.stay, !stay.hasTime(for: entry.spec.neededTime, at: now) {
      return []
    }
    let shape = entry.spec.shape
    guard var free else {
      // A worker that declared nothing claims by id, without a fit.
      return [begin(slot, claim.worker, (shape.coreCount, []), at: now, entropy: &entropy)]
    }
    if let limit = claim.resources { free.limit(to: limit) }
    guard free.fits(shape) else { return [] }
    return [begin(slot, claim.worker, free.allocate(shape), at: now, entropy: &entropy)]
  }

  private mutating func begin(
    _ slot: Slot, _ worker: WorkerID, _ taken: (cores: Int64, gpus: [Int64]), at now: Int64, entropy: inout Entropy
  ) -> ClaimedTask {
    tasks.expect(slot)
    tasks.writeOut(slot)
    let id = tasks[written: slot].id
    let attempt = AttemptRecord(
      id: entropy.identifier(at: now), attemptCount: tasks[written: slot].attemptCount + 1,
      claimNumber: tasks[written: slot].claimNumber + 1, epoch: epoch, workerID: worker, cores: taken.cores,
      gpus: taken.gpus,
      timeClaimed: now)
    emit(.taskClaimed(id, attempt), at: now)
    // What a family shares is put together with what is the member's own where it is told, off the queue.
    return ClaimedTask(record: tasks.record(slot, isWhole: false), attempt: attempt)
  }

  /// Whether a worker may take tasks now.
  static func mayClaim(_ worker: WorkerRecord) throws(Rejection) {
    guard worker.permissions.contains(.claim) else {
      throw Rejection(.forbidden, "The worker \(worker.name) lacks the permission to claim.")
    }
    guard worker.unregistering == nil else {
      throw Rejection(.forbidden, "The worker \(worker.name) is being unregistered and takes nothing more.")
    }
    if let pause = worker.pause {
      throw Rejection(
        .forbidden,
        "The worker \(worker.name) is paused\(pause.note.map { ": \($0)" } ?? "") and takes nothing until it is resumed."
      )
    }
    guard !worker.isDraining else {
      throw Rejection(.forbidden, "The worker \(worker.name) is draining and takes nothing more.")
    }
    if let quarantine = worker.quarantine {
      throw .field(
        "worker_id",
        "the worker \(worker.name) is in quarantine: \(quarantine.reason); it takes nothing until a provider lifts that"
      )
    }
  }

  /// The largest part that an owner holds now of anything that all workers offer together.
  func dominantShare(_ holding: Holding) -> Double {
    func part(_ held: Int128, _ offered: Int128) -> Double {
      offered > 0 ? Double(sum: held) / Double(sum: offered) : 0
    }
    return max(
      part(holding.memoryBytes, capacity.memoryBytes), part(holding.cores, capacity.cores),
      part(Int128(holding.gpuCount), capacity.gpuCount))
  }
}
