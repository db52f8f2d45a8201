import BanyanCore

extension Simulation {
  /// The faults are over: whatever can run, ends.
  mutating func drain() {
    guard let ann = providers.first, let machine = machines.first else { return }
    for place in workers.indices {
      // The last word of those that are gone: nothing.
      workers[place].isAlive = false
      workers[place].running = []
      if let id = workers[place].id { _ = perform(.expireLeases(id), "the end: leases of \(workers[place].name)") }
    }
    for task in laws.tasks where state.record(task)?.state.isLive == true {
      _ = perform(.abandon(task, by: ann), "the end: abandon \(task)")
    }
    for task in laws.tasks where state.record(task)?.isHeld == true {
      var patch = TaskPatch(task: task)
      patch.changes = [.held(false)]
      _ = perform(.update([patch], by: ann), "the end: let go \(task)")
    }
    guard let big = bigWorker(of: machine) else { return fail("no worker for the end") }
    for round in 0..<500 where failure == nil {
      if let due = state.nextDeadline, due > now { now = min(due, now + 3_600_000) }
      _ = perform(.tick, "the end: tick")
      for task in laws.tasks {
        guard let record = state.record(task), record.state == .inactive, record.pendingDependencyCount == 0 else {
          continue
        }
        var patch = TaskPatch(task: task)
        patch.state = .available
        if perform(.update([patch], by: ann), "the end: \(task) available") == nil {
          fail("an inactive task that waits for nobody can't be made available")
        }
      }
      guard case .claimed(let tasks)? = perform(.claim(Claim(worker: big, max: 1000)), "the end: claim")?.answer else {
        return fail("the last worker can't claim")
      }
      let reports = tasks.map {
        AttemptReport(
          task: $0.id, token: $0.proof, state: .terminated, exitStatus: ExitStatus.success, timeTerminated: now)
      }
      if !reports.isEmpty { _ = perform(.report(big, reports), "the end: \(reports.count) successes") }
      if laws.tasks.allSatisfy({ state.record($0)?.state.isEnded == true }) { return checkEmpty() }
      if round == 499 { fail("tasks are left that never end") }
    }
  }

  /// A machine on which everything fits.
  private mutating func bigWorker(of user: Principal) -> WorkerID? {
    let gpus = (0..<64).map { ordinal in
      GPUDevice(ordinal: Int64(ordinal), memoryBytes: 80 << 30, capability: GPUCapability(major: 9, minor: 0))
    }
    let offer = ResourceOffer(
      memoryBytes: 1 << 50, cores: 100_000, gpus: gpus, custom: ["license": 1000], maxTasks: 100_000)
    let hello = Hello(by: user, name: "big", instance: "1", offer: offer)
    guard case .welcomed(let welcome)? = perform(.hello(hello), "the end: hello big")?.answer else { return nil }
    return welcome.worker.id
  }

  private mutating func checkEmpty() {
    for worker in state.allWorkers {
      if !worker.live.isEmpty || worker.usedCores != 0 || worker.usedMemoryBytes != 0 || !worker.usedGPUs.isEmpty {
        fail("\(worker.record.name) still holds something when all has ended")
      }
    }
    if state.claimableCount != 0 { fail("\(state.claimableCount) tasks are claimable when all has ended") }
  }
}
