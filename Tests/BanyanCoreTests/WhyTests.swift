import Testing

@testable import BanyanCore

@Suite struct WhyTests {
  private func why(_ bench: Bench, _ task: TaskID, connected: Set<WorkerID>? = nil) -> Why.Reason? {
    let all = Set(bench.state.allWorkers.map(\.record.id))
    var finder = WhyFinder(bench.state.view, connected: connected ?? all)
    return finder.why(task)?.reason
  }

  private func mention(_ bench: Bench, _ worker: WorkerID, _ aside: WorkerMention.Aside? = nil) -> WorkerMention {
    WorkerMention(id: worker, name: bench.state.worker(worker)?.record.name ?? "", aside: aside)
  }

  private func mention(_ bench: Bench, _ task: TaskID) throws -> TaskMention {
    let record = try #require(bench.state.record(task))
    return TaskMention(id: task, name: record.spec.name, state: record.state, cause: record.cause?.description)
  }

  @Test func anInactiveTaskWaitsForItsParentsOrForItsProvider() throws {
    var bench = Bench()
    let ids = try bench.submit(
      Bench.draft("done", command: nil), Bench.draft("a"), Bench.draft("b", available: false),
      Bench.draft("c", after: [.name("a"), .name("b"), .name("done")]))
    #expect(why(bench, ids[3]) == .parents([try mention(bench, ids[1]), try mention(bench, ids[2])], count: 2))
    #expect(why(bench, ids[2]) == .notReleased)
    #expect(why(bench, ids[0]) == .succeeded)
    #expect(why(bench, TaskID(seconds: 1, rest: 1)) == nil)
  }

  @Test func whatHoldsATaskBackByItself() throws {
    var bench = Bench()
    _ = try bench.worker()
    let later = bench.now + 5000
    let ids = try bench.submit(Bench.draft(held: true), Bench.draft { $0.notBefore = later })
    #expect(why(bench, ids[0]) == .held)
    #expect(why(bench, ids[1]) == .notBefore(later))
    let failing = try bench.submit(
      Bench.draft {
        $0.maxAttemptCount = 2; $0.retryDelay = 1000
      })[0]
    let worker = try bench.worker().worker.id
    let claimed = try bench.claim(worker)[0]
    #expect(why(bench, failing) == .running(mention(bench, worker), since: bench.now))
    #expect(try bench.report(worker, claimed, "failure (exit 1)") == nil)
    let until = try #require(bench.state.record(failing)?.delayedUntil)
    #expect(why(bench, failing) == .retryDelay(until: until, attempts: 1))
  }

  @Test func itsArrayMayHaveEnough() throws {
    var bench = Bench()
    let worker = try bench.worker().worker.id
    let ids = try bench.submit(ArrayTests.member(1, running: 1), ArrayTests.member(2, running: 1))
    #expect(try bench.claim(worker, max: 1).map(\.id) == [ids[0]])
    #expect(why(bench, ids[1]) == .arrayLimit("a", 1))
  }

  @Test func workersThatAreNotThereOrTakeNothing() throws {
    var bench = Bench()
    let id = try bench.submit(Bench.draft { $0.queue = "night" })[0]
    #expect(why(bench, id) == .noWorkers)
    let worker = try bench.worker().worker.id
    _ = try bench.claim(worker, queues: ["day"])
    #expect(why(bench, id) == .noWorkerForQueue("night"))
    let other = try bench.worker("v").worker.id
    #expect(why(bench, id) == .turn(before: 0))
    #expect(why(bench, id, connected: [worker]) == .workersAside([mention(bench, other, .away)], count: 1))
    for (change, aside) in [
      (WorkerChange(pause: .some(WorkerPause(note: "disk"))), WorkerMention.Aside.paused(note: "disk")),
      (WorkerChange(pause: .some(nil), draining: true), .draining),
      (WorkerChange(draining: false, permissions: [.report]), .forbidden),
    ] {
      try bench.perform(.changeWorker(other, change, by: bench.ann))
      #expect(why(bench, id) == .workersAside([mention(bench, other, aside)], count: 1))
    }
  }

