/// Claims: what fits into a worker's free resources, the next in turn first, all of them together.
extension QueueState {
  mutating func claim(
    _ claim: Claim, at now: Int64, entropy: inout Entropy
  ) throws(Rejection) -> Answer {
    guard let worker = workers[claim.worker] else {
      throw Rejection(.forbidden, "No worker \(claim.worker) is registered.")
    }
    try mayClaim(worker.record)
    if let id = claim.task { return .claimed(try claimOne(id, claim, worker, at: now, entropy: &entropy)) }
    guard var free = worker.free else {
      throw .field("resources", "this worker declared none; it claims tasks by their id")
    }
    if let limit = claim.resources { free.limit(to: limit) }
    let wanted = claim.queues.isEmpty ? nil : Set(claim.queues.compactMap { queues.known($0) })
    var claimed: [ClaimedTask] = []
    while claimed.count < claim.max {
      guard let slot = index.next(for: free, queues: wanted, share: { dominantShare(of: $0) }) else { break }
      let taken = free.take(tasks[slot].spec.resources ?? ResourceRequest())
      claimed.append(begin(slot, worker.record.id, taken, at: now, entropy: &entropy))
    }
    return .claimed(claimed)
  }

  private mutating func claimOne(
    _ id: TaskID, _ claim: Claim, _ worker: WorkerEntry, at now: Int64, entropy: inout Entropy
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
    let request = entry.spec.resources ?? ResourceRequest()
    guard var free = worker.free else {
      // A worker that declared nothing claims by id, without a fit.
      return [begin(slot, worker.record.id, (request.coreCount, []), at: now, entropy: &entropy)]
    }
    if let limit = claim.resources { free.limit(to: limit) }
    guard free.fits(request) else { return [] }
    return [begin(slot, worker.record.id, free.take(request), at: now, entropy: &entropy)]
  }

  private mutating func begin(
    _ slot: Slot, _ worker: WorkerID, _ taken: (cores: Int64, gpus: [Int64]), at now: Int64, entropy: inout Entropy
  ) -> ClaimedTask {
    let entry = tasks[slot]
    let attempt = AttemptRecord(
      id: entropy.identifier(at: now), attemptCount: entry.attemptCount + 1, claimNumber: entry.claimNumber + 1,
      epoch: epoch, workerID: worker, cores: taken.cores, gpus: taken.gpus, timeClaimed: now)
    emit(.taskClaimed(entry.id, attempt), at: now)
    return ClaimedTask(id: entry.id, spec: entry.spec, attempt: attempt)
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
  func dominantShare(of owner: UInt32) -> Double {
    guard Int(owner) < holdings.count else { return 0 }
    let holding = holdings[Int(owner)]
    func part(_ held: Int64, _ offered: Int64) -> Double { offered > 0 ? Double(held) / Double(offered) : 0 }
    return max(
      part(holding.memoryBytes, capacity.memoryBytes), part(holding.cores, capacity.cores),
      part(holding.gpuCount, capacity.gpuCount))
  }
}
