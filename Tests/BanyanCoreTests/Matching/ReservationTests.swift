import BanyanCore
import Testing

/// A task that is next in turn and doesn't fit has a worker kept free for it once it has waited long.
struct ReservationTests {
  static func cores(_ count: Int64, limit: Int64? = nil, priority: Int16 = 0) -> TaskDraft {
    Bench.draft {
      $0.resources?.coreCount = count
      $0.resources?.memoryBytes = 0
      $0.maxRuntime = limit
      $0.priority = priority
    }
  }

  /// A worker of four cores on which a task of one core runs, and a task of four that is next in turn.
  static func blocked(limit: Int64? = nil) throws -> (
    bench: Bench, worker: WorkerID, running: [ClaimedTask], large: TaskID
  ) {
    var bench = Bench()
    let worker = try bench.worker().worker.id
    _ = try bench.submit(cores(1, limit: limit))
    let running = try bench.claim(worker)
    let large = try bench.submit(cores(4))[0]
    return (bench, worker, running, large)
  }

  @Test func smallTasksGoFirstUntilItHasWaitedLong() throws {
    var (bench, worker, running, large) = try Self.blocked()
    _ = try bench.submit(Self.cores(1), Self.cores(1))
    bench.now += 59_999
    #expect(try bench.claim(worker, max: 1).count == 1)
    bench.now += 1
    #expect(try bench.claim(worker).isEmpty, "the worker is kept free from now on")
    #expect(bench.state.reservedWorker(for: large) == worker)
    for task in running { #expect(try bench.report(worker, task) == nil) }
    #expect(try bench.claim(worker).isEmpty)
  }

  @Test func aClaimThatTakesTheNextInTurnLooksAtTheOneBehindIt() throws {
    var bench = Bench()
    let worker = try bench.worker().worker.id
    let ids = try bench.submit(Self.cores(1), Self.cores(4), Self.cores(1))
    bench.now += 60_000
    #expect(try bench.claim(worker, max: 10).map(\.id) == [ids[0]])
    #expect(bench.state.reservedWorker(for: ids[1]) == worker)
  }

  @Test func itRunsThoughSmallTasksKeepComing() throws {
    var (bench, worker, running, large) = try Self.blocked()
    var rounds = 0
    while bench.status(large) == .available, rounds < 200 {
      rounds += 1
      bench.now += 10_000
      _ = try bench.submit(Self.cores(1), Self.cores(1))
      // Each small task takes a while: at no moment are all cores free by themselves.
      if let task = running.first {
        running.removeFirst()
        #expect(try bench.report(worker, task) == nil)
      }
      running += try bench.claim(worker)
    }
    #expect(bench.status(large) == .running)
    #expect(rounds < 20)
  }

  @Test func whatEndsBeforeIsGivenMeanwhile() throws {
    var (bench, worker, _, large) = try Self.blocked(limit: 600_000)
    bench.now += 60_000
    let short = try bench.submit(Self.cores(1, limit: 60_000))[0]
    let long = try bench.submit(Self.cores(1, limit: 3_600_000))[0]
    let unknown = try bench.submit(Self.cores(1))[0]
    #expect(try bench.claim(worker).map(\.id) == [short])
    #expect(bench.status(long) == .available)
    #expect(bench.status(unknown) == .available)
    #expect(bench.status(large) == .available)
  }

  @Test func theWorkerThatIsFreeSoonestIsKept() throws {
    var bench = Bench()
    let workers = try ["a", "b"].map { try bench.worker($0).worker.id }
    _ = try bench.submit(Self.cores(3, limit: 3_600_000), Self.cores(3, limit: 600_000))
    for worker in workers { #expect(try bench.claim(worker, max: 1).count == 1) }
    let large = try bench.submit(Self.cores(4))[0]
    let small = try bench.submit(Self.cores(1), Self.cores(1))
    bench.now += 60_000
    #expect(try bench.claim(workers[1]).isEmpty, "b is free in ten minutes: it is kept")
    #expect(bench.state.reservedWorker(for: large) == workers[1])
    #expect(try bench.claim(workers[0]).map(\.id) == [small[0]], "a goes on")
  }

  @Test func whatNoWorkerCouldRunBlocksNothing() throws {
    var bench = Bench()
    let worker = try bench.worker().worker.id
    let impossible = try bench.submit(Self.cores(5))[0]
    let small = try bench.submit(Self.cores(1), Self.cores(1))
    bench.now += 3_600_000
    #expect(try bench.claim(worker).map(\.id) == small)
    #expect(bench.state.reservedWorker(for: impossible) == nil)
  }

  @Test func aWorkerThatIsGoneIsNotWaitedFor() throws {
    var bench = Bench()
    let workers = try ["a", "b"].map { try bench.worker($0).worker.id }
    _ = try bench.submit(Self.cores(3, limit: 3_600_000), Self.cores(3, limit: 600_000))
    for worker in workers { _ = try bench.claim(worker, max: 1) }
    let large = try bench.submit(Self.cores(4))[0]
    _ = try bench.submit(Self.cores(1))
    bench.now += 60_000
    bench.state.miss(workers[1])
    #expect(try bench.claim(workers[0]).isEmpty)
    #expect(bench.state.reservedWorker(for: large) == workers[0])
  }

  @Test func theReservationGoesWithItsTask() throws {
    var (bench, worker, _, large) = try Self.blocked()
    let small = try bench.submit(Self.cores(1))[0]
    bench.now += 60_000
    #expect(try bench.claim(worker).isEmpty)
    let before = bench.state.matchingGeneration
    _ = try bench.cancel(large)
    #expect(bench.state.matchingGeneration != before, "waiting claims look again")
    #expect(try bench.claim(worker).map(\.id) == [small])
  }

  @Test func withoutReservationsNothingIsKeptFree() throws {
    var (bench, worker, _, _) = try Self.blocked()
    bench.state.reserveAfter = nil
    let small = try bench.submit(Self.cores(1))[0]
    bench.now += 3_600_000
    #expect(try bench.claim(worker).map(\.id) == [small])
  }

  @Test func aWorkerThatGivesLessThanItHasIsNotKept() throws {
    var bench = Bench()
    let worker = try bench.worker().worker.id
    let large = try bench.submit(Self.cores(4))[0]
    let small = try bench.submit(Self.cores(1))[0]
    bench.now += 3_600_000
    let less = ResourceOffer(memoryBytes: 8 << 30, cores: 2)
    let answer = try bench.perform(.claim(Claim(worker: worker, resources: less, max: 10))).answer
    guard case .claimed(let tasks) = answer else {
      Issue.record("a claim is answered by tasks")
      return
    }
    #expect(tasks.map(\.id) == [small])
    #expect(bench.state.reservedWorker(for: large) == nil)
  }
}
