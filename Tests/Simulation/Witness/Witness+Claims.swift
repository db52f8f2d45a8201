import BanyanCore

/// Claims: each task that is given out is the one that a plain scan of all tasks finds.
extension Witness {
  /// What is left of a worker while its claim is being filled.
  struct Room {
    var memoryBytes: Int64
    var cores: Int64
    var gpus: [GPUDevice]
    var custom: [CodePoints: Int64]
    var tasks: Int64
    let offered: ResourceOffer

    func cores(of request: ResourceRequest) -> Int64 {
      let (whole, rest) = (Int64(request.corePercent) * offered.cores).quotientAndRemainder(dividingBy: 100)
      return max(request.coreCount, whole + (rest > 0 ? 1 : 0))
    }

    func suits(_ gpu: GPUDevice, _ request: ResourceRequest) -> Bool {
      gpu.memoryBytes >= request.gpuMemoryBytes ?? 0
        && (request.gpuCapability.map {
          gpu.capability.major > $0.major || (gpu.capability.major == $0.major && gpu.capability.minor >= $0.minor)
        } ?? true)
    }

    /// Why a request doesn't fit; nil: it does.
    func lacks(_ request: ResourceRequest) -> Check? {
      if request.gpuCount > gpus.count(where: { suits($0, request) }) { return .gpus }
      guard tasks > 0, request.memoryBytes <= memoryBytes, cores(of: request) <= cores else { return .offers }
      for resource in request.custom where custom[resource.name] ?? 0 < resource.count { return .offers }
      return nil
    }
  }

  /// What a worker has left, by the histories of the attempts that it holds; nil: it declared nothing.
  func room(of worker: WorkerID, _ limit: ResourceOffer?) -> Room? {
    guard let offer = machines[worker]?.offer else { return nil }
    let holds = (heldTasks[worker] ?? []).compactMap { tasks[$0]?.live }
    var room = Room(
      memoryBytes: offer.memoryBytes, cores: offer.cores, gpus: offer.gpus, custom: offer.custom,
      tasks: (offer.maxTasks ?? max(offer.cores, 1) * 8) - Int64(holds.count), offered: offer)
    for hold in holds {
      room.memoryBytes -= hold.request.memoryBytes
      room.cores -= hold.cores
      room.gpus.removeAll { hold.gpus.contains($0.ordinal) }
      for resource in hold.request.custom { room.custom[resource.name, default: 0] -= resource.count }
    }
    guard let limit else { return room }
    room.memoryBytes = min(room.memoryBytes, limit.memoryBytes)
    room.cores = min(room.cores, limit.cores)
    room.gpus.removeAll { gpu in !limit.gpus.contains { $0.ordinal == gpu.ordinal } }
    for (name, count) in room.custom { room.custom[name] = min(count, limit.custom[name] ?? 0) }
    room.tasks = min(room.tasks, limit.maxTasks ?? .max)
    return room
  }

  /// What a plain scan of all tasks gives to this room next.
  /// - Parameter isSure: tasks that may be passed over for the worker are left out.
  func scan(_ room: Room, _ claim: Claim, isSure: Bool = true) -> TaskID? {
    var best: Rank?
    var shares: [String: Double] = [:]
    for id in order {
      guard let task = tasks[id], task.isClaimable, let request = task.fields.resources else { continue }
      guard claim.queues.isEmpty || claim.queues.contains(task.fields.queue) else { continue }
      if (task.lacking[claim.worker] ?? .min) > latest || (isSure && mayPassOver(task, claim.worker)) { continue }
      if timeLeft(of: claim.worker, for: task) == .tooLittle { continue }
      if let best, task.fields.priority < best.priority { continue }
      guard room.lacks(request) == nil, !isFull(task) else { continue }
      let share = shares[task.owner] ?? (isFair ? dominantShare(of: task.owner) : 0)
      shares[task.owner] = share
      let rank = Rank(id: task.id, priority: task.fields.priority, share: share, turn: task.turn)
      if best.map({ rank < $0 }) ?? true { best = rank }
    }
    return best?.id
  }

  /// Where a task stands: by priority, its owner's share, its turn.
  private struct Rank: Comparable {
    var id: TaskID
    var priority: Int16
    var share: Double
    var turn: UInt64

    static func < (left: Rank, right: Rank) -> Bool {
      (-Int(left.priority), left.share, left.turn) < (-Int(right.priority), right.share, right.turn)
    }
  }

