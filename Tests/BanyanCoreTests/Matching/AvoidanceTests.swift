import Testing

@testable import BanyanCore

/// Workers that a waiting task is not given to: another one first after a failure, none that lacks its folder.
struct AvoidanceTests {
  static func retried() throws -> (bench: Bench, workers: [WorkerID], task: TaskID) {
    var bench = Bench()
    let workers = try ["a", "b"].map { try bench.worker($0).worker.id }
    let task = try bench.submit(Bench.draft { $0.maxAttemptCount = 3 })[0]
    let claimed = try bench.claim(workers[0])
    #expect(try bench.report(workers[0], claimed[0], "failure (exit 1)") == nil)
    return (bench, workers, task)
  }

  @Test func anotherWorkerGetsTheNextAttempt() throws {
    var (bench, workers, task) = try Self.retried()
    #expect(try bench.claim(workers[0]).isEmpty)
    #expect(try bench.claim(workers[1]).map(\.id) == [task])
  }

  @Test func theSameWorkerGetsItAfterAWhile() throws {
    var (bench, workers, task) = try Self.retried()
    let later = try bench.submit(Bench.draft())[0]
    bench.now += 59_999
    _ = try bench.perform(.tick)
    #expect(try bench.claim(workers[0]).map(\.id) == [later])
    #expect(bench.state.nextDeadline == bench.now + 1)
    bench.now += 1
    let before = bench.state.matchingGeneration
    _ = try bench.perform(.tick)
    #expect(bench.state.matchingGeneration != before, "waiting claims look again")
    _ = try bench.submit(Bench.draft())
    #expect(try bench.claim(workers[0]).first?.id == task, "it kept its turn")
  }

  @Test func whereThereIsNobodyElseItComesBackAtOnce() throws {
    var bench = Bench()
    let worker = try bench.worker(cores: 4).worker.id
    _ = try bench.worker("small", cores: 1)
    let gone = try bench.worker("gone", cores: 4).worker.id
    bench.state.miss(gone)
    let task = try bench.submit(
      Bench.draft {
        $0.maxAttemptCount = 2
        $0.resources?.coreCount = 2
      })[0]
    #expect(try bench.report(worker, try bench.claim(worker)[0], "failure (exit 1)") == nil)
    #expect(try bench.claim(worker).map(\.id) == [task])
  }

  @Test func aWorkerThatLacksTheFolderIsPassedOverUntilItStartsAnew() throws {
    var bench = Bench()
    let worker = try bench.worker().worker.id
    let task = try bench.submit(Bench.draft { $0.workingDirectory = "/srv/here" })[0]
    let claimed = try bench.claim(worker)
    let refusal = try bench.report(
      worker, claimed[0], ExitStatus.released("no such folder: /srv/here"), state: .available, time: nil)
    #expect(refusal == nil)
    #expect(bench.state.record(task)?.attemptCount == 0, "uncharged")
    bench.now += Avoidances.minPause - 1
    _ = try bench.perform(.tick)
    #expect(try bench.claim(worker).isEmpty)
    let other = try bench.worker("other").worker.id
    #expect(try bench.claim(other).map(\.id) == [task])
    let second = try bench.claim(other)
    #expect(second.isEmpty)
    let held = try #require(bench.state.record(task)?.attempts.last)
    let back = ClaimedTask(record: claimed[0].record, attempt: held)
    _ = try bench.report(other, back, ExitStatus.released("cannot enter /srv/here"), state: .available, time: nil)
    #expect(try bench.claim(other).isEmpty)
    _ = try bench.worker(instance: "2")
    #expect(try bench.claim(worker).map(\.id) == [task])
  }

