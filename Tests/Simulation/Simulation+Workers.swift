import BanyanCore

/// What workers do, and what happens to them.
extension Simulation {
  /// What a machine may have.
  static func offer(_ random: inout SplitMix) -> ResourceOffer {
    func span(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &random) }
    let gpus = (0..<max(0, span(-1...4))).map { ordinal in
      GPUDevice(
        ordinal: ordinal * 2, memoryBytes: span(1...4) * 8 << 30,
        capability: GPUCapability(major: span(6...9), minor: span(0...5)))
    }
    return ResourceOffer(
      memoryBytes: span(2...16) << 30, cores: span(1...10), gpus: gpus,
      custom: span(0...1) == 0 ? [:] : ["license": span(1...3)], maxTasks: span(0...2) == 0 ? span(1...4) : nil)
  }

  mutating func joinOrLeave() {
    guard let place = workers.indices.randomElement(using: &random) else { return }
    if !workers[place].isAlive {
      // A new start of its process: it runs nothing, whatever the server thinks.
      workers[place].instance += 1
      workers[place].isAlive = true
      workers[place].isCutOff = false
      if chance(0.1) { workers[place].offer = Self.offer(&random) }
      workers[place].stay = chance(0.2) ? stay() : nil
      if chance(0.3) { changeFolder(place) }
      return hello(place)
    }
    switch number(0...9) {
    case 0, 1:
      // Its keeper may go on with what runs, until the next start takes it over, or for its lease.
      let isWhole = chance(0.7)
      note("\(workers[place].name) dies\(isWhole ? " with its keeper" : "")")
      workers[place].isAlive = false
      if isWhole { workers[place].running = [] }
    case 2, 3:
      note("\(workers[place].name) is cut off")
      workers[place].isCutOff = true
    case 4:
      // The network half of its process starts anew; a keeper that still holds tasks hands them on, or doesn't.
      workers[place].instance += 1
      if chance(0.5) { workers[place].running = [] }
      if chance(0.4) { changeFolder(place) }
      workers[place].isCutOff = false
      hello(place)
    default:
      workers[place].isCutOff = false
      hello(place)
    }
  }

  private mutating func changeFolder(_ place: Int) {
    let known = chance(0.5) ? workers[place].left.indices.randomElement(using: &random) : nil
    lastFolder += 1
    workers[place].changeFolder(to: known, fresh: lastFolder, goesOn: chance(0.8))
    // What was given up or forgotten before, the worker may not have heard of. And of whom no folder is known (it was
    // registered anew, or claimed over REST), the server takes the next one to know all.
    let isKnown = workers[place].id.flatMap { witness.machines[$0]?.folder } != nil
    for index in workers[place].left.indices {
      workers[place].left[index].running.removeAll { [witness] in
        !isKnown || witness.tasks[$0.task]?.live?.proof != $0.token
      }
    }
    note("\(workers[place].name) works in the folder \(workers[place].folder ?? 0)")
  }

  /// What runs on in a folder that its worker has left is given to nobody else meanwhile: a hello and a claim don't end it.
  mutating func lookAtLeft(_ command: Command) {
    for place in workers.indices {
      for index in workers[place].left.indices {
        let running = workers[place].left[index].running
        let going = running.filter { witness.tasks[$0.task]?.live?.proof == $0.token }
        guard going.count < running.count else { continue }
        workers[place].left[index].running = going
        switch command {
        case .hello, .claim:
          fail(.oneLiveAttempt, "what runs in a folder that \(workers[place].name) left is given up")
        default: break
        }
      }
    }
  }

  private mutating func stay() -> Stay {
    Stay(until: now + span(1_000...600_000), assumed: chance(0.6) ? span(1...60_000) : nil)
  }

  mutating func hello(_ place: Int) {
    let worker = workers[place]
    var running = worker.running.map { (task: $0.task, token: $0.token) }
    if chance(0.1) { running.append((anyTask(), pick([.forged, .none, .genuine(claimNumber: 1, epoch: 1)]) ?? .none)) }
    let hello = Hello(
      by: chance(0.98) ? worker.user : providers[0], name: worker.name, instance: "\(worker.instance)",
      folder: worker.folder.map { "folder \($0)" }, offer: worker.offer, running: running, stay: worker.stay)
    guard case .welcomed(let welcome)? = perform(.hello(hello))?.answer else { return }
    workers[place].id = welcome.worker.id
    for refused in welcome.refused where !welcome.attached.contains(refused.task) { workers[place].drop(refused.task) }
    // Held and not named: the same process starts them, most of the time.
    for held in welcome.held where chance(0.7) { workers[place].receive([held]) }
    for order in welcome.cancelling { workers[place].toBeCancelled(order.task) }
  }

  /// Where a worker is that can be heard.
  private mutating func audible() -> Int? { among(workers.indices.filter { workers[$0].isAudible }) }

  /// One of these, the broken one rather than others: it is soon free again.
  private mutating func among(_ places: [Int]) -> Int? {
    if let broken = places.first(where: { workers[$0].isBroken }), chance(0.4) { return broken }
    return pick(places)
  }

  mutating func claim() {
    guard let place = audible(), let id = workers[place].id else { return }
    if chance(0.02) { return claimByNobody() }
    // A registration that declared nothing claims without a fit; these workers say hello first.
    if witness.machines[id] != nil, witness.machines[id]?.offer == nil, chance(0.5) { return hello(place) }
    // A time limit may come while it runs, as from who lends it the machine.
    if chance(0.03) { workers[place].stay = stay() }
    var claim = Claim(worker: id, max: chance(0.05) ? 0 : number(1...6), stay: workers[place].stay)
    if chance(0.2) { claim.queues = chance(0.9) ? ["slow"] : ["slow", "nowhere", TaskFields.defaultQueue] }
    if chance(0.15) { claim.task = anyTask([.available]) }
    if chance(0.2) { claim.resources = limit(of: workers[place].offer) }
    guard case .claimed(let tasks)? = perform(.claim(claim))?.answer else { return }
    // Sometimes the answer is lost on its way.
    if !chance(0.05) { workers[place].receive(tasks) }
  }

  private mutating func limit(of offer: ResourceOffer) -> ResourceOffer {
    ResourceOffer(
      memoryBytes: span(0...offer.memoryBytes >> 30) << 30, cores: span(0...offer.cores),
      gpus: offer.gpus.filter { _ in chance(0.6) }, custom: offer.custom.filter { _ in chance(0.6) },
      maxTasks: chance(0.5) ? span(0...3) : nil)
  }

  private mutating func claimByNobody() { _ = perform(.claim(Claim(worker: anyTask(), max: 1))) }

  /// A worker tells of its attempts, as it is.
  mutating func tellOfAttempts() {
    let busy = workers.indices.filter { workers[$0].isAudible && !workers[$0].running.isEmpty }
    guard let place = among(busy), let id = workers[place].id else { return }
    let fresh = workers[place].running.filter { !$0.isStarted }
    if !fresh.isEmpty, chance(0.5) {
      let starts = fresh.prefix(number(1...2)).map {
        AttemptStart(task: $0.task, token: $0.token, timeStarted: now, workingDirectory: "/w")
      }
      guard perform(.started(id, starts)) != nil else { return }
      for index in workers[place].running.indices
      where starts.contains(where: { $0.task == workers[place].running[index].task }) {
        workers[place].running[index].started = now
      }
      return
    }
    if chance(0.1), let attempt = pick(workers[place].running) { return tellUsage(attempt, workers[place].user) }
    let attempts = workers[place].running.shuffled(using: &random).prefix(chance(0.7) ? 1 : number(1...4))
    let reports = attempts.map { attempt in
      guard workers[place].isBroken, !chance(0.05) else { return report(attempt) }
      return AttemptReport(
        task: attempt.task, token: attempt.token, state: .terminated, exitStatus: "failure (exit 127)",
        timeTerminated: attempt.started ?? now)
    }
    guard case .judged(let verdicts)? = perform(.report(id, reports))?.answer else { return }
    for (report, verdict) in zip(reports, verdicts) {
      if verdict.refusal == nil { workers[place].told.append(report) }
      workers[place].drop(report.task)
    }
  }

  private mutating func tellUsage(_ attempt: SimulatedWorker.Attempt, _ user: Principal) {
    var patch = TaskPatch(task: attempt.task)
    var usage = AttemptUsage()
    usage.residentMemoryBytes = span(0...1 << 30)
    patch.execution = ExecutionPatch(
      token: attempt.token,
      update: AttemptUpdate(timeStarted: attempt.isStarted ? nil : chance(0.3) ? now : nil, usage: usage))
    _ = perform(.update([patch], by: user))
  }

  private mutating func report(_ attempt: SimulatedWorker.Attempt) -> AttemptReport {
    let (state, status): (TaskState, String?) =
      if attempt.isToBeCancelled, chance(0.7) {
        (.cancelled, chance(0.8) ? ExitStatus.cancelled : nil)
      } else if chance(0.1) {
        (.available, chance(0.5) ? nil : ExitStatus.released(chance(0.5) ? "no such folder: /w" : "out of descriptors"))
      } else if chance(0.05) {
        (.available, ExitStatus.unreachable)
      } else if chance(0.6) {
        (.terminated, ExitStatus.success)
      } else if chance(0.95) {
        (.terminated, "failure (exit 3)")
      } else {
        (pick(TaskState.allCases) ?? .cancelled, chance(0.5) ? nil : String(repeating: "x", count: number(0...300)))
      }
    return AttemptReport(
      task: attempt.task, token: attempt.token, state: state, exitStatus: status,
      timeTerminated: chance(0.98) ? now : nil)
  }

  /// Doubled, late, forged, somebody else's. Nothing of it may change anything; a doubled word gets its first answer.
  mutating func tellFalsely() {
    guard let place = audible(), let id = workers[place].id else { return }
    let before = state.sequence
    var report: AttemptReport
    if chance(0.5), let old = pick(workers[place].told) {
      report = old
      if chance(0.3) { report.exitStatus = ExitStatus.success }
    } else {
      let task = anyTask([.running, .available, .terminated])
      let known = witness.tasks[task]?.holds ?? []
      let token: AttemptProof =
        if let hold = pick(known.filter { $0.worker != id || $0.claim != witness.tasks[task]?.claim }) {
          hold.proof
        } else {
          pick([.none, .forged, .genuine(claimNumber: 0, epoch: 1), .genuine(claimNumber: 99, epoch: 9)]) ?? .none
        }
      report = AttemptReport(
        task: task, token: token, state: .terminated, exitStatus: ExitStatus.success, timeTerminated: now)
    }
    if witness.tasks[report.task]?.live?.proof == report.token, witness.tasks[report.task]?.live?.worker == id {
      return
    }
    _ = perform(.report(id, [report]))
    require(state.sequence == before, .tokens, "a repeated or false word about \(report.task) changed something")
  }

  /// Workers that can't be heard lose their leases; by then they have stopped what they ran.
  mutating func expire() {
    if chance(0.3) { return expireFolder() }
    let silent = workers.indices.filter { !workers[$0].isAlive || workers[$0].isCutOff }
    guard let place = pick(silent), let id = workers[place].id else { return }
    now += Self.lease
    let stopped = workers[place].running.filter { witness.tasks[$0.task]?.fields.onLostContact != .continue }
    // A cut-off worker may still tell, once it is back: late.
    workers[place].running.removeAll { attempt in stopped.contains { $0.task == attempt.task } }
    for attempt in stopped {
      workers[place].told.append(
        AttemptReport(
          task: attempt.task, token: attempt.token, state: .available, exitStatus: ExitStatus.unreachable,
          timeTerminated: now))
    }
    _ = perform(.expireLeases(id))
  }

  /// The lease of a folder that was left is over, and what ran there has stopped.
  private mutating func expireFolder() {
    guard let place = pick(workers.indices.filter { workers[$0].id != nil && !workers[$0].left.isEmpty }),
      let id = workers[place].id, let index = workers[place].left.indices.randomElement(using: &random)
    else { return }
    now += Self.lease
    let left = workers[place].left[index]
    workers[place].left[index].running = left.running.filter {
      witness.tasks[$0.task]?.fields.onLostContact == .continue
    }
    _ = perform(.expireFolder(id, "folder \(left.folder)"))
  }
}