  /// Whether a claim may get this task next: what a plain scan gives, or one before it that might have been passed over.
  private func mayGet(_ id: TaskID, _ room: Room, _ claim: Claim) -> Bool {
    if isReserving { return true }
    if scan(room, claim) == id || scan(room, claim, isSure: false) == id { return true }
    guard let task = tasks[id], mayPassOver(task, claim.worker) else { return false }
    // One of several that might have been passed over: none that can't be comes before it.
    var alone = self
    for other in order where other != id && tasks[other].map({ mayPassOver($0, claim.worker) }) == true {
      alone.tasks[other]?.turn = 0
      alone.tasks[other]?.isHeld = true
    }
    return alone.scan(room, claim, isSure: false) == id
  }

  /// The largest part that an owner's live attempts hold of what all registered workers offer.
  private func dominantShare(of owner: String) -> Double {
    var held: (memory: Int64, cores: Int64, gpus: Int64) = (0, 0, 0)
    for id in heldTasks.values.joined() {
      guard let task = tasks[id], task.owner == owner, let hold = task.live else { continue }
      held.memory += hold.request.memoryBytes
      held.cores += hold.cores
      held.gpus += Int64(hold.gpus.count)
    }
    var offered: (memory: Int64, cores: Int64, gpus: Int64) = (0, 0, 0)
    for offer in machines.values.compactMap(\.offer) {
      offered.memory += offer.memoryBytes
      offered.cores += offer.cores
      offered.gpus += Int64(offer.gpus.count)
    }
    func part(_ held: Int64, _ offered: Int64) -> Double { offered > 0 ? Double(held) / Double(offered) : 0 }
    return max(part(held.memory, offered.memory), part(held.cores, offered.cores), part(held.gpus, offered.gpus))
  }

  /// A claim that was allowed: what it got, one by one.
  mutating func judge(_ claim: Claim, _ outcome: QueueState.Outcome, at now: Int64) {
    if let bar = bar(claim.worker) { fail(.workers, "a worker that \(bar) was allowed to claim") }
    let command = Command.claim(claim)
    var count = 0
    var turn = ClaimTurn()
    if claim.task == nil, machines[claim.worker]?.offer != nil { present[claim.worker] = claim.queues }
    for event in outcome.events {
      if case .taskClaimed(let id, _) = event { watchKeepers(&turn, claim, gets: id, at: now) }
      if case .taskClaimed(let id, _) = event, claim.task == nil, let room = room(of: claim.worker, claim.resources) {
        let room = limited(room, claim, count)
        if !mayGet(id, room, claim) {
          fail(.order, "the claim got \(id), a plain scan gives \(scan(room, claim).map { "\($0)" } ?? "nothing")")
        }
      }
      count += 1
      observe(event, of: command, at: now)
    }
    if count < claim.max { watchKeepers(&turn, claim, gets: nil, at: now) }
    require(
      count <= (claim.task == nil ? claim.max : 1), .answers, "the claim got \(count) tasks, more than it may have")
    guard let room = room(of: claim.worker, claim.resources) else { return }
    if let id = claim.task {
      let room = limited(room, claim, 0)
      if count == 0, let task = tasks[id], task.isClaimable, let request = task.fields.resources,
        timeLeft(of: claim.worker, for: task) == .enough
      {
        require(room.lacks(request) != nil, .order, "the claim of \(id) got nothing, and it fits")
      }
    } else if count < claim.max, !isReserving, let next = scan(limited(room, claim, count), claim) {
      fail(.order, "the claim got \(count) tasks, a plain scan gives \(next) too")
    }
  }

  /// What the claim offers is spent by what it got already; the rest of its worker's offer was reckoned from its heldTasks.
  private func limited(_ room: Room, _ claim: Claim, _ count: Int) -> Room {
    guard let limit = claim.resources, count > 0 else { return room }
    var room = room
    let taken = touched.suffix(count).compactMap { tasks[$0]?.live }
    room.memoryBytes = min(room.memoryBytes, limit.memoryBytes - taken.reduce(0) { $0 + $1.request.memoryBytes })
    room.cores = min(room.cores, limit.cores - taken.reduce(0) { $0 + $1.cores })
    for name in room.custom.keys {
      let spent = taken.flatMap(\.request.custom).reduce(0) { $0 + ($1.name == name ? $1.count : 0) }
      room.custom[name] = min(room.custom[name] ?? 0, (limit.custom[name] ?? 0) - spent)
    }
    if let most = limit.maxTasks { room.tasks = min(room.tasks, most - Int64(count)) }
    return room
  }

