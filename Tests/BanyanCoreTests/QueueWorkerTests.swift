import BanyanCore
import Testing

@Suite struct QueueWorkerTests {
  @Test func theSameInstanceGoesOnAndANewOneDoesNot() throws {
    var bench = Bench()
    _ = try bench.submit(Bench.draft("named"), Bench.draft("unnamed"), Bench.draft("fresh"))
    let worker = try bench.worker().worker.id
    let claimed = try bench.claim(worker)
    for task in claimed.prefix(2) {
      try bench.perform(.started(worker, [AttemptStart(task: task.id, token: task.proof, timeStarted: 3)]))
    }
    let back = try bench.worker(running: [
      (claimed[0].id, claimed[0].proof), (Identifier(seconds: 9, rest: 9), .forged),
    ])
    #expect(back.attached == [claimed[0].id])
    #expect(back.held.map(\.id) == [claimed[1].id, claimed[2].id])
    #expect(back.refused.map(\.reason.kind) == [.notFound])
    _ = try bench.worker(instance: "2")
    // Started: a loss. Never started: given back, uncharged.
    #expect(claimed.map { bench.status($0.id) } == [.available, .available, .available])
    #expect(claimed.map { bench.state.record($0.id)?.lossCount } == [1, 1, 0])
    #expect(try bench.report(worker, claimed[0])?.kind == .conflict)
  }

  @Test func aNewInstanceKeepsWhatItNamesWithItsToken() throws {
    var bench = Bench()
    _ = try bench.submit(Bench.draft("kept"), Bench.draft("forged"), Bench.draft("unnamed"))
    let worker = try bench.worker().worker.id
    let claimed = try bench.claim(worker)
    for task in claimed {
      try bench.perform(.started(worker, [AttemptStart(task: task.id, token: task.proof, timeStarted: 3)]))
    }
    let back = try bench.worker(
      instance: "2", running: [(claimed[0].id, claimed[0].proof), (claimed[1].id, .forged)])
    #expect(back.attached == [claimed[0].id])
    #expect(back.held.isEmpty)
    #expect(claimed.map { bench.status($0.id) } == [.running, .available, .available])
    #expect(try bench.report(worker, claimed[0]) == nil)
  }

  @Test(arguments: [false, true]) func unregisteringEndsOrGivesBack(requeue: Bool) throws {
    var bench = Bench()
    let ids = try bench.submit(Bench.draft { $0.maxShutdownTime = 1000 }, Bench.draft { $0.maxShutdownTime = 5000 })
    let worker = try bench.worker().worker.id
    let claimed = try bench.claim(worker)
    let outcome = try bench.perform(.unregisterWorker(worker, requeue: requeue, by: bench.ann))
    #expect(outcome.cancellations.count == 2)
    #expect(throws: Rejection.self) { _ = try bench.claim(worker) }
    #expect(try bench.report(worker, claimed[0], ExitStatus.cancelled, state: .cancelled) == nil)
    #expect(bench.status(ids[0]) == (requeue ? .available : .cancelled))
    #expect(bench.state.nextDeadline == bench.now + 5000)
    bench.now += 5000
    try bench.perform(.tick)
    #expect(bench.status(ids[1]) == (requeue ? .available : .cancelled))
    #expect(bench.state.record(ids[1])?.lossCount == 0)
    #expect(bench.state.worker(worker) == nil)
    // The name is barred until a provider registers it anew.
    #expect(throws: Rejection.self) { _ = try bench.worker() }
    let registration = WorkerRegistration(id: worker, address: WorkerAddress(host: "w.example", port: 1))
    try bench.perform(.registerWorker(registration, by: bench.ann))
    #expect(try bench.worker().worker.id == worker)
  }

  @Test func aPausedWorkerTakesNothing() throws {
    var bench = Bench()
    _ = try bench.submit(Bench.draft())
    let worker = try bench.worker().worker.id
    try bench.perform(
      .changeWorker(worker, WorkerChange(pause: WorkerPause(note: "disk", until: bench.now + 10)), by: bench.ann))
    let refusal = #expect(throws: Rejection.self) { _ = try bench.claim(worker) }
    #expect(refusal?.kind == .forbidden)
    bench.now += 10
    try bench.perform(.tick)
    #expect(try bench.claim(worker).count == 1)
  }

  @Test func aWorkerThatComesBackIsToldHowMuchOfTheGraceIsLeft() throws {
    var bench = Bench()
    let id = try bench.submit(Bench.draft { $0.maxShutdownTime = 10_000 })[0]
    let worker = try bench.worker().worker.id
    _ = try bench.claim(worker)
    _ = try bench.cancel(id)
    bench.now += 6000
    #expect(try bench.worker().cancelling.map(\.grace) == [4000])
    bench.now += 6000
    #expect(try bench.worker().cancelling.map(\.grace) == [0])
  }

  @Test func oneWordMayTellOfTheStartAndTheEnd() throws {
    var bench = Bench()
    let id = try bench.submit(Bench.draft())[0]
    let worker = try bench.worker().worker.id
    let claimed = try bench.claim(worker)[0]
    var patch = TaskPatch(task: id)
    patch.state = .terminated
    patch.execution = ExecutionPatch(
      token: claimed.proof, update: AttemptUpdate(timeStarted: 3, workingDirectory: "/w"), timeTerminated: 5)
    // Without a status it is refused, and nothing of it stays.
    #expect(throws: Rejection.self) { try bench.perform(.update([patch], by: bench.machines)) }
    #expect(bench.state.record(id)?.attempts.last?.timeStarted == nil)
    patch.execution?.exitStatus = ExitStatus.success
    try bench.perform(.update([patch], by: bench.machines))
    #expect(bench.status(id) == .terminated)
    #expect(bench.state.record(id)?.attempts.last?.timeStarted == 3)
    #expect(bench.state.record(id)?.attempts.last?.workingDirectory == "/w")
  }
}
