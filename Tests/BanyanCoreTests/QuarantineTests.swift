import Testing

@testable import BanyanCore

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
    // One success elsewhere is enough to tell here.
    bench.state.quarantineDoubt = 0.2
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

  /// Ten tasks of an array succeeded on the second worker.
  private func array() throws -> (bench: Bench, workers: [WorkerID]) {
    var bench = Bench()
    let workers = try (0..<2).map { try bench.worker("w\($0)").worker.id }
    let drafts = (0..<100).map { index in Bench.draft { $0.array = ArrayPlace(name: "a", index: Int64(index)) } }
    try bench.perform(.submit(Submission(tasks: drafts, by: bench.ann)))
    for _ in 0..<10 { try succeed(&bench, on: workers[1]) }
    return (bench, workers)
  }

  @Test func anArraysEarlierSuccessElsewhereCountsInTheEnd() throws {
    var (bench, workers) = try array()
    for _ in 0..<49 { try fail(&bench, on: workers[0]) }
    #expect(reason(bench, workers[0]) == nil, "the rest of it may be bad: others will tell")
    try fail(&bench, on: workers[0])
    #expect(reason(bench, workers[0])?.contains("10 of 10 like them succeeded") == true)
  }

  @Test func anArrayWhoseRestIsBadSaysNothingOfAWorker() throws {
    var (bench, workers) = try array()
    for _ in 0..<4 { try fail(&bench, on: workers[0]) }
    try fail(&bench, on: workers[1])
    for _ in 0..<60 { try fail(&bench, on: workers[0]) }
    #expect(reason(bench, workers[0]) == nil)
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

  @Test func anotherQueueIsNoComparison() throws {
    var bench = Bench()
    let workers = try (0..<2).map { try bench.worker("w\($0)").worker.id }
    for number in 0..<80 { _ = try bench.submit(Bench.draft { $0.queue = number < 40 ? "bad" : "good" }) }
    for _ in 0..<40 {
      let bad = try bench.claim(workers[0], max: 1, queues: ["bad"])[0]
      #expect(try bench.report(workers[0], bad, "could not start (no such program)") == nil)
      let good = try bench.claim(workers[1], max: 1, queues: ["good"])[0]
      #expect(try bench.report(workers[1], good) == nil)
    }
    #expect(workers.allSatisfy { reason(bench, $0) == nil })
  }
}

/// What the watch takes for broken and what for bad luck, over many runs.
@Suite struct FailureWatchTests {
  /// A run of mixed tasks on some workers.
  private struct Run {
    var watch = FailureWatch()
    var random: SplitMix
    var setAside: [(worker: Int, after: Int)] = []

    /// - Parameters:
    ///   - rate: the part of the tasks that fail at once, wherever they run.
    ///   - broken: a worker on which all do.
    ///   - batch: so many are claimed at once, and end together.
    mutating func go(tasks: Int, workers: Int, rate: Double, broken: Int? = nil, batch: Int = 1, stopsAtFirst: Bool) {
      let ids = (0..<workers).map { WorkerID(seconds: 3, rest: UInt64($0)) }
      var done = 0
      while done < tasks, !(stopsAtFirst && !setAside.isEmpty) {
        let place = Int.random(in: 0..<workers, using: &random)
        for _ in 0..<batch {
          done += 1
          let sort = FailureWatch.Sort(owner: done.isMultiple(of: 3) ? "ann" : "bob", queue: "default", batch: nil)
          if place == broken || Double.random(in: 0..<1, using: &random) < rate {
            let task = TaskID(seconds: 4, rest: UInt64(done))
            guard watch.failed(task, sort, on: ids[place]) != nil else { continue }
            setAside.append((place, done))
            watch.clear(ids[place])
          } else {
            for (worker, _) in watch.succeeded(sort, on: ids[place]) {
              setAside.append((ids.firstIndex(of: worker) ?? -1, done))
              watch.clear(worker)
            }
          }
        }
      }
    }
  }