  @Test func itIsAskedAgainEverMoreSeldom() throws {
    var bench = Bench()
    let worker = try bench.worker().worker.id
    let task = try bench.submit(Bench.draft { $0.workingDirectory = "/srv/late" })[0]
    for pause: Int64 in [300_000, 600_000, 1_200_000, 2_400_000, 3_600_000, 3_600_000] {
      let claimed = try #require(try bench.claim(worker).first)
      let words = ExitStatus.released("no such folder: /srv/late")
      #expect(try bench.report(worker, claimed, words, state: .available, time: nil) == nil)
      #expect(bench.state.soonestDelay == bench.now + pause, "the watchdog is armed for it")
      bench.now += pause - 1
      try bench.perform(.tick)
      #expect(try bench.claim(worker).isEmpty)
      bench.now += 1
      let before = bench.state.matchingGeneration
      try bench.perform(.tick)
      #expect(bench.state.matchingGeneration != before, "waiting claims look again")
    }
    #expect(try bench.claim(worker).map(\.id) == [task])
    #expect(bench.state.record(task)?.attemptCount == 1, "none of it is charged")
  }

  @Test func whatOutlastsAWorkersTimeIsGivenToItEverMoreSeldom() throws {
    var bench = Bench()
    func start(_ number: Int) throws -> WorkerID {
      try bench.worker(instance: "\(number)", stay: Stay(until: bench.now + 60_000, assumed: 1000)).worker.id
    }
    var worker = try start(0)
    let task = try bench.submit(Bench.draft())[0]
    for (number, pause) in ([300_000, 600_000, 1_200_000] as [Int64]).enumerated() {
      let claimed = try #require(try bench.claim(worker).first)
      bench.now += 60_000
      #expect(try bench.report(worker, claimed, ExitStatus.outOfTime, state: .available, time: nil) == nil)
      #expect(bench.state.record(task)?.attemptCount == 0, "uncharged")
      // It is started again, for as short a time.
      worker = try start(2 * number + 1)
      #expect(try bench.claim(worker).isEmpty)
      bench.now += pause - 1
      try bench.perform(.tick)
      worker = try start(2 * number + 2)
      #expect(try bench.claim(worker).isEmpty)
      bench.now += 1
      try bench.perform(.tick)
    }
    let claimed = try #require(try bench.claim(worker).first)
    #expect(try bench.report(worker, claimed, ExitStatus.outOfTime, state: .available, time: nil) == nil)
    let staying = try bench.worker("staying").worker.id
    #expect(try bench.claim(staying).map(\.id) == [task])
  }

  // MARK: One list of rivals for all

  @Test func whoWaitsBehindOthersLooksAtOneListUntilSomethingChanges() throws {
    var bench = Bench()
    let workers = try (0..<3).map { try bench.worker("w\($0)", cores: 2).worker.id }
    for (number, worker) in workers.prefix(2).enumerated() {
      _ = try bench.submit(
        Bench.draft {
          $0.maxAttemptCount = 3
          $0.queue = "q\(number)"
        })
      let claimed = try bench.claim(worker, max: 1, queues: ["q\(number)"])
      #expect(try bench.report(worker, claimed[0], "failure (exit 1)") == nil)
    }
    func list(_ place: Int) -> (address: UnsafeRawPointer?, free: [Int64]) {
      let rivals = bench.state.rivals(of: place, at: bench.now)
      return rivals.workers.withUnsafeBytes { ($0.baseAddress, rivals.workers.map(\.free.cores)) }
    }
    let first = list(0)
    #expect(first.free == [2, 2, 2])
    #expect(list(1).address == first.address, "it is made once")
    #expect(list(2).free.isEmpty, "who waits behind nobody needs none")
    // A claim that finds nothing changes nothing.
    let large = try bench.submit(Bench.draft { $0.resources?.coreCount = 9 })[0]
    _ = try bench.claim(workers[2], queues: ["elsewhere"])
    let second = list(0)
    _ = try bench.claim(workers[2], queues: ["elsewhere"])
    #expect(list(1).address == second.address)
    _ = try bench.cancel(large)
    _ = try bench.submit(
      Bench.draft {
        $0.resources?.coreCount = 2
        $0.priority = 1
      })
    let claimed = try bench.claim(workers[2], max: 1)
    #expect(list(0).free == [2, 2, 0])
    #expect(try bench.report(workers[2], claimed[0]) == nil)
    #expect(list(0).free == [2, 2, 2])
    bench.state.miss(workers[1])
    #expect(list(0).free == [2, 2])
  }