  @Test func theNearestWorkerAndWhatItLacks() throws {
    var bench = Bench()
    let small = try bench.worker("small", cores: 2, memory: 4 << 30).worker.id
    let large = try bench.worker("large", cores: 8, memory: 4 << 30).worker.id
    let huge = try bench.submit(
      Bench.draft {
        $0.resources?.coreCount = 16; $0.resources?.memoryBytes = 1 << 30
      })[0]
    #expect(
      why(bench, huge)
        == .neverFits(
          mention(bench, large), [Shortage(resource: "cpu_cores", wanted: 16, free: 8, offered: 8)]))
    _ = try bench.submit(
      Bench.draft {
        $0.resources?.coreCount = 6; $0.priority = 9
      })
    #expect(try bench.claim(large).count == 1)
    let id = try bench.submit(Bench.draft { $0.resources?.coreCount = 4 })[0]
    #expect(
      why(bench, id)
        == .busy(
          mention(bench, large), [Shortage(resource: "cpu_cores", wanted: 4, free: 2, offered: 8)], before: 1))
    // On the small one two things would lack.
    let license = try bench.submit(
      Bench.draft {
        $0.resources?.coreCount = 3
        $0.resources?.setCustom([CustomResource(name: "license", count: 1)])
      })[0]
    guard case .neverFits(let nearest, let shortages) = why(bench, license) else {
      Issue.record("no worker has a license")
      return
    }
    #expect(nearest.id == large && nearest.id != small)
    #expect(shortages == [Shortage(resource: "license", wanted: 1, free: 0, offered: 0)])
  }

  @Test func neverIsSaidOfWhatIsOfferedInAllAndNotOfTheNewestClaim() throws {
    var bench = Bench()
    _ = try bench.worker("small", cores: 2)
    let large = try bench.worker("large", cores: 8).worker.id
    let id = try bench.submit(Bench.draft { $0.resources?.coreCount = 4 })[0]
    #expect(why(bench, id) == .turn(before: 0))
    _ = try bench.claim(large, queues: ["other"])
    #expect(why(bench, id) == .workersAside([mention(bench, large, .inOtherQueues)], count: 1))
    let all = Set(bench.state.allWorkers.map(\.record.id))
    #expect(
      why(bench, id, connected: all.subtracting([large])) == .workersAside([mention(bench, large, .away)], count: 1))
    let huge = try bench.submit(Bench.draft { $0.resources?.coreCount = 16 })[0]
    guard case .neverFits(_, let shortages) = why(bench, huge) else {
      Issue.record("no worker offers so much")
      return
    }
    #expect(shortages.first?.wanted == 16)
  }

  @Test func howManyAreBeforeIt() throws {
    var bench = Bench()
    let ids = try bench.submit(
      Bench.draft(), Bench.draft { $0.priority = 3 }, Bench.draft { $0.queue = "other" }, Bench.draft(held: true),
      Bench.draft(), Bench.draft { $0.priority = -1 })
    _ = try bench.worker()
    #expect(why(bench, ids[4]) == .turn(before: 2))
    #expect(why(bench, ids[1]) == .turn(before: 0))
    #expect(why(bench, ids[5]) == .turn(before: 3))
  }

  @Test func theCauseIsFollowedToTheFirst() throws {
    var bench = Bench()
    let drafts = [Bench.draft("t0")] + (1..<40).map { Bench.draft("t\($0)", after: [.name("t\($0 - 1)")]) }
    guard case .submitted(let made) = try bench.perform(.submit(Submission(tasks: drafts, by: bench.ann))).answer else {
      return
    }
    let ids = made
    let worker = try bench.worker().worker.id
    let claimed = try bench.claim(worker)[0]
    _ = try bench.cancel(ids[20])
    #expect(try bench.report(worker, claimed, "failure (exit 3)") == nil)
    #expect(why(bench, ids[0]) == .ended(above: [], count: 0))
    #expect(why(bench, ids[20]) == .ended(above: [], count: 0))
    #expect(why(bench, ids[2]) == .ended(above: [try mention(bench, ids[1]), try mention(bench, ids[0])], count: 2))
    #expect(why(bench, ids[21]) == .ended(above: [try mention(bench, ids[20])], count: 1))
    guard case .ended(let above, let count) = why(bench, ids[19]) else { return #expect(Bool(false)) }
    #expect(count == 19 && above.count == WhyFinder.maxMentions)
    #expect(above.first?.id == ids[18])
    #expect(above.last == (try mention(bench, ids[0])) && above.last?.cause == "failure (exit 3)")
  }

  @Test func whatIsBeingEnded() throws {
    var bench = Bench()
    let id = try bench.submit(Bench.draft { $0.maxShutdownTime = 2000 })[0]
    let worker = try bench.worker().worker.id
    _ = try bench.claim(worker)
    _ = try bench.cancel(id)
    #expect(why(bench, id) == .cancelling(cause: "cancelled by ann", killDue: bench.now + 2000))
  }

  @Test func aWorkerIsKeptFreeForTheOneThatHasWaitedLong() throws {
    var bench = Bench()
    bench.state.reserveAfter = 1000
    let worker = try bench.worker(cores: 4).worker.id
    _ = try bench.submit(Bench.draft { $0.resources?.coreCount = 2 })
    #expect(try bench.claim(worker).count == 1)
    let big = try bench.submit(Bench.draft("big") { $0.resources?.coreCount = 4 })[0]
    let small = try bench.submit(Bench.draft { $0.resources?.coreCount = 1 })[0]
    bench.now += 1000
    #expect(try bench.claim(worker).isEmpty)
    #expect(
      why(bench, big)
        == .reserved(
          mention(bench, worker), [Shortage(resource: "cpu_cores", wanted: 4, free: 2, offered: 4)], expected: nil))
    #expect(why(bench, small) == .behindReservation(mention(bench, worker), try mention(bench, big)))
  }

  @Test func anotherWorkerGoesFirstAfterAFailure() throws {
    var bench = Bench()
    let one = try bench.worker("one").worker.id
    let two = try bench.worker("two").worker.id
    #expect(try bench.claim(two).isEmpty)
    let id = try bench.submit(Bench.draft { $0.maxAttemptCount = 2 })[0]
    let claimed = try bench.claim(one)[0]
    #expect(try bench.report(one, claimed, "failure (exit 1)") == nil)
    #expect(why(bench, id) == .turn(before: 0))
    try bench.perform(.changeWorker(two, WorkerChange(draining: true), by: bench.ann))
    #expect(why(bench, id) == .turn(before: 0), "nobody else could: it comes back to the one where it failed")
  }

  @Test func aTaskThatAWorkerIsKeptFreeForIsNotBehindItself() throws {
    var bench = Bench()
    bench.state.reserveAfter = 1000
    let worker = try bench.worker(cores: 4).worker.id
    _ = try bench.submit(
      Bench.draft {
        $0.resources?.coreCount = 2
        $0.maxRuntime = 60_000
      })
    let running = try bench.claim(worker)
    let started = bench.now
    let big = try bench.submit(Bench.draft("big") { $0.resources?.coreCount = 4 })[0]
    _ = try bench.submit(Bench.draft { $0.resources?.coreCount = 1 })
    bench.now += 1000
    #expect(try bench.claim(worker).isEmpty)
    #expect(
      why(bench, big)
        == .reserved(
          mention(bench, worker), [Shortage(resource: "cpu_cores", wanted: 4, free: 2, offered: 4)],
          expected: started + 60_000))
    // What ran has ended, and the worker has yet to claim.
    #expect(try bench.report(worker, running[0]) == nil)
    #expect(why(bench, big) == .reserved(mention(bench, worker), [], expected: nil))
    #expect(why(bench, big, connected: []) == .workersAside([mention(bench, worker, .away)], count: 1))
  }

  @Test func whoGaveItBackAndWhy() throws {
    var bench = Bench()
    let one = try bench.worker("one").worker.id
    let id = try bench.submit(Bench.draft { $0.workingDirectory = "/nonexistent" })[0]
    let words = "no such folder: /nonexistent"
    func giveBack(_ bench: inout Bench, _ worker: WorkerID) throws {
      let claimed = try #require(try bench.claim(worker).first)
      #expect(try bench.report(worker, claimed, ExitStatus.released(words), state: .available, time: nil) == nil)
    }
    try giveBack(&bench, one)
    let until = bench.now + 300_000
    let first = mention(bench, one, .gaveBack(words, until: until))
    #expect(why(bench, id) == .nobodyHasIt([first], count: 1, until: until))
    let two = try bench.worker("two").worker.id
    var finder = WhyFinder(bench.state.view, connected: [one, two])
    #expect(finder.why(id) == Why(task: try mention(bench, id), reason: .turn(before: 0), passedOver: [first]))
    bench.now += 1
    try giveBack(&bench, two)
    let second = mention(bench, two, .gaveBack(words, until: until + 1))
    #expect(why(bench, id) == .nobodyHasIt([first, second], count: 2, until: until))
    #expect(
      why(bench, id, connected: [one]) == .workersAside([first, mention(bench, two, .away)], count: 2))
  }

  @Test func whatOutlastsTheWorkersSaysSo() throws {
    var bench = Bench()
    let worker = try bench.worker("short", stay: Stay(until: bench.now + 60_000, assumed: 1000)).worker.id
    let id = try bench.submit(Bench.draft())[0]
    let claimed = try #require(try bench.claim(worker).first)
    #expect(try bench.report(worker, claimed, ExitStatus.outOfTime, state: .available, time: nil) == nil)
    let gone = mention(bench, worker, .gaveBack("this worker's time was over", until: bench.now + 300_000))
    #expect(why(bench, id) == .outlasts([gone], count: 1, until: bench.now + 300_000))
    // It has left meanwhile, as such workers do.
    var finder = WhyFinder(bench.state.view, connected: [])
    #expect(
      finder.why(id)
        == Why(
          task: try mention(bench, id), reason: .workersAside([mention(bench, worker, .away)], count: 1),
          passedOver: [gone]))
    let other = try bench.worker("other").worker.id
    finder = WhyFinder(bench.state.view, connected: [worker, other])
    #expect(finder.why(id) == Why(task: try mention(bench, id), reason: .turn(before: 0), passedOver: [gone]))
  }

  @Test func whoLeavesTooSoon() throws {
    var bench = Bench()
    let ids = try bench.submit(Bench.draft { $0.maxRuntime = 3_600_000 }, Bench.draft())
    let worker = try bench.worker(stay: Stay(until: bench.now + 120_000)).worker.id
    #expect(why(bench, ids[0]) == .noTime(mention(bench, worker), needed: 3_600_000, left: 120_000))
    #expect(why(bench, ids[1]) == .noTime(mention(bench, worker), needed: nil, left: 120_000))
    var finder = WhyFinder(bench.state.view, connected: [worker], at: bench.now + 50_000)
    #expect(finder.why(ids[0])?.reason == .noTime(mention(bench, worker), needed: 3_600_000, left: 70_000))
    _ = try bench.worker("other")
    #expect(why(bench, ids[0]) == .turn(before: 0))
  }
}
