import BanyanCore
import Testing

@testable import BanyanServer

@Suite struct TaskQueueTimeAndTrustTests {
  private func report(_ claimed: [ClaimedTask], _ status: String) -> [AttemptReport] {
    claimed.map { task in
      AttemptReport(
        task: task.id,
        token: .genuine(claimNumber: task.attempt.claimNumber, epoch: task.attempt.epoch), state: .terminated,
        exitStatus: status, timeTerminated: 1)
    }
  }

  private func claim(_ bench: QueueBench, _ socket: FakeSocket, _ worker: WorkerID, _ max: Int) async -> [ClaimedTask] {
    bench.queue.post([.init(tag: 2, request: .command(.claim(Claim(worker: worker, max: max))))], from: socket)
    guard case .answer(.success(.claimed(let claimed))) = await socket.next().content else { return [] }
    return claimed
  }

  @Test func aWaitingClaimIsAnsweredWhenItsWorkerIsSetAside() async throws {
    let bench = await QueueBench()
    let (bad, good) = (await bench.worker("bad"), await bench.worker("good"))
    let (badID, goodID) = (await bad.worker.take(), await good.worker.take())
    for _ in 0..<14 { _ = try await bench.submit(QueueBench.draft()) }
    let failing = await claim(bench, bad, badID, 14)
    #expect(failing.count == 14)
    let waiting = Claim(worker: badID, max: 1, queues: ["other"])
    bench.queue.post(
      [
        .init(tag: 3, request: .command(.report(badID, report(failing, "failure (exit 127)")))),
        .init(tag: 4, request: .waitingClaim(waiting)),
      ], from: bad)
    #expect(await bad.next().tag == 3)
    // Fourteen that failed here while as many succeeded there: no chance does that.
    for _ in 0..<14 { _ = try await bench.submit(QueueBench.draft()) }
    let succeeding = await claim(bench, good, goodID, 14)
    bench.queue.post([.init(tag: 5, request: .command(.report(goodID, report(succeeding, "success"))))], from: good)
    let answer = await bad.next()
    guard answer.tag == 4, case .answer(.failure(let refusal)) = answer.content else { return #expect(Bool(false)) }
    #expect(refusal.kind == .unprocessable && refusal.message.contains("in quarantine"))
    // Lifted, it waits again.
    _ = try await bench.queue.perform(.changeWorker(badID, WorkerChange(liftsQuarantine: true), by: bench.ann))
    bench.queue.post([.init(tag: 6, request: .waitingClaim(waiting))], from: bad)
    _ = try await bench.submit(QueueBench.draft { $0.queue = "other" })
    let next = await bad.next()
    guard next.tag == 6, case .answer(.success(.claimed(let tasks))) = next.content else {
      return #expect(Bool(false))
    }
    #expect(tasks.count == 1)
  }

  @Test func whatHasEndedIsForgottenWhenItsTimeHasCome() async throws {
    let bench = await QueueBench()
    await bench.queue.keep(KeepFinished(age: 5_000))
    let ids = try await bench.submit(QueueBench.draft(), QueueBench.draft())
    _ = try await bench.queue.perform(.cancel([ids[0]], grace: nil, by: bench.ann))
    await bench.clock.advance(4_999)
    #expect(await bench.queue.states(ids) == [.cancelled, .available])
    await bench.clock.advance(1)
    #expect(await bench.queue.states(ids) == [nil, .available])
  }
}

extension TaskQueue {
  fileprivate func keep(_ keep: KeepFinished) { state.keepFinished = keep }
}
