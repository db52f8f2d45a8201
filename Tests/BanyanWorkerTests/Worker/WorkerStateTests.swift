import BanyanCore
import BanyanWire
import Testing

@testable import BanyanWorker

struct WorkerStateTests {
  // MARK: The conversation

  @Test func helloWelcomeClaim() {
    var talk = Talk()
    let hello = talk.connect()
    #expect(hello.running.isEmpty && hello.instance == "i" && hello.name == "w")
    let said = talk.welcome()
    guard case .claim(let claim) = said.first else { return fail(said) }
    #expect(claim.resources?.cores == 4 && claim.max == 32 && claim.waitMilliseconds == 60_000)
    #expect(said.count == 1)
    #expect(talk.orders == [.heard(sentAt: 0, leaseMilliseconds: 1_000)])
  }

  @Test func aClaimedTaskIsStartedToldAndReported() throws {
    var talk = Talk()
    talk.begin()
    let task = Sample.assigned(.program(["x"]))
    let key = AttemptKey(task: task.id, claimNumber: 1)
    // With the answer goes the next claim, for what is left.
    var said = talk.claimed([task])
    guard case .claim(let next) = said.first else { return fail(said) }
    #expect(next.max == 31)
    guard case .start(let order) = talk.orders.last else { return fail(talk.orders) }
    #expect(order.key == key && order.arguments == ["x"] && order.environment.contains("BANYAN_ATTEMPT=1"))

    // A start waits a moment, for the end of a short task may come with it.
    said = talk.happened(.started(key, ProcessStart(pid: 5, timeStarted: 77, workingDirectory: "/w")))
    #expect(said.isEmpty && talk.state.deadline == WorkerState.startPatience)
    talk.now = WorkerState.startPatience
    said = talk.said(talk.state.settle(now: talk.now))
    guard case .started(let started) = said.first else { return fail(said) }
    #expect(started.tasks == [.init(attempt: task.name, timeStarted: 77, workingDirectory: "/w")])

    said = talk.happened(.ended(key, AttemptEnding(process: .exited(0), cause: .none, timeTerminated: 88)))
    guard case .report(let report) = said.first, case .claim(let full) = said.last else {
      return fail(said)
    }
    #expect(report.results.map(\.exitStatus) == ["success"] && full.max == 32)
    #expect(talk.answer(.judged(JudgedMessage(kind: .reported, id: report.id, results: [.init(task: task.id)]))) == [])
    #expect(talk.orders.first == .forget([key]))
    #expect(talk.state.attempts.isEmpty)
  }

  @Test func aStartIsToldEvenIfTheEndComesWithIt() {
    var talk = Talk()
    talk.begin()
    let key = talk.claimOne()
    let said = talk.said(
      talk.state.happened(
        [
          .started(key, ProcessStart(pid: 5, timeStarted: 77, workingDirectory: "/w")),
          .ended(key, AttemptEnding(process: .exited(0), cause: .none, timeTerminated: 88)),
        ], now: 0))
    guard case .started(let started) = said.first, case .report = said.dropFirst().first else { return fail(said) }
    #expect(started.tasks.map(\.timeStarted) == [77])
  }

  @Test func claimsFollowWhatIsFree() {
    var talk = Talk()
    talk.begin()
    var task = Sample.assigned(.program(["x"]))
    task.fields.resources?.coreCount = 3
    task.fields.resources?.memoryBytes = 100
    task.gpus = [1]
    guard case .claim(let next) = talk.claimed([task]).first, let left = next.resources else {
      return fail("no claim")
    }
    #expect(left.cores == 1 && left.memoryBytes == 900 && left.gpus.map(\.ordinal) == [0])
  }

  @Test func noClaimWhileNothingFits() {
    var talk = Talk { $0.offer.maxTasks = 1 }
    talk.begin()
    #expect(talk.claimed([Sample.assigned(.program(["x"]))]) == [])
    #expect(talk.state.openClaim == nil)
  }

  @Test func anEmptyAnswerIsNotAskedAgainAtOnce() {
    var talk = Talk()
    talk.begin(heartbeat: 100_000)
    talk.now = 10
    #expect(talk.claimed([]) == [])
    #expect(talk.state.deadline == WorkerState.claimPause)
    talk.now = WorkerState.claimPause
    #expect(talk.said(talk.state.settle(now: talk.now)).count == 1)
  }

  @Test func aClaimThatTheServerLostIsMadeAgain() {
    var talk = Talk { $0.claimWaitMilliseconds = 500 }
    talk.begin()
    let first = talk.lastClaim
    for moment in stride(from: Int64(100), through: 800, by: 100) {
      talk.now = moment
      _ = talk.said(talk.state.settle(now: moment))
      _ = talk.answer(.heartbeat())
      #expect((talk.lastClaim == first) == (moment < 800))
    }
  }

