import BanyanCore

extension JobSimulation {
  mutating func join(_ name: String) {
    // Room for everything: what the witness expects of a claim looks at turns and limits alone.
    let offer = ResourceOffer(memoryBytes: 1 << 50, cores: 1 << 20)
    let hello = Hello(by: machines, name: name, instance: "1", offer: offer)
    guard case .welcomed(let welcome) = perform(.hello(hello))?.answer else { return fail(.permissions, "no welcome") }
    if !workers.contains(welcome.worker.id) { workers.append(welcome.worker.id) }
  }

  mutating func claim() {
    guard let worker = pick(workers) else { return }
    let most = isLarge && chance(0.3) ? 1200 : isWide && chance(0.4) ? 80 : number(1...6)
    claim(Claim(worker: worker, max: most, queues: chance(0.2) ? ["default"] : []))
  }

  private mutating func claim(_ claim: Claim) {
    guard case .claimed(let tasks) = perform(.claim(claim))?.answer else { return }
    held[claim.worker, default: []] += tasks
    if !tasks.isEmpty { meet("given") }
  }

  mutating func report() {
    guard let worker = pick(workers), let count = held[worker]?.count, count > 0 else { return }
    var reports: [AttemptReport] = []
    for _ in 0..<min(count, isLarge || isWide ? number(1...80) : number(1...3)) {
      guard let last = held[worker]?.indices.randomElement(using: &random), let task = held[worker]?.remove(at: last)
      else { break }
      over.append((worker, task))
      reports.append(end(of: task))
    }
    _ = perform(.report(worker, reports))
    heal()
  }

  private mutating func end(of task: ClaimedTask) -> AttemptReport {
    let isStopping = witness.tasks[task.id]?.state == .pendingCancellation
    let (state, status): (TaskState, String) =
      if isStopping, chance(0.6) {
        (.cancelled, ExitStatus.cancelled)
      } else {
        switch number(0...(isLarge || isWide ? 300 : 30)) {
        case 0..<7: (.terminated, "failure (exit 1)")
        case 7: (.available, ExitStatus.released)
        case 8: (.available, ExitStatus.unreachable)
        default: (.terminated, ExitStatus.success)
        }
      }
    return AttemptReport(task: task.id, token: task.proof, state: state, exitStatus: status, timeTerminated: now)
  }

  /// A word about an attempt that was over before.
  mutating func lateWord() {
    guard let (worker, task) = pick(over) else { return }
    let report = AttemptReport(
      task: task.id, token: task.proof, state: .terminated, exitStatus: "late", timeTerminated: now - 1)
    guard case .judged(let verdicts) = perform(.report(worker, [report]))?.answer else { return }
    if failures.isEmpty, verdicts.first?.refusal == nil { fail(.tokens, "a late word about \(task.id) was believed") }
  }

  mutating func lose() {
    guard let worker = pick(workers) else { return }
    let tasks = held.removeValue(forKey: worker) ?? []
    for task in tasks { over.append((worker, task)) }
    _ = perform(.expireLeases(worker))
    join("w\(workers.firstIndex(of: worker) ?? 0)")
  }

  /// Nobody stays in quarantine here.
  private mutating func heal() {
    for worker in workers where state.worker(worker)?.record.quarantine != nil {
      _ = perform(.changeWorker(worker, WorkerChange(liftsQuarantine: true), by: providers[0]))
    }
  }

  mutating func tick() {
    now += Int64(number(0...100_000))
    _ = perform(.tick)
  }

  // MARK: The server

  mutating func snapshot() {
    compare(replica, "a snapshot and its events")
    guard failures.isEmpty else { return }
    note(nil, "snapshot")
    do { replica = try engine.restored(state) } catch { return fail(.replay, "the state can't be restored: \(error)") }
    compare(replica, "a snapshot")
  }

  mutating func restart(fromEvents: Bool) {
    compare(echo, "all events")
    if !fromEvents { snapshot() }
    guard failures.isEmpty else { return }
    note(nil, "restart \(fromEvents ? "from all events" : "from a snapshot")")
    meet("restart")
    state = fromEvents ? echo : replica
    if isLarge, !fromEvents {
      // What a snapshot doesn't keep is lost here and there.
      do { twin = try twin.rebuilt() } catch { return fail(.runs, "the twin can't be restored: \(error)") }
      twin.usesRuns = false
      configure(&twin)
    }
    (replica, echo) = (state, state)
    configure(&state)
    _ = perform(.start)
    for place in workers.indices { join("w\(place)") }
  }

  // MARK: The end

  /// Whatever can run, ends.
  mutating func drain() {
    for job in witness.jobs.keys.sorted() {
      var change = JobChange(job: job, by: providers[0])
      change.changes = [.held(false)]
      // A thousand members of which one runs at a time would take too long.
      if isLarge { change.maxRunning = .some(nil) }
      _ = perform(.changeJob(change))
    }
    for _ in 0..<400 where failures.isEmpty {
      now += 400_000
      _ = perform(.tick)
      for task in witness.tasks.values.sorted(by: { $0.id < $1.id }) where task.state == .inactive {
        guard !witness.waitsForParents(task), witness.tasks[task.id]?.state == .inactive else { continue }
        var patch = TaskPatch(task: task.id)
        patch.state = .available
        _ = perform(.update([patch], by: providers[0]))
      }
      for worker in workers {
        claim(Claim(worker: worker, max: 2000))
        let reports = (held.removeValue(forKey: worker) ?? []).map { task in
          AttemptReport(
            task: task.id, token: task.proof, state: .terminated, exitStatus: ExitStatus.success, timeTerminated: now)
        }
        if !reports.isEmpty { _ = perform(.report(worker, reports)) }
      }
      heal()
      if witness.tasks.values.allSatisfy(\.isEnded) { return }
    }
    let left = witness.tasks.values.filter { !$0.isEnded }
    if failures.isEmpty { fail(.progress, "\(left.count) tasks never end: \(left.prefix(3))") }
  }
}
