import BanyanCore
import BanyanStore
import Testing

@testable import BanyanServer

@Suite struct TaskQueueTests {
  @Test func nothingIsToldBeforeItIsDurable() async throws {
    let bench = await QueueBench()
    let socket = await bench.worker()
    bench.disk.hold()
    let submission = Submission(tasks: [QueueBench.draft()], by: bench.ann)
    let worker = await socket.worker.take()
    bench.queue.post(
      [
        .init(tag: 2, request: .command(.submit(submission))),
        .init(tag: 3, request: .command(.claim(Claim(worker: worker, max: 5)))),
        // A refusal and a read wait for what they saw.
        .init(tag: 4, request: .command(.claim(Claim(worker: Identifier(seconds: 9, rest: 9))))),
        .init(tag: 5, request: .view),
      ], from: socket)
    // The queue has decided all of it; the disk has not.
    let sequence = await bench.queue.sequenceNow()
    #expect(sequence > bench.disk.committed)
    #expect(socket.inbox.count == 0)
    bench.disk.release()
    for tag: UInt64 in 2...5 { #expect(await socket.next().tag == tag) }
    #expect(bench.disk.committed >= sequence)
  }

  @Test func whatGathersWhileTheDiskWorksIsSyncedAtOnce() async throws {
    let bench = await QueueBench()
    _ = try await bench.submit(QueueBench.draft())
    bench.disk.hold()
    let socket = FakeSocket(clock: bench.clock)
    for tag: UInt64 in 1...100 {
      bench.queue.post(
        [.init(tag: tag, request: .command(.submit(Submission(tasks: [QueueBench.draft()], by: bench.ann))))],
        from: socket)
    }
    _ = await bench.queue.sequenceNow()
    let before = bench.disk.state.withLock { $0.commits }
    bench.disk.release()
    for tag: UInt64 in 1...100 { #expect(await socket.next().tag == tag) }
    // The first may have begun alone.
    #expect((before + 1...before + 2).contains(bench.disk.state.withLock { $0.commits }))
  }

  @Test func aFailedDiskAnswersNobodyAndEndsTheProcess() async throws {
    let bench = await QueueBench()
    _ = try await bench.submit(QueueBench.draft())
    bench.disk.fail(StoreError(.failed, "EIO"))
    let socket = FakeSocket(clock: bench.clock)
    bench.queue.post(
      [.init(tag: 1, request: .command(.submit(Submission(tasks: [QueueBench.draft()], by: bench.ann))))], from: socket)
    #expect(await bench.failures.take().message == "EIO")
    bench.queue.post([.init(tag: 2, request: .view)], from: socket)
    _ = await bench.queue.sequenceNow()
    #expect(socket.inbox.count == 0)
  }

  @Test func aFullDiskTakesNoTasksAndComesBackByItself() async throws {
    let bench = await QueueBench()
    bench.disk.setRoom(false)
    _ = try await bench.submit(QueueBench.draft())
    let refusal = await #expect(throws: Rejection.self) { try await bench.submit(QueueBench.draft()) }
    #expect(refusal?.kind == .storageFull)
    // Reports and cancellations use what is left.
    _ = try await bench.queue.perform(.cancel([], grace: nil, by: bench.ann))
    bench.disk.setRoom(true)
    await bench.clock.advance(1000)
    let socket = FakeSocket(clock: bench.clock)
    bench.queue.post([.init(tag: 1, request: .view)], from: socket)
    _ = await socket.next()
    await bench.clock.advance(1000)
    while await bench.queue.roomNow() == false { await Task.yield() }
    #expect(try await bench.submit(QueueBench.draft()).count == 1)
  }

  @Test func aSilentWorkerLosesItsAttemptsAndOneThatIsHeardKeepsThem() async throws {
    let bench = await QueueBench(lease: 10_000)
    let (silent, lively) = (await bench.worker("silent"), await bench.worker("lively"))
    let ids = try await bench.submit(QueueBench.draft(), QueueBench.draft())
    for (socket, tag) in [(silent, UInt64(2)), (lively, 3)] {
      let worker = await socket.worker.take()
      bench.queue.post([.init(tag: tag, request: .command(.claim(Claim(worker: worker, max: 1))))], from: socket)
      #expect(await socket.next().tag == tag)
    }
    await bench.clock.advance(9_000)
    lively.heartbeat()
    // A day on the wall clock ends no lease.
    bench.clock.jump(86_400_000)
    await bench.clock.advance(1_000)
    #expect(await bench.queue.states(ids) == [.available, .running])
    await bench.clock.advance(8_000)
    #expect(await bench.queue.states(ids) == [.available, .running])
    await bench.clock.advance(1_000)
    #expect(await bench.queue.states(ids) == [.available, .available])
  }

  @Test func aDelayEndsOnTimeHoweverTheTaskCameByIt() async throws {
    let bench = await QueueBench()
    let asked = try await bench.submit(QueueBench.draft { $0.notBefore = bench.clock.wall + 5_000 })
    let socket = await bench.worker()
    let worker = await socket.worker.take()
    let failing = try await bench.submit(
      QueueBench.draft {
        $0.maxAttemptCount = 2; $0.retryDelay = 2_000
      })
    bench.queue.post([.init(tag: 2, request: .command(.claim(Claim(worker: worker, max: 1))))], from: socket)
    guard case .answer(.success(.claimed(let claimed))) = await socket.next().content, let task = claimed.first else {
      return #expect(Bool(false))
    }
    let token = AttemptProof.genuine(claimNumber: task.attempt.claimNumber, epoch: task.attempt.epoch)
    let report = AttemptReport(
      task: task.id, token: token, state: .terminated, exitStatus: "failure (exit 1)", timeTerminated: 1)
    bench.queue.post([.init(tag: 3, request: .command(.report(worker, [report])))], from: socket)
    _ = await socket.next()
    #expect(await bench.queue.claimable() == 0)
    await bench.clock.advance(2_000)
    #expect(await bench.queue.claimable() == 1)
    #expect(await bench.queue.states(failing) == [.available])
    await bench.clock.advance(3_000)
    #expect(await bench.queue.claimable() == 2)
    #expect(await bench.queue.states(asked) == [.available])
  }

  @Test func aServerThatWasAwayItselfGrantsOneMoreLease() async throws {
    let bench = await QueueBench(lease: 10_000)
    let socket = await bench.worker()
    let ids = try await bench.submit(QueueBench.draft())
    let worker = await socket.worker.take()
    bench.queue.post([.init(tag: 2, request: .command(.claim(Claim(worker: worker, max: 1))))], from: socket)
    _ = await socket.next()
    await bench.clock.advance(60_000, late: true)
    #expect(await bench.queue.states(ids) == [.running])
    await bench.clock.advance(10_000)
    #expect(await bench.queue.states(ids) == [.available])
  }

  @Test func aSecondWorkerOfThatNameIsRefusedAndTheSameInstanceReplacesItsSocket() async throws {
    let bench = await QueueBench()
    let first = await bench.worker("w", instance: "1")
    let stranger = bench.connection()
    bench.queue.hello(bench.hello(instance: "2"), tag: 1, from: stranger)
    guard case .answer(.failure(let refusal)) = await stranger.next().content else { return #expect(Bool(false)) }
    #expect(refusal.kind == .conflict)
    let again = bench.connection()
    bench.queue.hello(bench.hello(instance: "1"), tag: 1, from: again)
    guard case .answer(.success) = await again.next().content else { return #expect(Bool(false)) }
    guard case .close = await first.next().content else { return #expect(Bool(false)) }
    // The old socket's end is no news.
    bench.queue.detach(first)
    #expect(await bench.queue.connectedWorkers.count == 1)
  }

  @Test func aCancellationIsPushedAndAgainAfterAReturn() async throws {
    let bench = await QueueBench()
    let socket = await bench.worker()
    let ids = try await bench.submit(QueueBench.draft { $0.maxShutdownTime = 5000 })
    let worker = await socket.worker.take()
    bench.queue.post([.init(tag: 2, request: .command(.claim(Claim(worker: worker, max: 1))))], from: socket)
    _ = await socket.next()
    _ = try await bench.queue.perform(.cancel(ids, grace: nil, by: bench.ann))
    guard case .cancel(let orders) = await socket.next().content else { return #expect(Bool(false)) }
    #expect(orders.map(\.task) == ids && orders.map(\.grace) == [5000])
    bench.queue.detach(socket)
    let back = bench.connection()
    bench.queue.hello(
      bench.hello(running: [(ids[0], .genuine(claimNumber: orders[0].claimNumber, epoch: orders[0].epoch))]), tag: 1,
      from: back)
    guard case .answer(.success(.welcomed(let welcome))) = await back.next().content else {
      return #expect(Bool(false))
    }
    #expect(welcome.attached == ids)
    guard case .cancel(let repeated) = await back.next().content else { return #expect(Bool(false)) }
    #expect(repeated.map(\.task) == ids)
  }
}

extension TaskQueue {
  /// What has been decided, durable or not.
  func sequenceNow() -> UInt64 { state.sequence }
  func roomNow() -> Bool { hasRoom }
  func claimable() -> Int { state.claimableCount }
  func states(_ tasks: [TaskID]) -> [TaskState?] { tasks.map { state.record($0)?.state } }
}
