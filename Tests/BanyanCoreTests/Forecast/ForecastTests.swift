import BanyanCore
import Testing

/// What forecasts say of run times, of what they don't know, and of themselves.
@Suite struct ForecastTests {
  private static func core(
    _ name: String? = nil, estimate: Int64? = nil, limit: Int64? = nil, after: [TaskReference] = [], held: Bool = false
  ) -> TaskDraft {
    Bench.draft(name, after: after, held: held) {
      $0.resources?.coreCount = 1
      $0.estimatedRuntime = estimate
      $0.maxRuntime = limit
    }
  }

  /// A worker of one core, and tasks of one name that took so long.
  private static func history(_ runtimes: [Int64], cores: Int64 = 1) throws -> (bench: Bench, worker: WorkerID) {
    var bench = Bench()
    let worker = try bench.worker(cores: cores).worker.id
    for (number, runtime) in runtimes.enumerated() {
      _ = try bench.submit(core("run-\(number)"))
      let task = try bench.claim(worker)[0]
      bench.now += runtime
      #expect(try bench.report(worker, task) == nil)
    }
    return (bench, worker)
  }

  private static func forecast(_ bench: Bench, maxStarts: Int = Forecast.maxStarts) -> Forecast {
    Forecast(ForecastSource(bench.state, at: bench.now), maxStarts: maxStarts)
  }

