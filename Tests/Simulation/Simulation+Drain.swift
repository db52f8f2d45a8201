import BanyanCore

extension Simulation {
  /// The faults are over: whatever can run, ends.
  mutating func drain() {
    guard let ann = providers.first, let machine = machines.first else { return }
    for place in workers.indices {
      // The last word of those that are gone: nothing.
      workers[place].isAlive = false
      workers[place].running = []
      workers[place].left = []
    }
    for worker in witness.machines.keys.sorted() {
      _ = perform(.expireLeases(worker))
      for left in witness.machines[worker]?.left ?? [] { _ = perform(.expireFolder(worker, left.folder)) }
    }
    for task in witness.order where witness.tasks[task]?.live != nil { _ = perform(.abandon(task, by: ann)) }
    for task in witness.order where witness.tasks[task]?.isHeld == true {
      var patch = TaskPatch(task: task)
      patch.changes = [.held(false)]
      _ = perform(.update([patch], by: ann))
    }
    guard let big = bigWorker(of: machine) else { return }
    for _ in 0..<500 where failures.isEmpty {
      if let due = state.nextDeadline, due > now { now = min(due, now + 3_600_000) }
      _ = perform(.tick)
      for id in witness.order {
        guard let task = witness.tasks[id], task.state == .inactive,
          task.parents.allSatisfy({ witness.tasks[$0]?.hasSucceeded == true })
        else { continue }
        var patch = TaskPatch(task: id)
        patch.state = .available
        _ = perform(.update([patch], by: ann))
      }
      guard case .claimed(let tasks)? = perform(.claim(Claim(worker: big, max: 1000)))?.answer else { return }
      let reports = tasks.map {
        AttemptReport(
          task: $0.id, token: $0.proof, state: .terminated, exitStatus: ExitStatus.success, timeTerminated: now)
      }
      if !reports.isEmpty { _ = perform(.report(big, reports)) }
      if witness.tasks.values.allSatisfy(\.state.isEnded) { return checkEmpty() }
    }
    fail(.progress, "tasks are left that never end")
  }

  /// A machine on which everything fits.
  private mutating func bigWorker(of user: Principal) -> WorkerID? {
    let gpus = (0..<64).map { ordinal in
      GPUDevice(ordinal: Int64(ordinal), memoryBytes: 80 << 30, capability: GPUCapability(major: 10, minor: 0))
    }
    let offer = ResourceOffer(
      memoryBytes: 1 << 50, cores: 100_000, gpus: gpus, custom: ["license": 1000], maxTasks: 100_000)
    let hello = Hello(by: user, name: "big", instance: "1", offer: offer)
    guard case .welcomed(let welcome)? = perform(.hello(hello))?.answer else { return nil }
    return welcome.worker.id
  }

  private mutating func checkEmpty() {
    for worker in state.allWorkers {
      require(
        worker.live.isEmpty && worker.usedCores == 0 && worker.usedMemoryBytes == 0 && worker.usedGPUs.isEmpty
          && worker.usedCustom.isEmpty, .progress,
        "\(worker.record.name) still holds something when all has ended")
    }
    if !(state.claimableCount == 0) {
      fail(.progress, "\(state.claimableCount) tasks can be claimed when all has ended")
    }
  }
}
