import BanyanCore
import Testing

@Suite struct QuarantineTests {
  /// Claims one task and fails it so many milliseconds after its start.
  private func fail(
    _ bench: inout Bench, on worker: WorkerID, after runtime: Int64? = 10, _ status: String = "failure (exit 1)"
  ) throws {
    // So late that a task is given again to the worker on which it failed last.
    bench.now += 60_000
    try bench.perform(.tick)
    let claimed = try #require(try bench.claim(worker, max: 1).first)
    if let runtime {
      try bench.perform(
        .started(worker, [AttemptStart(task: claimed.id, token: claimed.proof, timeStarted: 1000)]))
      #expect(try bench.report(worker, claimed, status, time: 1000 + runtime) == nil)
    } else {
      #expect(try bench.report(worker, claimed, "could not start (no such program)", time: 1) == nil)
    }
  }

  private func succeed(_ bench: inout Bench, on worker: WorkerID) throws {
    let claimed = try #require(try bench.claim(worker, max: 1).first)
    #expect(try bench.report(worker, claimed) == nil)
  }

  private func reason(_ bench: Bench, _ worker: WorkerID) -> String? {
    bench.state.worker(worker)?.record.quarantine?.reason
  }

  private func prepared(workers: Int = 2, tasks: Int = 40) throws -> (bench: Bench, workers: [WorkerID]) {
    var bench = Bench()
    let made = try (0..<workers).map { try bench.worker("w\($0)").worker.id }
    for _ in 0..<tasks { _ = try bench.submit(Bench.draft()) }
    return (bench, made)
  }

  @Test func aWorkerThatFailsTaskAfterTaskWhileOthersSucceedIsSetAside() throws {
    var (bench, workers) = try prepared()
    for _ in 0..<3 { try fail(&bench, on: workers[0]) }
    try succeed(&bench, on: workers[1])
    try fail(&bench, on: workers[0], after: nil)
    #expect(reason(bench, workers[0]) == nil)
    try fail(&bench, on: workers[0], after: 1000)
    #expect(reason(bench, workers[0])?.contains("5 different tasks in a row") == true)
    let refusal = try #require(throws: Rejection.self) { try bench.claim(workers[0]) }
    #expect(refusal.kind == .unprocessable)
    #expect(refusal.message.contains("is in quarantine: 5 different tasks in a row"))
    // A new start of the worker doesn't lift it, one command does, and it begins anew.
    _ = try bench.worker("w0", instance: "2")
    #expect(reason(bench, workers[0]) != nil)
    try bench.perform(.changeWorker(workers[0], WorkerChange(liftsQuarantine: true), by: bench.ann))
    #expect(reason(bench, workers[0]) == nil)
    try succeed(&bench, on: workers[1])
    for _ in 0..<4 { try fail(&bench, on: workers[0]) }
    #expect(reason(bench, workers[0]) == nil)
  }

  @Test func theSuccessElsewhereMayComeLast() throws {
    var (bench, workers) = try prepared()
    for _ in 0..<8 { try fail(&bench, on: workers[0]) }
    #expect(reason(bench, workers[0]) == nil)
    try succeed(&bench, on: workers[1])
    #expect(reason(bench, workers[0]) != nil)
  }

  @Test func aSuccessOrALongRunInBetweenBeginsAnew() throws {
    for isSuccess in [true, false] {
      var (bench, workers) = try prepared()
      for _ in 0..<4 { try fail(&bench, on: workers[0]) }
      if isSuccess { try succeed(&bench, on: workers[0]) } else { try fail(&bench, on: workers[0], after: 1001) }
      try succeed(&bench, on: workers[1])
      for _ in 0..<4 { try fail(&bench, on: workers[0]) }
      #expect(reason(bench, workers[0]) == nil)
    }
  }

  @Test func oneTaskThatFailsAgainAndAgainSaysNothing() throws {
    var bench = Bench()
    let workers = try (0..<2).map { try bench.worker("w\($0)").worker.id }
    _ = try bench.submit(
      Bench.draft {
        $0.maxAttemptCount = 9; $0.priority = 1
      })
    _ = try bench.submit(Bench.draft())
    for _ in 0..<8 { try fail(&bench, on: workers[0]) }
    let good = try bench.submit(Bench.draft { $0.priority = 2 })
    let claimed = try bench.claim(workers[1], max: 1)
    #expect(claimed.map(\.id) == good)
    #expect(try bench.report(workers[1], claimed[0]) == nil)
    #expect(reason(bench, workers[0]) == nil)
  }

  @Test func tasksThatFailEverywhereSayNothingOfAWorker() throws {
    var (bench, workers) = try prepared()
    // bob's array is broken; what ann's tasks do elsewhere is no excuse for it.
    for index in 0..<12 {
      _ = try bench.submit(
        Bench.draft {
          $0.array = ArrayPlace(name: "a", index: Int64(index)); $0.priority = 9
        }, by: bench.bob)
    }
    for round in 0..<6 {
      try fail(&bench, on: workers[0])
      try fail(&bench, on: workers[1])
      if round == 3 {
        bench.now += 1
        let good = try bench.submit(Bench.draft { $0.priority = 20 })
        let claimed = try bench.claim(workers[1], max: 1)
        #expect(claimed.map(\.id) == good)
        #expect(try bench.report(workers[1], claimed[0]) == nil)
      }
    }
    #expect(workers.allSatisfy { reason(bench, $0) == nil })
  }

  @Test func anArraysEarlierSuccessElsewhereCounts() throws {
    var bench = Bench()
    let workers = try (0..<2).map { try bench.worker("w\($0)").worker.id }
    let drafts = (0..<10).map { index in Bench.draft { $0.array = ArrayPlace(name: "a", index: Int64(index)) } }
    try bench.perform(.submit(Submission(tasks: drafts, by: bench.ann)))
    try succeed(&bench, on: workers[1])
    for _ in 0..<5 { try fail(&bench, on: workers[0]) }
    #expect(reason(bench, workers[0]) != nil)
  }

  @Test func halfOfTheWorkersStay() throws {
    var (bench, workers) = try prepared(workers: 3, tasks: 60)
    for worker in workers.prefix(2) {
      for _ in 0..<5 { try fail(&bench, on: worker) }
    }
    try succeed(&bench, on: workers[2])
    #expect(workers.count { reason(bench, $0) != nil } == 1)
    // One alone is never set aside.
    var (lonely, alone) = try prepared(workers: 1)
    for _ in 0..<9 { try fail(&lonely, on: alone[0]) }
    #expect(reason(lonely, alone[0]) == nil)
  }

  @Test func whatTookTooLongOrWasCancelledOrLostSaysNothing() throws {
    var (bench, workers) = try prepared()
    for _ in 0..<6 { try fail(&bench, on: workers[0], ExitStatus.timedOut) }
    for _ in 0..<6 {
      let claimed = try #require(try bench.claim(workers[0], max: 1).first)
      _ = try bench.cancel(claimed.id)
      #expect(try bench.report(workers[0], claimed, "failure (SIGTERM)") == nil)
    }
    for _ in 0..<3 {
      _ = try bench.claim(workers[0], max: 1)
      try bench.perform(.expireLeases(workers[0]))
    }
    try succeed(&bench, on: workers[1])
    #expect(reason(bench, workers[0]) == nil)
  }
}