  @Test func othersOfItsNameTellHowLongItTakes() throws {
    var (bench, worker) = try Self.history([10_000, 20_000, 30_000, 40_000, 100_000])
    let ids = try [bench.submit(Self.core("run-98"))[0], bench.submit(Self.core("run-99"))[0]]
    #expect(try bench.claim(worker).count == 1)
    let forecast = Self.forecast(bench)
    let first = try #require(forecast.tasks[ids[0]])
    #expect(first.start == nil)
    #expect(
      first.end
        == Forecast.Estimate(earliest: bench.now + 20_000, likely: bench.now + 30_000, latest: bench.now + 100_000))
    let second = try #require(forecast.tasks[ids[1]])
    #expect(second.start == first.end)
    #expect(
      second.end
        == Forecast.Estimate(earliest: bench.now + 40_000, likely: bench.now + 60_000, latest: bench.now + 200_000))
    #expect(second.hold == .room(ids[0], on: worker))
  }

  @Test func anEstimateGoesBeforeThemAndALimitBoundsThem() throws {
    var (bench, worker) = try Self.history([10_000, 20_000, 30_000, 40_000, 100_000])
    let ids = try [
      bench.submit(Self.core("run-8", estimate: 25_000))[0], bench.submit(Self.core("run-9", limit: 35_000))[0],
    ]
    #expect(try bench.claim(worker).count == 1)
    let forecast = Self.forecast(bench)
    #expect(
      forecast.tasks[ids[0]]?.end
        == Forecast.Estimate(earliest: bench.now + 20_000, likely: bench.now + 25_000, latest: bench.now + 100_000))
    #expect(
      forecast.tasks[ids[1]]?.end
        == Forecast.Estimate(earliest: bench.now + 40_000, likely: bench.now + 55_000, latest: bench.now + 135_000))
  }

  @Test func itsOwnNameGoesBeforeThoseThatDifferInANumber() throws {
    var (bench, _) = try Self.history([10_000, 20_000, 30_000])
    let again = try bench.submit(Self.core("run-2"))[0]
    #expect(Self.forecast(bench).tasks[again]?.end?.likely == bench.now + 30_000)
    // Within one job the numbers tell steps apart.
    let steps = try bench.submit(Self.core("run-7"), Self.core("run-8"))
    let forecast = Self.forecast(bench)
    #expect(forecast.tasks[steps[0]] != nil && forecast.tasks[steps[0]]?.end == nil)
  }

  @Test func itTakesAtLeastWhatItHasTaken() throws {
    var (bench, worker) = try Self.history([10_000, 20_000, 30_000])
    let id = try bench.submit(Self.core("run-9"))[0]
    let start = bench.now
    #expect(try bench.claim(worker).count == 1)
    bench.now += 25_000
    #expect(
      Self.forecast(bench).tasks[id]?.end
        == Forecast.Estimate(earliest: start + 30_000, likely: start + 30_000, latest: start + 30_000),
      "of those that took longer")
    bench.now += 15_000
    #expect(
      Self.forecast(bench).tasks[id]?.end
        == Forecast.Estimate(earliest: bench.now, likely: bench.now, latest: bench.now + 40_000),
      "longer than any: as long again, at the latest")
  }

  @Test func nobodyKnowsWhatNothingTells() throws {
    var bench = Bench()
    let worker = try bench.worker(cores: 1).worker.id
    let ids = try bench.submit(Self.core("one"), Self.core("two"))
    #expect(try bench.claim(worker).count == 1)
    let forecast = Self.forecast(bench)
    #expect(forecast.tasks[ids[0]]?.end == nil)
    #expect(forecast.tasks[ids[1]] == nil, "it waits for one of which nobody knows how long it takes")
    #expect(forecast.jobs.isEmpty)
  }

  @Test func aLimitAloneIsTheLatest() throws {
    var bench = Bench()
    let worker = try bench.worker(cores: 1).worker.id
    let ids = try bench.submit(Self.core(limit: 50_000), Self.core(limit: 50_000))
    #expect(try bench.claim(worker).count == 1)
    let forecast = Self.forecast(bench)
    #expect(
      forecast.tasks[ids[1]]?.start
        == Forecast.Estimate(earliest: bench.now, likely: bench.now + 50_000, latest: bench.now + 50_000))
  }

  @Test func whatIsHeldIsNotToldOfAndItsJobHasNoEnd() throws {
    var bench = Bench()
    _ = try bench.worker(cores: 1)
    let ids = try bench.submit(Self.core(estimate: 1_000), Self.core(estimate: 1_000, held: true))
    let forecast = Self.forecast(bench)
    #expect(forecast.tasks[ids[0]]?.start?.likely == bench.now)
    #expect(forecast.tasks[ids[1]] == nil)
    let job = try #require(forecast.jobs[JobNumber(1)])
    #expect(job.start?.likely == bench.now)
    #expect(job.end == nil)
  }

  @Test func nobodyIsGivenWhatAPausedWorkerCouldRun() throws {
    var bench = Bench()
    let worker = try bench.worker(cores: 1).worker.id
    let id = try bench.submit(Self.core(estimate: 1_000))[0]
    _ = try bench.perform(.changeWorker(worker, WorkerChange(pause: WorkerPause()), by: bench.ann))
    #expect(Self.forecast(bench).tasks.isEmpty, "nobody knows until when")
    _ = try bench.perform(
      .changeWorker(worker, WorkerChange(pause: WorkerPause(until: bench.now + 60_000)), by: bench.ann))
    let expectation = try #require(Self.forecast(bench).tasks[id])
    #expect(expectation.start?.likely == bench.now + 60_000)
    #expect(expectation.hold == .worker(worker))
  }

  @Test func whatOthersUseOfAMachineIsNotGivenOut() throws {
    var bench = Bench()
    let worker = try bench.worker(cores: 2).worker.id
    let ids = try bench.submit(Self.core(estimate: 1_000), Self.core(estimate: 1_000))
    let limit = ResourceOffer(memoryBytes: 8 << 30, cores: 1)
    let source = ForecastSource(
      bench.state, at: bench.now, first: [ForecastSource.Claimant(worker: worker, limit: limit)])
    let forecast = Forecast(source)
    #expect(forecast.tasks[ids[0]]?.start?.likely == bench.now)
    #expect(forecast.tasks[ids[1]]?.start?.likely == bench.now + 1_000)
  }

  @Test func itTellsOfSoManyAndThatThereAreMore() throws {
    var bench = Bench()
    _ = try bench.worker(cores: 1)
    for number in 0..<12 { _ = try bench.submit(Self.core("t\(number)", estimate: 1_000)) }
    let forecast = Self.forecast(bench, maxStarts: 5)
    #expect(forecast.tasks.count == 5)
    #expect(forecast.isCut)
    #expect(forecast.order.compactMap { forecast.tasks[$0]?.start?.likely } == (0..<5).map { bench.now + $0 * 1_000 })
    #expect(!Self.forecast(bench, maxStarts: 12).isCut)
  }

  @Test func itEndsWhenItsTimeIsOver() throws {
    var bench = Bench()
    _ = try bench.worker(cores: 1)
    for number in 0..<200 { _ = try bench.submit(Self.core("t\(number)", estimate: 1_000)) }
    var spent: Int64 = 0
    let forecast = Forecast(ForecastSource(bench.state, at: bench.now), budget: 6) {
      spent += 1
      return spent
    }
    #expect(forecast.isCut)
    #expect((1..<200).contains(forecast.tasks.count))
  }

  /// A family behind another one: through the tie between them, and by what of the family has ended.
  @Test func familiesTellOfThemselves() throws {
    var bench = Bench()
    let worker = try bench.worker(cores: 4).worker.id
    func family(_ name: String, _ count: Int64, after: [JobReference] = []) -> FamilyDraft {
      var fields = TaskFields()
      fields.name = name
      fields.work = .shell("true")
      fields.resources = ResourceRequest()
      fields.resources?.coreCount = 1
      let span = [IndexSpan(first: 1, last: count, step: 1)].compactMap { $0 }
      return FamilyDraft(fields: fields, parameters: .range(span), after: after)
    }
    func submit() throws {
      _ = try bench.perform(
        .submitJob(
          JobSubmission(families: [family("fit", 70), family("sum", 70, after: [.name("fit")])], by: bench.ann)))
    }
    try submit()
    #expect(Self.forecast(bench).jobs[JobNumber(1)]?.end == nil, "nothing of it has ended")
    for _ in 0..<18 {
      let tasks = try bench.claim(worker)
      bench.now += 10_000
      for task in tasks { #expect(try bench.report(worker, task) == nil) }
    }
    let running = try bench.claim(worker)
    bench.now += 4_000
    for task in running { #expect(try bench.report(worker, task) == nil) }
    // Of the second family only four have ended, within four seconds; and of an equal job nothing has begun.
    try submit()
    let forecast = Self.forecast(bench)
    let first = try #require(forecast.jobs[JobNumber(1)]?.end)
    #expect(
      first == Forecast.Estimate(earliest: bench.now + 68_000, likely: bench.now + 68_000, latest: bench.now + 68_000))
    let second = try #require(forecast.jobs[JobNumber(2)])
    #expect(second.start != nil)
    #expect(try #require(second.end?.likely) > first.likely)
  }

  // MARK: The score

  @Test func itKeepsScoreOfItself() throws {
    var (bench, worker) = try Self.history([10_000, 10_000, 10_000], cores: 1)
    var score = ForecastScore()
    for (number, runtime) in ([10_000, 11_000, 60_000, 10_000] as [Int64]).enumerated() {
      _ = try bench.submit(Self.core("job\(number)", estimate: 10_000))
      let source = ForecastSource(bench.state, at: bench.now)
      score.take(Forecast(source), source)
      let task = try bench.claim(worker)[0]
      bench.now += runtime
      #expect(try bench.report(worker, task) == nil)
    }
    let source = ForecastSource(bench.state, at: bench.now)
    score.take(Forecast(source), source)
    #expect(score.count == 4)
    #expect(score.held == 3)
  }

  @Test func whatFailsSaysNothingOfForecasts() throws {
    var bench = Bench()
    let worker = try bench.worker(cores: 1).worker.id
    var score = ForecastScore()
    _ = try bench.submit(Self.core("a", estimate: 10_000))
    let before = ForecastSource(bench.state, at: bench.now)
    score.take(Forecast(before), before)
    let task = try bench.claim(worker)[0]
    bench.now += 1_000
    #expect(try bench.report(worker, task, "exited (1)") == nil)
    let source = ForecastSource(bench.state, at: bench.now)
    score.take(Forecast(source), source)
    #expect(score.count == 0)
  }
}