  @Test(arguments: [0.1, 0.5, 0.9, 0.99]) func inAMixNobodyIsSetAside(_ rate: Double) {
    for seed: UInt64 in 1...5 {
      for (workers, batch) in [(2, 1), (2, 16), (8, 1), (8, 16)] {
        var run = Run(random: SplitMix(state: seed))
        run.go(tasks: 20_000, workers: workers, rate: rate, batch: batch, stopsAtFirst: false)
        #expect(run.setAside.isEmpty, "seed \(seed), \(workers) workers: \(run.setAside)")
      }
    }
  }

  @Test(arguments: [(0.0, 100), (0.1, 150), (0.5, 400)]) func theBrokenOneIsFoundSoon(_ rate: Double, _ soon: Int) {
    for seed: UInt64 in 1...20 {
      for workers in [2, 4, 8] {
        var run = Run(random: SplitMix(state: seed))
        run.go(tasks: 20_000, workers: workers, rate: rate, broken: 1, stopsAtFirst: true)
        #expect(run.setAside.first?.worker == 1, "seed \(seed)")
        #expect(run.setAside.first?.after ?? .max <= soon * workers / 2, "seed \(seed): \(run.setAside)")
      }
    }
  }

  @Test func aWorkerThatIsAloneIsComparedWithNobody() {
    var run = Run(random: SplitMix(state: 1))
    run.go(tasks: 5_000, workers: 1, rate: 0.5, stopsAtFirst: false)
    #expect(run.setAside.isEmpty)
  }

  /// As it is defined: a product of as many parts as there are failures.
  @Test func theLikelihoodIsThatOfTheDefinition() {
    var random = SplitMix(state: 9)
    for _ in 0..<200 {
      let count = Int.random(in: 1...1000, using: &random)
      let elsewhere = FailureWatch.Results(
        failures: Int.random(in: 0...2000, using: &random), successes: Int.random(in: 0...2000, using: &random))
      var product = 1.0
      for step in 0..<count {
        let failures = elsewhere.failures + count - step
        product *= Double(failures) / Double(failures + elsewhere.successes)
      }
      let likelihood = FailureWatch.likelihood(of: count, elsewhere)
      #expect(abs(likelihood - product) <= 1e-9 * max(product, 1e-12), "\(count) \(elsewhere)")
    }
  }

  @Test func ofAWorkerThatIsGoneNothingIsKept() throws {
    var bench = Bench()
    bench.state.quarantineDoubt = 0
    let workers = try ["a", "b"].map { try bench.worker($0).worker.id }
    for status in [ExitStatus.success, "failure (exit 1)"] {
      for worker in workers {
        _ = try bench.submit(Bench.draft())
        #expect(try bench.report(worker, try bench.claim(worker, max: 1)[0], status) == nil)
      }
    }
    #expect(bench.state.failures.knownWorkers == Set(workers))
    try bench.perform(.unregisterWorker(workers[0], requeue: false, by: bench.ann))
    #expect(bench.state.failures.knownWorkers == [workers[1]])
  }

  @Test func aSuccessIsHeldAgainstRowsOfItsSortAlone() {
    var watch = FailureWatch()
    watch.doubt = 0.5
    let (one, two) = (WorkerID(seconds: 3, rest: 1), WorkerID(seconds: 3, rest: 2))
    let (good, bad) = (
      FailureWatch.Sort(owner: "ann", queue: "q", batch: nil), FailureWatch.Sort(owner: "ann", queue: "r", batch: nil)
    )
    for number in 1...6 as ClosedRange<UInt64> {
      #expect(watch.failed(TaskID(seconds: 4, rest: number), bad, on: one) == nil)
    }
    #expect(watch.succeeded(good, on: two).isEmpty)
    #expect(watch.succeeded(bad, on: two).map(\.worker) == [one])
    watch.clear(one)
    #expect(watch.succeeded(bad, on: two).isEmpty)
  }
}