  @Test func anotherServerIsNotHeededWhileAttemptsOfTheFirstAreHeld() {
    var talk = Talk()
    _ = talk.connect()
    _ = talk.welcome(from: "one")
    #expect(talk.recorded == "one")
    let key = talk.run()
    _ = talk.state.disconnected(now: talk.now)
    _ = talk.connect()
    // What came in one piece with its welcome is passed over too.
    let welcome = WelcomeMessage(
      workerID: Sample.task(), serverVersion: "1", serverIdentity: "two", leaseMilliseconds: 1_000,
      heartbeatMilliseconds: 100, refused: [.init(task: key.task, reason: "unknown")])
    let cancel = CancelPush(tasks: [.init(attempt: talk.name(key), maxShutdownTimeMilliseconds: 0)])
    let said = talk.said(talk.state.received([.welcome(welcome), .cancel(cancel)], now: talk.now))
    #expect(said.isEmpty && talk.orders.isEmpty && talk.recorded == "one")
    guard case .anotherServer(let words) = talk.left else { return fail("it stays") }
    #expect(words.contains("1 attempts") && words.contains("--state"))
  }

  @Test func anotherServerIsTakenWhereNothingIsHeld() {
    var talk = Talk()
    _ = talk.connect()
    _ = talk.welcome(from: "one")
    for (identity, known) in [("two", "two"), (nil, "two")] {
      _ = talk.state.disconnected(now: talk.now)
      _ = talk.connect()
      _ = talk.welcome(from: identity)
      #expect(talk.left == nil && talk.recorded == known && talk.state.link == .up)
    }
  }

  // MARK: Ends that go wrong

  @Test func aReportIsSentAgainOnTheNextConnection() {
    var talk = Talk()
    talk.begin()
    let key = talk.run()
    let first = talk.happened(.ended(key, AttemptEnding(process: .exited(1), cause: .none, timeTerminated: 1)))
    _ = talk.state.disconnected(now: talk.now)
    let hello = talk.connect()
    #expect(hello.running.map(\.task) == [key.task])
    let again = talk.welcome(attached: [key.task])
    guard again.count > 1, case .report(let one) = first.first, case .started = again[0],
      case .report(let two) = again[1]
    else {
      return fail(again)
    }
    #expect(one.results == two.results)
  }