  /// A task goes into a worker's heldTasks.
  mutating func claim(_ id: TaskID, _ attempt: AttemptRecord, _ command: Command, at now: Int64) {
    let (worker, named): (WorkerID?, TaskID?) =
      switch command {
      case .claim(let claim): (claim.worker, claim.task)
      case .update(let patches, _):
        (patches.first { $0.task == id && $0.state == .running }?.execution?.workerID, id)
      default: (nil, nil)
      }
    guard worker == attempt.workerID, named ?? id == id else {
      return fail(.oneLiveAttempt, "task \(id) was given to \(attempt.workerID), which didn't ask")
    }
    if let bar = bar(attempt.workerID) { fail(.workers, "task \(id) was given to a worker that \(bar)") }
    if case .claim(let claim) = command, let queue = tasks[id]?.fields.queue, claim.task == nil, !claim.queues.isEmpty {
      require(claim.queues.contains(queue), .holds, "task \(id) is of the queue \(queue), claimed from \(claim.queues)")
    }
    let room = self.room(of: attempt.workerID, nil)
    if let task = tasks[id], named == nil {
      require(
        (task.lacking[attempt.workerID] ?? .min) <= latest, .order,
        "task \(id) was given to a worker that lacks its folder"
      )
    }
    if let task = tasks[id], timeLeft(of: attempt.workerID, for: task) == .tooLittle {
      fail(.leaving, "task \(id) was given to a worker that leaves before it would have ended")
    }
    if let task = tasks[id], isFull(task) {
      fail(.arrays, "task \(id) was claimed, and as many of its array run as may")
    }
    let epoch = self.epoch
    change(id) { task, broken in
      if let live = task.live {
        broken.append(Failure(.oneLiveAttempt, "task \(id) was claimed while \(live.worker) holds claim \(live.claim)"))
      }
      if task.state.isEnded { broken.append(Failure(.endsOnce, "task \(id) has ended and was claimed")) }
      if task.state == .inactive { broken.append(Failure(.release, "task \(id) is inactive and was claimed")) }
      if task.isHeld { broken.append(Failure(.holds, "task \(id) is on hold and was claimed")) }
      if task.delayedUntil != 0 {
        broken.append(Failure(.holds, "task \(id) was claimed at \(now), it waits until \(task.delayedUntil)"))
      }
      if attempt.claimNumber != task.claim + 1 || attempt.epoch != epoch {
        broken.append(
          Failure(
            .claimNumbers, "task \(id): claim \(attempt.claimNumber) of epoch \(attempt.epoch) follows \(task.claim)"))
      }
      let request = task.fields.resources ?? ResourceRequest()
      if let room {
        if let check = room.lacks(request) {
          broken.append(Failure(check, "task \(id) doesn't fit into what its worker offered and has left"))
        }
        if attempt.cores != room.cores(of: request) {
          broken.append(Failure(.offers, "task \(id) got \(attempt.cores) cores, not \(room.cores(of: request))"))
        }
        let devices = attempt.gpus.compactMap { ordinal in room.gpus.first { $0.ordinal == ordinal } }
        if Set(attempt.gpus).count != Int(request.gpuCount) || devices.count != attempt.gpus.count
          || !devices.allSatisfy({ room.suits($0, request) })
        {
          broken.append(Failure(.gpus, "task \(id) asks for \(request.gpuCount) GPUs and got \(attempt.gpus)"))
        }
      }
      task.attempts += 1
      if attempt.attemptCount != task.attempts || task.attempts > task.fields.maxAttemptCount {
        broken.append(
          Failure(
            .counts,
            "attempt \(attempt.attemptCount) of the task \(id) is number \(task.attempts) of \(task.fields.maxAttemptCount)"
          ))
      }
      task.state = .running
      task.passedOver = []
      task.turn = 0
      task.killDue = 0
      task.holds.append(
        Hold(
          claim: attempt.claimNumber, epoch: attempt.epoch, worker: attempt.workerID, claimed: now,
          cores: attempt.cores, gpus: attempt.gpus, request: request))
    }
    heldTasks[attempt.workerID, default: []].insert(id)
  }
}