  // MARK: Only one that could run it now goes first

  /// Why the other worker can't run it now.
  enum Hindrance: CaseIterable, Sendable {
    case queue, full, paused, missed, gone, leaving, ownWord

    func arise(_ bench: inout Bench, on other: WorkerID) throws {
      switch self {
      case .queue: _ = try bench.claim(other, queues: ["elsewhere"])
      case .full:
        let large = try bench.submit(
          Bench.draft {
            $0.resources?.coreCount = 4
            $0.priority = 1
          })
        #expect(try bench.claim(other, max: 1).map(\.id) == large)
      case .paused: try bench.perform(.changeWorker(other, WorkerChange(pause: .some(WorkerPause())), by: bench.ann))
      case .missed: bench.state.miss(other)
      case .gone: try bench.perform(.unregisterWorker(other, requeue: false, by: bench.ann))
      case .leaving: _ = try bench.worker("b", stay: Stay(until: bench.now + 1))
      case .ownWord:
        let less = ResourceOffer(memoryBytes: 0, cores: 4)
        try bench.perform(.claim(Claim(worker: other, resources: less)))
      }
    }
  }

  @Test(arguments: Hindrance.allCases) func theFirstOneIsNotKeptWaitingForOneThatCannot(_ hindrance: Hindrance) throws {
    var bench = Bench()
    let workers = try ["a", "b"].map { try bench.worker($0).worker.id }
    let task = try bench.submit(
      Bench.draft {
        $0.maxAttemptCount = 3
        $0.resources?.coreCount = 1
      })[0]
    let claimed = try bench.claim(workers[0])
    #expect(try bench.report(workers[0], claimed[0], "failure (exit 1)") == nil)
    #expect(try bench.claim(workers[0]).isEmpty, "b has room and goes first")
    _ = bench.state.drainDueClaimants()
    try hindrance.arise(&bench, on: workers[1])
    #expect(bench.state.drainDueClaimants().contains(workers[0]), "its waiting claim is looked at again")
    #expect(try bench.claim(workers[0]).map(\.id) == [task])
  }

  @Test func aWorkerThatIsKeptFreeForAnotherTaskIsNotWaitedFor() throws {
    var bench = Bench()
    bench.state.reserveAfter = 1000
    let workers = try ["a", "b"].map { try bench.worker($0, cores: $0 == "a" ? 2 : 4).worker.id }
    _ = try bench.submit(Bench.draft { $0.resources?.coreCount = 1 })
    #expect(try bench.claim(workers[1], max: 1).count == 1)
    let task = try bench.submit(Bench.draft { $0.maxAttemptCount = 3 })[0]
    let claimed = try bench.claim(workers[0])
    let large = try bench.submit(
      Bench.draft {
        $0.resources?.coreCount = 4
        $0.priority = 1
      })[0]
    _ = try bench.submit(Bench.draft { $0.resources?.coreCount = 3 })
    bench.now += 1000
    #expect(try bench.claim(workers[1]).isEmpty)
    #expect(bench.state.reservedWorker(for: large) == workers[1])
    #expect(try bench.report(workers[0], claimed[0], "failure (exit 1)") == nil)
    #expect(try bench.claim(workers[0]).map(\.id) == [task])
  }

  @Test func aReleaseWithoutAReasonAvoidsNobody() throws {
    var bench = Bench()
    let workers = try ["a", "b"].map { try bench.worker($0).worker.id }
    let task = try bench.submit(Bench.draft())[0]
    let claimed = try bench.claim(workers[0])
    #expect(
      try bench.report(workers[0], claimed[0], ExitStatus.released, state: .available, time: nil) == nil)
    #expect(try bench.claim(workers[0]).map(\.id) == [task])
  }
}
