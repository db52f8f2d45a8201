import BanyanCore
import Testing

@testable import BanyanServer

/// A claim belongs to the connection that made it: nothing is given to one that has ended, was replaced or revoked, or is
/// closing; and nobody stays behind in its place.
@Suite(.timeLimit(.minutes(1))) struct LinkTests {
  private func waiting(_ worker: WorkerID, max: Int = 4, task: TaskID? = nil) -> TaskQueue.Request {
    .waitingClaim(Claim(worker: worker, max: max, task: task))
  }

  /// The tasks that a claim was answered with; nil: it was refused, or this is no answer.
  private func claimed(_ delivery: Delivery, _ tag: UInt64) -> [TaskID]? {
    guard delivery.tag == tag, case .answer(.success(.claimed(let tasks))) = delivery.content else { return nil }
    return tasks.map(\.id)
  }

  private func refusal(_ delivery: Delivery) -> Rejection? {
    if case .answer(.failure(let rejection)) = delivery.content { rejection } else { nil }
  }

  @Test func aClaimThatComesAfterItsConnectionWasReplacedGetsNothing() async throws {
    let bench = await QueueBench()
    let old = await bench.worker()
    let worker = await old.worker.take()
    let new = await bench.worker()
    #expect(await new.worker.take() == worker)
    let ids = try await bench.submit(QueueBench.draft())
    // It was on its way when the other one said hello.
    bench.queue.post([.init(tag: 2, request: .command(.claim(Claim(worker: worker, max: 4))))], from: old)
    bench.queue.post([.init(tag: 3, request: waiting(worker))], from: old)
    guard case .close(let code, _) = await old.next().content else { return #expect(Bool(false)) }
    #expect(code == 1000)
    #expect(claimed(await old.next(), 2) == [])
    #expect(claimed(await old.next(), 3) == [])
    #expect(await bench.queue.states(ids) == [.available])
    bench.queue.post([.init(tag: 2, request: waiting(worker))], from: new)
    #expect(claimed(await new.next(), 2) == ids)
  }

  @Test func whatWasCommittedForAConnectionThatIsReplacedIsToldInTheWelcome() async throws {
    let bench = await QueueBench()
    let old = await bench.worker()
    let worker = await old.worker.take()
    let ids = try await bench.submit(QueueBench.draft())
    bench.disk.hold()
    bench.queue.post([.init(tag: 2, request: waiting(worker))], from: old)
    let new = bench.connection()
    bench.queue.hello(bench.hello(), tag: 1, from: new)
    bench.disk.release()
    guard case .answer(.success(.welcomed(let welcome))) = await new.next().content else {
      return #expect(Bool(false))
    }
    #expect(welcome.held.map(\.id) == ids)
  }

  @Test func aConnectionThatEndsBehindItsHelloGetsNothingAndBarsNobody() async throws {
    let bench = await QueueBench()
    let first = await bench.worker("w", instance: "1")
    let worker = await first.worker.take()
    bench.queue.detach(first)
    // Hello and claim in one write, then the end; the claim comes behind it.
    let socket = bench.connection()
    bench.queue.hello(bench.hello(instance: "2"), tag: 1, from: socket)
    bench.queue.post([.init(tag: 2, request: waiting(worker))], from: socket)
    bench.queue.detach(socket)
    bench.queue.post([.init(tag: 3, request: waiting(worker))], from: socket)
    #expect(await socket.next().tag == 1)
    #expect(claimed(await socket.next(), 3) == [])
    let ids = try await bench.submit(QueueBench.draft())
    #expect(await bench.queue.states(ids) == [.available])
    #expect(await bench.queue.connectedWorkers.isEmpty)
    let next = await bench.worker("w", instance: "3")
    bench.queue.post([.init(tag: 2, request: waiting(await next.worker.take()))], from: next)
    #expect(claimed(await next.next(), 2) == ids)
  }

  @Test func aHelloThatComesBehindTheEndOfItsConnectionMakesNoLink() async throws {
    let bench = await QueueBench()
    let socket = bench.connection()
    bench.queue.detach(socket)
    bench.queue.hello(bench.hello(), tag: 1, from: socket)
    #expect(refusal(await socket.next())?.kind == .unavailable)
    #expect(await bench.queue.connectedWorkers.isEmpty)
  }

  @Test func aConnectionThatHasDiedUnnoticedGetsNothingAndIsNotInTheWay() async throws {
    let bench = await QueueBench()
    let dead = await bench.worker("w", instance: "1")
    let worker = await dead.worker.take()
    bench.queue.post([.init(tag: 2, request: waiting(worker))], from: dead)
    _ = await bench.queue.sequenceNow()
    dead.die()
    let ids = try await bench.submit(QueueBench.draft())
    #expect(await bench.queue.states(ids) == [.available])
    let next = await bench.worker("w", instance: "2")
    bench.queue.post([.init(tag: 2, request: waiting(await next.worker.take()))], from: next)
    #expect(claimed(await next.next(), 2) == ids)
  }

  @Test func aRevokedWorkerGetsNothingAndIsNotBelieved() async throws {
    let bench = await QueueBench()
    let socket = await bench.worker()
    let worker = await socket.worker.take()
    let held = try await bench.submit(QueueBench.draft())
    bench.queue.post([.init(tag: 2, request: .command(.claim(Claim(worker: worker, max: 1))))], from: socket)
    guard case .answer(.success(.claimed(let tasks))) = await socket.next().content else { return #expect(Bool(false)) }
    bench.queue.post([.init(tag: 3, request: waiting(worker))], from: socket)
    _ = try await bench.queue.perform(.revokeUser(bench.machines.user))
    let ids = try await bench.submit(QueueBench.draft())
    guard case .close(let code, _) = await socket.next().content else { return #expect(Bool(false)) }
    #expect(code == 1008)
    let report = AttemptReport(
      task: tasks[0].id,
      token: .genuine(claimNumber: tasks[0].attempt.claimNumber, epoch: tasks[0].attempt.epoch), state: .terminated,
      exitStatus: ExitStatus.success, timeTerminated: 1)
    bench.queue.post([.init(tag: 4, request: .command(.report(worker, [report])))], from: socket)
    #expect(refusal(await socket.next())?.kind == .unauthenticated)
    // Over REST it is the same: what was let in before may be decided after.
    var patch = TaskPatch(task: ids[0])
    patch.state = .running
    patch.execution = ExecutionPatch(workerID: worker, token: .none)
    let claim = await #expect(throws: Rejection.self) {
      try await bench.queue.perform(.update([patch], by: bench.machines))
    }
    #expect(claim?.kind == .unauthenticated)
    #expect(await bench.queue.states(held + ids) == [.running, .available])
    // Nobody renews its leases any more.
    socket.heartbeat()
    await bench.clock.advance(150_000)
    socket.heartbeat()
    await bench.clock.advance(150_000)
    #expect(await bench.queue.states(held) == [.available])
  }

  @Test func aSecondHelloUnderAnotherNameIsRefused() async throws {
    let bench = await QueueBench()
    let socket = await bench.worker("a")
    bench.queue.hello(bench.hello("b"), tag: 2, from: socket)
    let rejection = refusal(await socket.next())
    #expect(rejection?.kind == .unprocessable && rejection?.issues.first?.field == "name")
    bench.queue.hello(bench.hello("a"), tag: 3, from: socket)
    guard case .answer(.success) = await socket.next().content else { return #expect(Bool(false)) }
    #expect(await bench.queue.connectedWorkers.count == 1)
  }

  @Test(arguments: [true, false]) func aNewerClaimReplacesTheOpenOne(waits: Bool) async throws {
    let bench = await QueueBench()
    let socket = await bench.worker()
    let worker = await socket.worker.take()
    bench.queue.post([.init(tag: 2, request: waiting(worker))], from: socket)
    let newer = waits ? waiting(worker, max: 1) : .command(.claim(Claim(worker: worker, max: 1)))
    bench.queue.post([.init(tag: 3, request: newer)], from: socket)
    #expect(claimed(await socket.next(), 2) == [])
    if !waits { #expect(claimed(await socket.next(), 3) == []) }
    let ids = try await bench.submit(QueueBench.draft(), QueueBench.draft())
    if waits { #expect(claimed(await socket.next(), 3) == [ids[0]]) }
    #expect(await bench.queue.states(ids) == (waits ? [.running, .available] : [.available, .available]))
  }

  @Test func aClaimOfOneTaskWaitsForIt() async throws {
    let bench = await QueueBench()
    let socket = await bench.worker()
    let worker = await socket.worker.take()
    let ids = try await bench.submit(
      QueueBench.draft { $0.notBefore = bench.clock.wall + 5_000 },
      QueueBench.draft { $0.notBefore = bench.clock.wall + 9_000 })
    bench.queue.post([.init(tag: 2, request: waiting(worker, task: ids[0]))], from: socket)
    _ = try await bench.submit(QueueBench.draft())
    await bench.clock.advance(5_000)
    #expect(claimed(await socket.next(), 2) == [ids[0]])
    // One that ends meanwhile is no longer to be had.
    bench.queue.post([.init(tag: 3, request: waiting(worker, task: ids[1]))], from: socket)
    _ = try await bench.queue.perform(.cancel([ids[1]], grace: nil, by: bench.ann))
    let answer = await socket.next()
    #expect(answer.tag == 3 && refusal(answer)?.kind == .unprocessable)
  }

  @Test func whatCouldNotBeToldIsGivenBackUnlessItsWorkerIsBack() async throws {
    let bench = await QueueBench()
    for isBack in [false, true] {
      let socket = await bench.worker("w\(isBack)")
      let worker = await socket.worker.take()
      let ids = try await bench.submit(QueueBench.draft { $0.maxAttemptCount = 1 })
      bench.queue.post([.init(tag: 2, request: waiting(worker))], from: socket)
      guard case .answer(.success(.claimed(let tasks))) = await socket.next().content, let task = tasks.first else {
        return #expect(Bool(false))
      }
      bench.queue.retire(socket)
      if isBack { _ = await bench.worker("w\(isBack)") }
      let report = AttemptReport(
        task: task.id, token: .genuine(claimNumber: task.attempt.claimNumber, epoch: task.attempt.epoch),
        state: .available, exitStatus: ExitStatus.released, timeTerminated: nil)
      bench.queue.post([.init(tag: 0, request: .untold(worker, [report]))], from: socket)
      #expect(await bench.queue.states(ids) == [isBack ? .running : .available])
      _ = try await bench.queue.perform(.cancel(ids, grace: nil, by: bench.ann))
    }
  }

  @Test func whatAnAnswerHadNoRoomForIsGivenBackOnALivingConnection() async throws {
    let bench = await QueueBench()
    let socket = await bench.worker()
    let worker = await socket.worker.take()
    let drafts = QueueBench.draft { $0.maxAttemptCount = 1 }
    let ids = try await bench.submit(drafts, drafts)
    bench.queue.post([.init(tag: 2, request: .command(.claim(Claim(worker: worker, max: 2))))], from: socket)
    guard case .answer(.success(.claimed(let tasks))) = await socket.next().content, let last = tasks.last else {
      return #expect(Bool(false))
    }
    let report = AttemptReport(
      task: last.id, token: .genuine(claimNumber: last.attempt.claimNumber, epoch: last.attempt.epoch),
      state: .available, exitStatus: ExitStatus.released, timeTerminated: nil)
    bench.queue.post([.init(tag: 0, request: .untold(worker, [report]))], from: socket)
    #expect(await bench.queue.states(ids) == [.running, .available])
    bench.queue.post([.init(tag: 3, request: .command(.claim(Claim(worker: worker, max: 2))))], from: socket)
    #expect(claimed(await socket.next(), 3) == [ids[1]], "its one attempt was not charged")
  }

  // MARK: Leases

  @Test func everyLeaseEndsHoweverItBegan() async throws {
    let record = LogRecord()
    let bench = await QueueBench(lease: 10_000, restLease: 10_000, record: record)
    let ids = try await bench.submit(QueueBench.draft(), QueueBench.draft())
    // Over REST: its worker is known, and heard before it claims.
    _ = try await bench.queue.perform(
      .registerWorker(WorkerRegistration(id: bench.machines.user), by: bench.ann))
    await bench.queue.heard(user: bench.machines.user)
    var patch = TaskPatch(task: ids[0])
    patch.state = .running
    patch.execution = ExecutionPatch(workerID: bench.machines.user, token: .none)
    _ = try await bench.queue.perform(.update([patch], by: bench.machines))
    await bench.clock.advance(10_000)
    #expect(await bench.queue.states(ids) == [.available, .available])
    // Over a socket, after an absence of more than a lease: nothing changes in its registration.
    let socket = await bench.worker()
    let worker = await socket.worker.take()
    bench.queue.detach(socket)
    await bench.clock.advance(60_000)
    let back = await bench.worker()
    bench.queue.post([.init(tag: 2, request: .command(.claim(Claim(worker: worker, max: 2))))], from: back)
    #expect(claimed(await back.next(), 2)?.count == 2)
    await bench.clock.advance(10_000)
    #expect(await bench.queue.states(ids) == [.available, .available])
    #expect(!record.all.contains { $0.contains("away") }, "\(record.all)")
  }

  @Test func anAlarmThatIsSetForWhatIsPastIsNoDelayOfTheServers() async throws {
    let record = LogRecord()
    let bench = await QueueBench(lease: 10_000, record: record)
    let socket = await bench.worker()
    let ids = try await bench.submit(QueueBench.draft())
    let worker = await socket.worker.take()
    bench.queue.post([.init(tag: 2, request: waiting(worker))], from: socket)
    _ = await socket.next()
    await bench.clock.advance(9_000)
    // Its last word is as old as that; the server learns of it only by its end.
    bench.queue.detach(socket)
    await bench.clock.advance(1_000)
    #expect(await bench.queue.states(ids) == [.available])
    #expect(record.all.count == 1 && record.all[0].contains("silent past its lease"), "\(record.all)")
  }

  @Test func whoIsSilentPastItsLeaseGetsNothingUntilItIsHeard() async throws {
    let bench = await QueueBench(lease: 5_000)
    let silent = await bench.worker("silent")
    let worker = await silent.worker.take()
    let ids = try await bench.submit(QueueBench.draft())
    bench.queue.post([.init(tag: 2, request: waiting(worker, max: 1))], from: silent)
    #expect(claimed(await silent.next(), 2) == ids)
    bench.queue.post([.init(tag: 3, request: waiting(worker, max: 1))], from: silent)
    _ = await bench.queue.sequenceNow()
    await bench.clock.advance(5_000)
    // Its process is to be stopped, should it ever read that.
    guard case .cancel(let orders) = await silent.next().content else { return #expect(Bool(false)) }
    #expect(orders.map(\.task) == ids)
    let others = try await bench.submit(QueueBench.draft())
    await bench.clock.advance(20_000)
    #expect(await bench.queue.states(ids + others) == [.available, .available])
    #expect(silent.isListenedFor)
    silent.heartbeat()
    bench.queue.heardAgain(silent)
    #expect(claimed(await silent.next(), 3)?.count == 1)
  }

  @Test func anAttemptInContactIsNotGivenUp() async throws {
    let bench = await QueueBench(lease: 5_000)
    let socket = await bench.worker()
    let worker = await socket.worker.take()
    let ids = try await bench.submit(QueueBench.draft { $0.onLostContact = .continue })
    bench.queue.post([.init(tag: 2, request: waiting(worker))], from: socket)
    _ = await socket.next()
    func abandon() async -> Rejection? {
      do throws(Rejection) { _ = try await bench.queue.perform(.abandon(ids[0], by: bench.ann)) } catch { return error }
      return nil
    }
    #expect(await abandon()?.message.contains("cancel the task") == true)
    // Nor one whose worker has lost its connection, and may come back.
    bench.queue.detach(socket)
    await bench.clock.advance(4_000)
    #expect(await abandon()?.kind == .unprocessable)
    await bench.clock.advance(1_000)
    #expect(await bench.queue.states(ids) == [.running])
    // It comes back: in contact again.
    let back = await bench.worker()
    #expect(await abandon()?.kind == .unprocessable)
    await bench.clock.advance(5_000)
    #expect(await abandon() == nil)
    #expect(await bench.queue.states(ids) == [.available])
    guard case .cancel(let orders) = await back.next().content else { return #expect(Bool(false)) }
    #expect(orders.map(\.task) == ids)
  }
}