  @Test func aServerThatCannotTakeItIsAskedLater() {
    var talk = Talk()
    talk.begin(heartbeat: 100_000)
    let (key, id) = talk.runAndReport()
    talk.now = 50
    #expect(
      talk.answer(.judged(JudgedMessage(kind: .reported, id: id, results: [.init(task: key.task, code: 507)]))) == [])
    #expect(talk.state.deadline == 50 + WorkerState.pauseAfterTrouble)
    talk.now = 50 + WorkerState.pauseAfterTrouble
    guard case .report = talk.said(talk.state.settle(now: talk.now)).first else { return fail("no report") }
  }

  @Test(arguments: [401, 403, 404, 409])
  func anEndThatIsRefusedIsDropped(_ code: Int) {
    var talk = Talk()
    talk.begin()
    let (key, id) = talk.runAndReport()
    _ = talk.answer(.judged(JudgedMessage(kind: .reported, id: id, results: [.init(task: key.task, code: code)])))
    #expect(talk.orders == [.forget([key])] && talk.state.attempts.isEmpty)
  }

  @Test func whatComesAgainAndCannotBeStartedGoesBackLater() {
    var talk = Talk()
    talk.begin(heartbeat: 100_000)
    let task = Sample.task()
    for (round, pause) in [Int64(0), 100, 200, 400].enumerated() {
      let key = AttemptKey(task: task, claimNumber: Int64(round + 1))
      _ = talk.claimed([Sample.assigned(.program(["x"]), key: key)])
      let ending = AttemptEnding(process: .notStarted("no such folder: /x"), cause: .none, timeTerminated: 1)
      var said = talk.happened(.ended(key, ending))
      if pause > 0 {
        #expect(said.allSatisfy { if case .claim = $0 { true } else { false } })
        #expect(talk.state.deadline == talk.now + pause)
        talk.now += pause
        said = talk.said(talk.state.settle(now: talk.now))
      }
      guard case .release(let release) = said.first else { return fail(said) }
      _ = talk.answer(.judged(JudgedMessage(kind: .released, id: release.id, results: [.init(task: task)])))
    }
  }

  @Test func whatCannotBeStartedHereIsReleased() {
    var talk = Talk()
    talk.begin()
    let key = talk.claimOne()
    talk.now = 10
    let said = talk.happened(
      .ended(key, AttemptEnding(process: .notStarted("no such folder: /x"), cause: .none, timeTerminated: 1)))
    guard case .release(let release) = said.first else { return fail(said) }
    #expect(release.tasks.map(\.reason) == ["no such folder: /x"])
    // It was being cancelled when it was given back.
    let again = talk.answer(
      .judged(JudgedMessage(kind: .released, id: release.id, results: [.init(task: key.task, code: 422)])))
    guard case .report(let report) = again.first else { return fail(again) }
    #expect(report.results.map(\.state) == [.cancelled])
  }

  // MARK: Cancelling and fencing

  @Test func aCancellationReachesTheKeeperAtAnyPoint() {
    var talk = Talk()
    talk.begin()
    let key = talk.claimOne()
    let attempt = talk.name(key)
    _ = talk.answer(.cancel(CancelPush(tasks: [.init(attempt: attempt, maxShutdownTimeMilliseconds: 9)])))
    #expect(talk.orders == [.end(key, graceMilliseconds: 9, cause: .cancelled)])
    _ = talk.happened(.started(key, ProcessStart(pid: 5, timeStarted: 1, workingDirectory: "/")))
    _ = talk.answer(.cancel(CancelPush(tasks: [.init(attempt: attempt, maxShutdownTimeMilliseconds: 0)])))
    #expect(talk.orders == [.end(key, graceMilliseconds: 0, cause: .cancelled)])
  }

  @Test func whatIsUnknownIsReportedAsCancelled() {
    var talk = Talk()
    talk.begin()
    let stranger = AttemptName(task: Sample.task(), token: "t")
    let said = talk.answer(.cancel(CancelPush(tasks: [.init(attempt: stranger, maxShutdownTimeMilliseconds: 9)])))
    guard case .report(let report) = said.first else { return fail(said) }
    #expect(report.results.map(\.attempt) == [stranger] && report.results.map(\.state) == [.cancelled])
    _ = talk.answer(
      .judged(JudgedMessage(kind: .reported, id: report.id, results: [.init(task: stranger.task, code: 409)])))
    #expect(talk.state.strays.isEmpty)
  }

  @Test func whatIsRefusedAtTheWelcomeIsStoppedAndNotReported() {
    var talk = Talk()
    talk.begin()
    let key = talk.run()
    _ = talk.state.disconnected(now: talk.now)
    _ = talk.connect()
    let said = talk.welcome(refused: [key.task])
    #expect(talk.orders.contains(.end(key, graceMilliseconds: WorkerState.pauseAfterRefusal, cause: .refused)))
    #expect(said.allSatisfy { if case .claim = $0 { true } else { false } })
    var ending = AttemptEnding(process: .signalled(15), cause: .refused, timeTerminated: 1)
    ending.killed = false
    let after = talk.happened(.ended(key, ending))
    #expect(talk.orders == [.forget([key])])
    #expect(after.allSatisfy { if case .claim = $0 { true } else { false } })
  }

  @Test func whatIsHeldAndUnknownIsReleased() {
    var talk = Talk()
    _ = talk.connect()
    let lost = AttemptName(task: Sample.task(), token: "t")
    let said = talk.welcome(held: [lost])
    guard case .release(let release) = said.first else { return fail(said) }
    #expect(release.tasks.map(\.attempt) == [lost])
  }

  @Test func anOlderAttemptGivesWayToANewerClaim() {
    var talk = Talk()
    talk.begin()
    let key = talk.run()
    let newer = AttemptKey(task: key.task, claimNumber: 2)
    _ = talk.claimed([Sample.assigned(.program(["x"]), key: newer)])
    #expect(talk.orders.contains(.end(key, graceMilliseconds: WorkerState.pauseAfterRefusal, cause: .refused)))
    #expect(talk.state.attempts[newer]?.phase == .starting)
  }

  // MARK: The keeper

  @Test func aNewKeeperWithoutAnAttemptMeansThatItVanished() {
    var talk = Talk()
    talk.begin()
    let key = talk.run()
    let said = talk.said(
      talk.state.attached(KeeperEvent.Holding(instance: "i", attempts: []), now: talk.now))
    guard case .report(let report) = said.first else { return fail(said) }
    #expect(report.results.map(\.attempt.task) == [key.task])
    #expect(report.results.map(\.exitStatus) == ["abandoned (worker restarted)"])
    #expect(report.results.map(\.state) == [.available])
  }

  @Test func anOrderToEndIsRepeatedToAnotherKeeper() {
    var talk = Talk()
    talk.begin()
    let key = talk.run()
    _ = talk.answer(.cancel(CancelPush(tasks: [.init(attempt: talk.name(key), maxShutdownTimeMilliseconds: 9)])))
    guard let attempt = talk.state.attempts[key], case .running(let start) = attempt.phase else { return }
    let held = HeldAttempt(order: attempt.order, start: start)
    _ = talk.said(talk.state.attached(KeeperEvent.Holding(instance: "i", attempts: [held]), now: talk.now))
    #expect(talk.orders.contains(.end(key, graceMilliseconds: 9, cause: .cancelled)))
  }

  @Test func aLossThatIsLearntOfFromTheNextKeeperHasItsStart() {
    var talk = Talk()
    talk.begin()
    let (begun, unread) = (talk.claimOne(), talk.claimOne())
    guard let order = talk.state.attempts[begun]?.order else { return fail("no attempt") }
    // The keeper was killed as it began the first one, and before it had read of the other.
    let ending = AttemptEnding(process: .signalled(9), cause: .vanished, timeTerminated: 8)
    let held = HeldAttempt(
      order: order, start: ProcessStart(timeStarted: 7, workingDirectory: "/w"), ending: ending)
    let holding = KeeperEvent.Holding(instance: "i", attempts: [held], isComplete: true)
    let said = talk.said(talk.state.attached(holding, now: talk.now))
    guard said.count >= 3, case .started(let started) = said[0], case .report(let report) = said[1],
      case .release(let release) = said[2]
    else { return fail(said) }
    #expect(started.tasks.map(\.timeStarted) == [7] && started.tasks.map(\.attempt) == [talk.name(begun)])
    #expect(report.results.map(\.exitStatus) == ["abandoned (worker restarted)"])
    #expect(release.tasks.map(\.attempt) == [talk.name(unread)])
  }

  @Test func whatMayHaveBegunIsNoReleaseWhereTheKeeperCannotTell() {
    var talk = Talk()
    talk.begin()
    let key = talk.claimOne()
    let said = talk.said(talk.state.attached(KeeperEvent.Holding(instance: "i", attempts: []), now: talk.now))
    guard case .report(let report) = said.first else { return fail(said) }
    #expect(report.results.map(\.attempt) == [talk.name(key)])
    #expect(report.results.map(\.exitStatus) == ["abandoned (worker restarted)"])
  }

  @Test func noMoreIsOfferedThanTheKeeperHasRoomFor() {
    var talk = Talk()
    for (most, expected) in [(3, 3), (1_000, nil), (nil, nil)] as [(Int64?, Int64?)] {
      let holding = KeeperEvent.Holding(instance: "i", attempts: [], maxTasks: most)
      _ = talk.said(talk.state.attached(holding, now: talk.now))
      let hello = talk.connect()
      #expect(hello.resources.maxTasks == expected)
      guard case .claim(let claim) = talk.welcome().last else { return fail("no claim") }
      #expect(claim.max == Int(expected ?? 32))
    }
  }

  @Test func longTextsMakeMoreMessagesNotLongerOnes() {
    var talk = Talk()
    let holding = (0..<1_000).map { _ in
      let start = ProcessStart(pid: 3, timeStarted: 1, workingDirectory: "/" + String(repeating: "\u{1}", count: 4_000))
      return HeldAttempt(order: Sample.shell("x", in: "/f").afterStart, start: start)
    }
    _ = talk.said(talk.state.attached(KeeperEvent.Holding(instance: "i", attempts: holding), now: 0))
    let hello = talk.connect()
    let said = talk.welcome(attached: hello.running.map(\.task))
    var told = 0
    for message in said {
      var bytes: [UInt8] = []
      message.encode(into: &bytes)
      #expect(bytes.count < 1 << 20)
      if case .started(let started) = message { told += started.tasks.count }
    }
    #expect(told == 1_000 && said.count > 20)
  }

  @Test func anEndThatTheServerDoesNotTakeIsToldInPlainWords() {
    var talk = Talk()
    talk.begin()
    let key = talk.claimOne()
    let ending = AttemptEnding(process: .couldNotStart("no such program"), cause: .none, timeTerminated: 1)
    guard case .report(let first) = talk.happened(.ended(key, ending)).first else { return fail("no report") }
    #expect(first.results.map(\.exitStatus) == ["could not start (no such program)"])
    let refusal = { (id: MessageID?) in
      ServerMessage.judged(
        JudgedMessage(kind: .reported, id: id, results: [.init(task: key.task, code: 422)]))
    }
    guard case .report(let second) = talk.answer(refusal(first.id)).first else { return fail("no second report") }
    #expect(second.results.map(\.exitStatus) == ["could not start"])
    #expect(second.results.map(\.state) == [.terminated] && second.results.allSatisfy { $0.usage == nil })
    // Not for ever.
    let said = talk.answer(refusal(second.id))
    #expect(!said.contains { if case .report = $0 { true } else { false } })
    #expect(talk.orders.contains(.forget([key])))
  }

  @Test func theWordsOfAnEndFitIntoItsField() {
    let ending = AttemptEnding(
      process: .couldNotStart(String(repeating: "é/", count: 3_000)), cause: .none, timeTerminated: 1)
    #expect(ending.exitStatus.unicodeScalars.count == ExitStatus.maxLength && ending.exitStatus.hasSuffix(")"))
  }

  @Test func attemptsOfAnEarlierLifeAreNamedAndCounted() {
    var talk = Talk()
    var order = Sample.shell("x", in: "/f")
    order.resources.coreCount = 4
    let held = HeldAttempt(
      order: order.afterStart, start: ProcessStart(pid: 3, timeStarted: 1, workingDirectory: "/"))
    _ = talk.said(talk.state.attached(KeeperEvent.Holding(instance: "old", attempts: [held]), now: 0))
    let hello = talk.connect()
    #expect(hello.instance == "old" && hello.running == [order.name])
    let said = talk.welcome(attached: [order.key.task])
    guard case .started = said.first, case .claim(let claim) = said.last else { return fail(said) }
    #expect(claim.resources?.cores == 0 && claim.max == 31)
  }

  // MARK: Time

  @Test func heartbeatsAndTheirAnswersRenewTheLease() {
    var talk = Talk()
    talk.begin()
    talk.now = 100
    #expect(talk.said(talk.state.settle(now: 100)) == [.heartbeat()])
    talk.now = 150
    _ = talk.answer(.heartbeat())
    // Counted from when it was sent.
    #expect(talk.orders == [.heard(sentAt: 100, leaseMilliseconds: 1_000)])
  }

  @Test func aConnectionOnWhichNothingIsHeardIsCut() {
    var talk = Talk()
    talk.begin()
    var cut = false
    for moment in stride(from: Int64(100), through: 600, by: 100) {
      talk.now = moment
      let actions = talk.state.settle(now: moment)
      if actions.contains(.cut) { cut = true }
    }
    #expect(cut)
  }

  // MARK: Refusals

  @Test func aNameInUseIsSaidAndAskedAgainLater() {
    var talk = Talk()
    let hello = talk.connect()
    _ = talk.answer(.error(ErrorMessage(id: hello.id, code: 409, message: "in use")))
    #expect(talk.state.deadline == WorkerState.pauseAfterRefusal)
    talk.now = WorkerState.pauseAfterRefusal
    guard case .hello = talk.said(talk.state.settle(now: talk.now)).first else { return fail("no hello") }
  }

  /// The server doesn't hear who is refused: it gives out again what the worker would go on with.
  @Test func aHelloThatIsRefusedRenewsNoLease() throws {
    var talk = Talk()
    talk.begin(heartbeat: 1_000_000)
    let known = try #require(talk.state.lease?.answeredAt)
    _ = talk.said(talk.state.disconnected(now: 400))
    talk.now = 400
    let hello = talk.connect()
    _ = talk.answer(.error(ErrorMessage(id: hello.id, code: 409, message: "in use")))
    #expect(talk.state.lease?.answeredAt == known)
    talk.now = 400 + WorkerState.pauseAfterRefusal
    _ = talk.said(talk.state.settle(now: talk.now))
    _ = talk.welcome()
    #expect(talk.state.lease?.answeredAt == talk.now)
  }

  @Test func anUnregisteredWorkerLeaves() {
    var talk = Talk()
    let hello = talk.connect()
    _ = talk.answer(.error(ErrorMessage(id: hello.id, code: 403, message: "unregistered")))
    #expect(talk.left == .refused(code: 403, "unregistered"))
  }

  @Test(arguments: [400, 401, 403, 404, 413, 422])
  func aRefusalThatNothingMendsEndsTheWorker(_ code: Int) {
    var talk = Talk()
    let hello = talk.connect()
    _ = talk.answer(.error(ErrorMessage(id: hello.id, code: code, message: "no")))
    #expect(talk.left == .refused(code: code, "no"))
  }

  @Test(arguments: [409, 429, 500, 503, 507])
  func aRefusalOfTheMomentIsAskedAgainLater(_ code: Int) {
    var talk = Talk()
    let hello = talk.connect()
    _ = talk.answer(.error(ErrorMessage(id: hello.id, code: code, message: "not now")))
    #expect(talk.left == nil)
    talk.now = WorkerState.pauseAfterRefusal
    guard case .hello = talk.said(talk.state.settle(now: talk.now)).first else { return fail("no hello") }
  }

  @Test func aRefusalForGoodWaitsForWhatRuns() {
    var talk = Talk()
    talk.begin()
    let key = talk.run()
    _ = talk.state.disconnected(now: talk.now)
    let hello = talk.connect()
    _ = talk.answer(.error(ErrorMessage(id: hello.id, code: 422, message: "no")))
    #expect(talk.left == nil && talk.state.attempts[key]?.isLive == true)
  }

  @Test func aRefusedClaimIsAskedAgainLater() {
    var talk = Talk()
    talk.begin()
    _ = talk.answer(.error(ErrorMessage(id: talk.lastClaim, code: 422, message: "in quarantine")))
    #expect(talk.state.deadline == 100)  // the next heartbeat
    talk.now = WorkerState.pauseAfterRefusal
    let said = talk.said(talk.state.settle(now: talk.now))
    #expect(said.contains { if case .claim = $0 { true } else { false } })
  }

  // MARK: Leaving

  @Test func drainingWaitsThenStopsThenKills() {
    var talk = Talk()
    talk.begin()
    let key = talk.run()
    #expect(talk.said(talk.state.drain(now: 0)) == [.goodbye])
    let late = Sample.assigned(.program(["x"]))
    guard case .release(let release) = talk.claimed([late]).first else { return fail("no release") }
    #expect(release.tasks.map(\.attempt) == [late.name])
    _ = talk.answer(.judged(JudgedMessage(kind: .released, id: release.id, results: [.init(task: late.id)])))
    _ = talk.said(talk.state.drain(now: 0))
    #expect(talk.orders == [.end(key, graceMilliseconds: 600_000, cause: .released)])
    _ = talk.said(talk.state.drain(now: 0))
    #expect(talk.orders == [.end(key, graceMilliseconds: 0, cause: .released)])
    let said = talk.happened(.ended(key, AttemptEnding(process: .signalled(9), cause: .released, timeTerminated: 1)))
    guard case .report(let report) = said.first else { return fail(said) }
    #expect(report.results.map(\.exitStatus) == ["released"] && report.results.map(\.state) == [.available])
    #expect(talk.left == nil)
    _ = talk.answer(.judged(JudgedMessage(kind: .reported, id: report.id, results: [.init(task: key.task)])))
    #expect(talk.left == .drained)
  }

  @Test func anIdleWorkerIsDrainedAtOnce() {
    var talk = Talk()
    talk.begin()
    _ = talk.said(talk.state.drain(now: 0))
    #expect(talk.left == .drained)
  }

  @Test func resultsForAServerThatIsAwayDoNotHoldUpTheEndForEver() {
    var talk = Talk()
    talk.begin()
    _ = talk.runAndReport()
    _ = talk.said(talk.state.disconnected(now: 0))
    _ = talk.said(talk.state.drain(now: 100))
    #expect(talk.left == nil && talk.state.deadline == 100 + WorkerState.lastPatience)
    _ = talk.said(talk.state.settle(now: 100 + WorkerState.lastPatience))
    #expect(talk.left == .drained)
  }

  @Test func deregisteringEndsWhatRunsAndThenTheWorker() {
    var talk = Talk()
    talk.begin()
    let key = talk.run()
    _ = talk.answer(.deregister(DeregisterPush(deadline: 0, reason: "gone")))
    #expect(talk.orders == [.end(key, graceMilliseconds: 600_000, cause: .cancelled)])
    let said = talk.happened(.ended(key, AttemptEnding(process: .signalled(15), cause: .cancelled, timeTerminated: 1)))
    guard case .report(let report) = said.first else { return fail(said) }
    _ = talk.answer(.judged(JudgedMessage(kind: .reported, id: report.id, results: [.init(task: key.task)])))
    #expect(talk.left == .unregistered("gone"))
  }

  // MARK: Logs

  @Test func theEndsOfLogsGoBeforeTheReport() {
    var talk = Talk()
    talk.begin()
    let loud = talk.run()
    var ending = AttemptEnding(process: .exited(0), cause: .none, timeTerminated: 1)
    ending.log = LogTotals(stdoutBytes: 0, stderrBytes: 3)
    _ = talk.happened(.ended(loud, ending))
    #expect(
      talk.tails == [LogTailRequest(key: loud, attempt: talk.name(loud), streams: [.stderr], empty: [.stdout])])
    guard case .result(let told)? = talk.state.attempts[loud]?.report else { return fail("no report") }
    #expect(told.usage?.printed == .stderr, "that it was there at all, whatever becomes of the file")

    let silent = talk.run()
    ending.log = LogTotals(stdoutBytes: 0, stderrBytes: nil)
    _ = talk.happened(.ended(silent, ending))
    #expect(
      talk.tails == [LogTailRequest(key: silent, attempt: talk.name(silent), streams: [], empty: [.stdout])],
      "that it is empty, so that nobody has to ask")

    // Nobody saw its end, so nobody knows what it wrote.
    let vanished = talk.run()
    _ = talk.happened(
      .ended(vanished, AttemptEnding(process: .signalled(9), cause: .vanished, timeTerminated: 1)))
    #expect(talk.tails.map(\.streams) == [[.stdout, .stderr]])

    // What was lost with a connection is sent again with its report.
    _ = talk.said(talk.state.disconnected(now: 0))
    _ = talk.connect()
    _ = talk.welcome()
    #expect(Set(talk.tails.map(\.key)) == [loud, silent, vanished])
  }

  // MARK: Time and load

  @Test func anIdleWorkerLeavesAfterItsTime() {
    var talk = Talk { $0.idleTimeoutMilliseconds = 1_000 }
    talk.begin(heartbeat: 1_000_000)
    let key = talk.run()
    talk.now = 5_000
    _ = talk.said(talk.state.settle(now: talk.now))
    let said = talk.happened(.ended(key, AttemptEnding(process: .exited(0), cause: .none, timeTerminated: 1)))
    guard case .report(let report) = said.first else { return fail(said) }
    // What is not acknowledged yet is not idle.
    talk.now = 8_000
    #expect(!talk.said(talk.state.settle(now: talk.now)).contains(.goodbye))
    _ = talk.answer(
      .judged(JudgedMessage(kind: .reported, id: report.id, results: [.init(task: key.task)])))
    talk.now = 8_999
    #expect(talk.state.deadline == 9_000)
    #expect(!talk.said(talk.state.settle(now: talk.now)).contains(.goodbye))
    talk.now = 9_000
    #expect(talk.said(talk.state.settle(now: talk.now)).contains(.goodbye))
    #expect(talk.left == .drained)
  }

  @Test func aWorkerWhoseTimeIsLimitedTakesOnlyWhatEndsBefore() {
    var talk = Talk { $0.timeLimitMilliseconds = 60_000 }
    _ = talk.said(talk.state.attached(KeeperEvent.Holding(instance: "i", attempts: []), now: 0))
    talk.begin(heartbeat: 1_000_000)
    func task(_ change: (inout TaskFields) -> Void) -> AssignedTask {
      var task = Sample.assigned(.program(["x"]), key: Sample.key())
      change(&task.fields)
      return task
    }
    let (fits, guessed) = (task { $0.maxRuntime = 50_000 }, task { $0.estimatedRuntime = 50_000 })
    let (long, silent) = (task { $0.maxRuntime = 50_001 }, task { _ in })
    talk.now = 10_000
    let said = talk.claimed([fits, guessed, long, silent])
    let started = talk.orders.compactMap { if case .start(let order) = $0 { order.key.task } else { nil } }
    #expect(started == [fits.id, guessed.id])
    let released = said.flatMap { message -> [AttemptName] in
      if case .release(let release) = message { release.tasks.map(\.attempt) } else { [] }
    }
    #expect(Set(released) == [long.name, silent.name])
    talk.now = 60_000
    let last = talk.said(talk.state.settle(now: talk.now))
    #expect(!last.contains { if case .claim = $0 { true } else { false } })
    #expect(talk.orders.count { if case .end(_, _, .released) = $0 { true } else { false } } == 2)
  }

  @Test func whatOutlastsAWorkersTimeIsGivenBackWithThatWord() {
    var talk = Talk {
      $0.timeLimitMilliseconds = 60_000
      $0.assumeMilliseconds = 5_000
    }
    _ = talk.said(talk.state.attached(KeeperEvent.Holding(instance: "i", attempts: []), now: 0))
    talk.begin(heartbeat: 1_000_000)
    let key = talk.run()
    talk.now = 60_000
    _ = talk.said(talk.state.settle(now: talk.now))
    #expect(talk.orders == [.end(key, graceMilliseconds: 600_000, cause: .released)])
    let said = talk.happened(.ended(key, AttemptEnding(process: .signalled(15), cause: .released, timeTerminated: 1)))
    let results = said.flatMap { message -> [ReportMessage.Result] in
      if case .report(let report) = message { report.results } else { [] }
    }
    #expect(results.map(\.exitStatus) == [ExitStatus.outOfTime] && results.map(\.state) == [.available])
  }

  @Test func aWorkerWhoseTimeIsLimitedSaysSo() {
    var talk = Talk {
      $0.timeLimitMilliseconds = 60_000
      $0.assumeMilliseconds = 5_000
    }
    _ = talk.said(talk.state.attached(KeeperEvent.Holding(instance: "i", attempts: []), now: 0))
    #expect(talk.connect().stay == StayWord(endsInMilliseconds: 59_000, assumeMilliseconds: 5_000))
    talk.now = 10_000
    let claims = talk.welcome(heartbeat: 1_000_000)
      .compactMap { message in if case .claim(let claim) = message { claim.stay } else { nil } }
    #expect(claims == [StayWord(endsInMilliseconds: 49_000, assumeMilliseconds: 5_000)])
    // A task that says nothing is taken on, as long as what is assumed fits.
    let silent = Sample.assigned(.program(["x"]), key: Sample.key())
    talk.now = 55_000
    _ = talk.claimed([silent])
    #expect(talk.orders.contains { if case .start = $0 { true } else { false } })
    #expect(talk.state.stay(now: 59_500)?.endsInMilliseconds == 250)
    #expect(talk.state.stay(now: 70_000)?.endsInMilliseconds == 0)
  }

  @Test func nothingIsClaimedBeforeTheFirstLook() {
    var talk = Talk()
    talk.state.sampledAt = nil
    talk.begin()
    #expect(talk.lastClaim == nil)
    let said = talk.said(talk.state.measured(Measurement(), now: talk.now))
    #expect(said.contains { if case .claim = $0 { true } else { false } })
  }

  @Test func whatOthersUseLowersTheClaim() {
    var talk = Talk { $0.offer.memoryBytes = 16 << 30 }
    talk.begin(heartbeat: 1_000_000)
    func claimed(_ load: MachineLoad) -> ResourceOffer? {
      var measurement = Measurement()
      measurement.load = load
      let said = talk.said(talk.state.measured(measurement, now: talk.now))
      for case .claim(let claim) in said { return claim.resources }
      return nil
    }
    let memory = Int64(16) << 30
    #expect(claimed(MachineLoad(foreignMemoryBytes: 4 << 30, memoryBytes: memory))?.memoryBytes == 12 << 30)
    // A little more or less is worth no new claim.
    #expect(claimed(MachineLoad(foreignMemoryBytes: 4 << 30 + 1, memoryBytes: memory)) == nil)
    // Never less than a quarter.
    #expect(claimed(MachineLoad(foreignMemoryBytes: memory, memoryBytes: memory))?.memoryBytes == 4 << 30)
    // Its own tasks' overuse is taken off too.
    let own = MachineLoad(foreignMemoryBytes: 0, ownMemoryBytes: 6 << 30, memoryBytes: memory)
    #expect(claimed(own)?.memoryBytes == 10 << 30)
    #expect(claimed(MachineLoad(memoryBytes: memory, foreignGPUBytes: [1: 1]))?.gpus.map(\.ordinal) == [0])
  }

  @Test func usageIsSampledReportedAndPeaksAreKept() {
    var talk = Talk()
    talk.begin(heartbeat: 1_000_000)
    #expect(talk.state.isSampling)
    _ = talk.said(talk.state.measured(Measurement(), now: 0))
    let key = talk.run()
    #expect(talk.measured == nil)
    talk.now = WorkerState.sampleInterval
    _ = talk.said(talk.state.settle(now: talk.now))
    #expect(talk.measured == [MeasuredAttempt(key: key, pid: 5)])
    for peak in [70, 50] as [Int64] {
      var measurement = Measurement()
      measurement.attempts[key] = AttemptUsage()
      measurement.attempts[key]?.peakMemoryBytes = peak
      let said = talk.said(talk.state.measured(measurement, now: talk.now))
      guard case .usage(let usage) = said.first else { return fail(said) }
      #expect(usage.tasks.map(\.usage.peakMemoryBytes) == [70])
    }
    // Somebody reads: what is old is measured anew, what is fresh is not.
    #expect(talk.answer(.requestUsage).isEmpty && talk.measured == nil)
    #expect(talk.state.deadline == talk.now + WorkerState.freshFor)
    talk.now += WorkerState.freshFor
    _ = talk.said(talk.state.settle(now: talk.now))
    #expect(talk.measured != nil)

    var ending = AttemptEnding(process: .exited(0), cause: .none, timeTerminated: 1)
    ending.peakMemoryBytes = 60
    guard case .report(let report) = talk.happened(.ended(key, ending)).first else { return fail("no report") }
    #expect(report.results[0].usage?.peakMemoryBytes == 70)
  }
}
