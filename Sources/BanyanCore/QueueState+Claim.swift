/// Claims: what fits into a worker's free resources, the next in turn first, all of them together.
extension QueueState {
  mutating func claim(
    _ claim: Claim, at now: Int64, entropy: inout Entropy
  ) throws(Rejection) -> Answer {
    guard let place = workers.index(forKey: claim.worker) else {
      throw Rejection(.forbidden, "No worker \(claim.worker) is registered.")
    }
    try mayClaim(workers.values[place].record)
    if let id = claim.task {
      return .claimed(try claimOne(id, claim, free: workers.values[place].free, at: now, entropy: &entropy))
    }
    guard var free = workers.values[place].free else {
      throw .field("resources", "this worker declared none; it claims tasks by their id")
    }
    if let limit = claim.resources { free.limit(to: limit) }
    let wanted = claim.queues.isEmpty ? nil : Set(claim.queues.compactMap { queues.known($0) })
    var claimed: [ClaimedTask] = []
    let likely = min(claim.max, index.count, 256)
    claimed.reserveCapacity(likely)
    emitted.reserveCapacity(likely)
    while claimed.count < claim.max {
      guard let slot = index.next(for: free, queues: wanted, shares: shares) else { break }
      let taken = free.take(tasks[slot].spec.shape)
      claimed.append(begin(slot, claim.worker, taken, at: now, entropy: &entropy))
    }
    return .claimed(claimed)
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
    let shape = entry.spec.shape
    guard var free else {
      // A worker that declared nothing claims by id, without a fit.
      return [begin(slot, claim.worker, (shape.coreCount, []), at: now, entropy: &entropy)]
    }
    if let limit = claim.resources { free.limit(to: limit) }
    guard free.fits(shape) else { return [] }
    return [begin(slot, claim.worker, free.take(shape), at: now, entropy: &entropy)]
  }

  private mutating func begin(
    _ slot: Slot, _ worker: WorkerID, _ taken: (cores: Int64, gpus: [Int64]), at now: Int64, entropy: inout Entropy
  ) -> ClaimedTask {
    let id = tasks[slot].id
    let attempt = AttemptRecord(
      id: entropy.identifier(at: now), attemptCount: tasks[slot].attemptCount + 1,
      claimNumber: tasks[slot].claimNumber + 1, epoch: epoch, workerID: worker, cores: taken.cores, gpus: taken.gpus,
      timeClaimed: now)
    emit(.taskClaimed(id, attempt), at: now)
    return ClaimedTask(id: id, spec: tasks[slot].spec, attempt: attempt)
  }

  /// Whether a worker may take tasks now.
  func mayClaim(_ worker: WorkerRecord) throws(Rejection) {
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
    func part(_ held: Int64, _ offered: Int64) -> Double { offered > 0 ? Double(held) / Double(offered) : 0 }
    return max(
      part(holding.memoryBytes, capacity.memoryBytes), part(holding.cores, capacity.cores),
      part(holding.gpuCount, capacity.gpuCount))
  }
}
