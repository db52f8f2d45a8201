import BanyanCore
import Testing

@Suite struct CancelTests {
  @Test func whatRunsIsEndedByItsWorkerAndAllBelowIsCancelled() throws {
    var bench = Bench()
    let ids = try bench.submit(
      Bench.draft("a") { $0.maxShutdownTime = 2000 }, Bench.draft("b", after: [.name("a")]))
    let worker = try bench.worker().worker.id
    let claimed = try bench.claim(worker)[0]
    let orders = try bench.cancel(ids[0])
    #expect(orders.map(\.grace) == [2000] && orders.map(\.task) == [ids[0]])
    #expect(bench.status(ids[0]) == .pendingCancellation)
    // Asking again with the same grace changes nothing; a shorter one hurries.
    #expect(try bench.cancel(ids[0]).isEmpty)
    #expect(try bench.cancel(ids[0], grace: 0).map(\.grace) == [0])
    #expect(try bench.report(worker, claimed, ExitStatus.cancelled, state: .cancelled) == nil)
    #expect(ids.map { bench.status($0) } == [.cancelled, .cancelled])
    #expect(bench.state.record(ids[0])?.cause?.description == "cancelled by ann")
    #expect(bench.state.record(ids[0])?.continuations == [])
    #expect(bench.state.record(ids[0])?.allContinuations == [ids[1]])
  }

  @Test func aSuccessAfterTheRequestStillCancelsWhatWaits() throws {
    var bench = Bench()
    let ids = try bench.submit(Bench.draft("a"), Bench.draft("b", after: [.name("a")]))
    let worker = try bench.worker().worker.id
    let claimed = try bench.claim(worker)[0]
    _ = try bench.cancel(ids[0])
    #expect(try bench.report(worker, claimed) == nil)
    #expect(ids.map { bench.status($0) } == [.terminated, .cancelled])
    // Nobody can wait for it any more.
    #expect(throws: Rejection.self) { _ = try bench.submit(Bench.draft(after: [.id(ids[0])])) }
  }

  @Test func anAttemptLostWhileItIsCancelledEndsCancelled() throws {
    var bench = Bench()
    let ids = try bench.submit(Bench.draft())
    let worker = try bench.worker().worker.id
    _ = try bench.claim(worker)
    _ = try bench.cancel(ids[0])
    try bench.perform(.expireLeases(worker))
    #expect(bench.status(ids[0]) == .cancelled)
  }

  @Test(arguments: [10_000]) func aLongChainAndAWideFanAreCancelledByLoops(size: Int) throws {
    var state = QueueState()
    var entropy = Entropy(seed: 1)
    let bench = Bench()
    var drafts = [Bench.draft("t0")]
    for number in 1..<size { drafts.append(Bench.draft("t\(number)", after: [.name("t\(number - 1)")])) }
    for number in 0..<size { drafts.append(Bench.draft("f\(number)", after: [.name("t\(size - 1)")])) }
    let outcome = try state.perform(.submit(Submission(tasks: drafts, by: bench.ann)), at: 1, entropy: &entropy)
    guard case .submitted(let made) = outcome.answer else { return }
    let cancelled = try state.perform(.cancel([made[0]], grace: nil, by: bench.ann), at: 2, entropy: &entropy)
    #expect(cancelled.events.count == 2 * size)
    #expect(state.count(.cancelled) == 2 * size)
    #expect(state.claimableCount == 0)
  }
}
