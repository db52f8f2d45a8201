import BanyanCore

/// What workers do, and what happens to them.
extension Simulation {
  mutating func comeOrGo() {
    guard let place = workers.indices.randomElement(using: &random) else { return }
    if !workers[place].isAlive {
      // A new start of its process: it runs nothing, whatever the server thinks.
      workers[place].instance += 1
      workers[place].isAlive = true
      workers[place].isCutOff = false
      return hello(place)
    }
    switch number(0...9) {
    case 0, 1:
      trace.append("\(trace.count) at \(now): \(workers[place].name) dies")
      workers[place].isAlive = false
      workers[place].running = []
    case 2, 3:
      trace.append("\(trace.count) at \(now): \(workers[place].name) is cut off")
      workers[place].isCutOff = true
    case 4:
      // The same name on another machine: a new instance takes the registration over.
      workers[place].instance += 1
      workers[place].running = []
      workers[place].isCutOff = false
      hello(place)
    default:
      workers[place].isCutOff = false
      hello(place)
    }
  }

  mutating func hello(_ place: Int) {
    let worker = workers[place]
    let gpus = (0..<Int64(place % 3)).map { ordinal in
      GPUDevice(ordinal: ordinal, memoryBytes: 8 << 30, capability: GPUCapability(major: 7, minor: 0))
    }
    let offer = ResourceOffer(
      memoryBytes: Int64(4 + 4 * place) << 30, cores: Int64(2 + 2 * place), gpus: gpus,
      custom: place == 0 ? [:] : ["license": 2], maxTasks: place == 1 ? 3 : nil)
    var running = worker.running.map { (task: $0.task, token: $0.token) }
    let isLying = chance(0.1)
    if isLying { running.append((anyTask(), pick([.forged, .none, .genuine(claimNumber: 1, epoch: 1)]) ?? .none)) }
    let hello = Hello(
      by: worker.user, name: worker.name, instance: "\(worker.instance)", offer: offer, running: running)
    let words = "hello \(worker.name)#\(worker.instance) running \(running.count)"
    let known = worker.id.flatMap { state.worker($0) }?.record
    guard let outcome = perform(.hello(hello), words) else { return }
    let endings = outcome.events.count { if case .attemptEnded = $0 { true } else { false } }
    guard case .welcomed(let welcome) = outcome.answer else { return fail("hello is not answered by a welcome") }
    workers[place].id = welcome.worker.id
    if known?.instance == hello.instance, endings > 0 { fail("a worker that came back lost what it runs") }
    if known?.instance != hello.instance, state.worker(welcome.worker.id)?.live.isEmpty == false {
      fail("a new start of a worker's process has attempts of the one before")
    }
    for refused in welcome.refused { workers[place].drop(refused.task) }
    let believed = Set(workers[place].running.map(\.task))
    if !isLying, Set(welcome.attached) != believed {
      fail("attached are \(welcome.attached), running were \(believed)")
    }
    for held in welcome.held where chance(0.7) {
      workers[place].drop(held.id)
      workers[place].running.append(SimulatedWorker.Attempt(task: held.id, token: held.proof))
    }
    for order in welcome.cancelling {
      for index in workers[place].running.indices where workers[place].running[index].task == order.task {
        workers[place].running[index].isToBeCancelled = true
      }
    }
  }

  /// Where a worker is that can be heard.
  private mutating func audible() -> Int? {
    pick(workers.indices.filter { workers[$0].isAlive && !workers[$0].isCutOff && workers[$0].id != nil })
  }

  mutating func claim() {
    guard let place = audible(), let id = workers[place].id else { return }
    // A registration that declared nothing claims without a fit; these workers always say hello first.
    if state.worker(id)?.record.offer == nil { return hello(place) }
    var claim = Claim(worker: id, max: number(1...4))
    if chance(0.2) { claim.queues = ["slow"] }
    if chance(0.15) { claim.task = anyTask() }
    if chance(0.2) { claim.resources = ResourceOffer(memoryBytes: 2 << 30, cores: 1) }
    let words = "claim \(workers[place].name) max \(claim.max)\(claim.task.map { " task \($0)" } ?? "")"
    guard let outcome = perform(.claim(claim), words) else { return }
    guard case .claimed(let tasks) = outcome.answer else { return fail("claim is not answered by tasks") }
    if tasks.count > claim.max { fail("more tasks than the claim may have") }
    checkOffer(id, claim)
    // Sometimes the answer is lost on its way.
    guard !chance(0.05) else { return }
    for task in tasks {
      workers[place].drop(task.id)
      workers[place].running.append(SimulatedWorker.Attempt(task: task.id, token: task.proof))
    }
  }

  /// What live attempts reserve stays within what the worker offered, unless a later `hello` offered less.
  private mutating func checkOffer(_ id: WorkerID, _ claim: Claim) {
    guard let worker = state.worker(id), let offer = worker.record.offer else { return }
    if worker.usedCores > offer.cores {
      fail("\(worker.record.name) has \(offer.cores) cores, \(worker.usedCores) reserved")
    }
    if worker.usedMemoryBytes > offer.memoryBytes { fail("\(worker.record.name): more memory reserved than offered") }
    if Int64(worker.live.count) > offer.taskLimit { fail("\(worker.record.name): more tasks than it takes") }
    for (name, count) in worker.usedCustom where count > offer.custom[name] ?? 0 {
      fail("\(worker.record.name): more of \(name) reserved than offered")
    }
  }

  /// A worker tells of its attempts, truly or not.
  mutating func speak() {
    guard let place = audible(), let id = workers[place].id else { return }
    if chance(0.12) { return speakFalsely(place, id) }
    guard let attempt = pick(workers[place].running) else { return }
    if !attempt.isStarted, chance(0.5) {
      let start = AttemptStart(task: attempt.task, token: attempt.token, timeStarted: now, workingDirectory: "/w")
      guard perform(.started(id, [start]), "\(workers[place].name) started \(attempt.task)") != nil else { return }
      for index in workers[place].running.indices where workers[place].running[index].task == attempt.task {
        workers[place].running[index].isStarted = true
      }
      return
    }
    let report = report(attempt)
    let words = "\(workers[place].name) reports \(attempt.task) \(report.state.name) \(report.exitStatus ?? "")"
    let live = laws.liveClaim(attempt.task)
    guard let refusals = judged(perform(.report(id, [report]), words)) else { return }
    if let refusal = refusals.first, refusal == nil {
      guard case .genuine(let claim, _) = attempt.token, claim == live else {
        return fail("a report of \(attempt.task) was accepted that is not of its live claim \(live ?? 0)")
      }
      workers[place].told.append(report)
    }
    workers[place].drop(attempt.task)
  }

  private mutating func report(_ attempt: SimulatedWorker.Attempt) -> AttemptReport {
    let (state, status): (TaskState, String?) =
      if attempt.isToBeCancelled, chance(0.7) {
        (.cancelled, ExitStatus.cancelled)
      } else if chance(0.1) {
        (.available, nil)
      } else if chance(0.05) {
        (.available, ExitStatus.unreachable)
      } else if chance(0.7) {
        (.terminated, ExitStatus.success)
      } else {
        (.terminated, "failure (exit 3)")
      }
    return AttemptReport(
      task: attempt.task, token: attempt.token, state: state, exitStatus: status, timeTerminated: now)
  }

  /// Doubled, late, forged, somebody else's. Nothing of it may change anything; a doubled word gets its first answer.
  private mutating func speakFalsely(_ place: Int, _ id: WorkerID) {
    let before = state.sequence
    if chance(0.4), let old = pick(workers[place].told) {
      _ = perform(.report(id, [old]), "\(workers[place].name) repeats \(old.task)")
    } else {
      let task = anyTask()
      let token: AttemptProof =
        if let other = pick(workers.filter { $0.id != id }), let attempt = pick(other.running), chance(0.5) {
          attempt.token
        } else {
          pick([.none, .forged, .genuine(claimNumber: 0, epoch: 1), .genuine(claimNumber: 99, epoch: 9)]) ?? .none
        }
      let isOwn = workers[place].running.contains { $0.task == task && $0.token == token }
      guard !isOwn, !isLive(task, token, id) else { return }
      let report = AttemptReport(
        task: task, token: token, state: .terminated, exitStatus: ExitStatus.success, timeTerminated: now)
      guard let refusals = judged(perform(.report(id, [report]), "\(workers[place].name) lies about \(task)")) else {
        return
      }
      if refusals.contains(where: { $0 == nil }) { fail("a false word about \(task) was believed") }
    }
    if state.sequence != before { fail("a repeated or false word changed something") }
  }

  /// By chance the false token may be the true one.
  private func isLive(_ task: TaskID, _ token: AttemptProof, _ worker: WorkerID) -> Bool {
    guard case .genuine(let claim, let epoch) = token, let attempt = state.attempt(of: task) else { return false }
    return attempt.claimNumber == claim && attempt.epoch == epoch && attempt.workerID == worker
  }

  private mutating func judged(_ outcome: QueueState.Outcome?) -> [Rejection?]? {
    guard let outcome else { return nil }
    guard case .judged(let verdicts) = outcome.answer else {
      fail("reports are not answered by verdicts")
      return nil
    }
    return verdicts.map(\.refusal)
  }

  /// Workers that can't be heard lose their leases; by then they have stopped what they ran.
  mutating func expire() {
    let silent = workers.indices.filter { !workers[$0].isAlive || workers[$0].isCutOff }
    guard let place = pick(silent), let id = workers[place].id else { return }
    now += Self.lease
    let stopped = workers[place].running.filter { attempt in
      state.record(attempt.task)?.spec.onLostContact != .continue
    }
    // A cut-off worker may still tell, once it is back: late.
    workers[place].running.removeAll { attempt in stopped.contains { $0.task == attempt.task } }
    for attempt in stopped {
      workers[place].told.append(
        AttemptReport(
          task: attempt.task, token: attempt.token, state: .available, exitStatus: ExitStatus.unreachable,
          timeTerminated: now))
    }
    _ = perform(.expireLeases(id), "leases of \(workers[place].name) expire")
  }
}
