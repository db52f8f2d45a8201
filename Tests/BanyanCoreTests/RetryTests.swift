import BanyanCore
import Testing

@Suite struct RetryTests {
  /// a → b → c, and d after c and after x, which is another one's. a fails.
  private func failedChain(_ bench: inout Bench) throws -> (ids: [TaskID], other: TaskID, worker: WorkerID) {
    let other = try bench.submit(Bench.draft("x", command: nil, available: false))[0]
    let ids = try bench.submit(
      Bench.draft("a") { $0.priority = 7 }, Bench.draft("b", after: [.name("a")]),
      Bench.draft("c", command: nil, after: [.name("b")]), Bench.draft("d", after: [.name("c"), .name("x")]))
    let worker = try bench.worker().worker.id
    let claimed = try bench.claim(worker)[0]
    #expect(claimed.id == ids[0])
    #expect(try bench.report(worker, claimed, "failure (exit 1)") == nil)
    #expect(ids.dropFirst().allSatisfy { bench.status($0) == .cancelled })
    return (ids, other, worker)
  }

  private func retry(
    _ bench: inout Bench, _ tasks: TaskID..., by: Principal? = nil, key: String? = nil
  ) throws(Rejection) -> [(copy: TaskID, of: TaskID)] {
    let request = Retry(tasks: tasks, by: by ?? bench.ann, key: key.map { ($0, [1]) })
    guard case .retried(let copies) = try bench.perform(.retry(request)).answer else { return [] }
    return copies
  }

  @Test func whatFailedAndWhatWasCancelledBelowItIsMadeAnewEdgesAndAll() throws {
    var bench = Bench()
    let (ids, other, worker) = try failedChain(&bench)
    let copies = try retry(&bench, ids[0])
    #expect(copies.map(\.of) == ids)
    let made = copies.map(\.copy)
    #expect(made.map { bench.status($0) } == [.available, .inactive, .inactive, .inactive])
    #expect(made.map { bench.state.record($0)?.spec.name } == ["a", "b", "c", "d"])
    #expect(bench.state.record(made[0])?.spec.priority == 7)
    #expect(made.prefix(3).map { bench.state.record($0)?.continuations } == [[made[1]], [made[2]], [made[3]]])
    #expect(bench.state.record(made[3])?.pendingDependencyCount == 2)
    #expect(bench.state.record(other)?.continuations == [made[3]])
    // The originals stay as they were.
    #expect(bench.state.record(ids[0])?.allContinuations == [ids[1]])
    #expect(bench.status(ids[0]) == .terminated)
    // And the copies run through.
    var patch = TaskPatch(task: other)
    patch.state = .available
    try bench.perform(.update([patch], by: bench.ann))
    for id in [made[0], made[1], made[3]] {
      let claimed = try bench.claim(worker)
      #expect(claimed.map(\.id) == [id])
      #expect(claimed[0].attempt.attemptCount == 1)
      #expect(try bench.report(worker, claimed[0]) == nil)
    }
    #expect(made.allSatisfy { bench.status($0) == .terminated })
  }

  /// Nobody reads more, and a request may name a million.
  @Test func whatIsSaidOfManyThatCantBeRetriedIsBounded() throws {
    var bench = Bench()
    let waiting = try bench.submit(Bench.draft("a"))[0]
    let request = Retry(tasks: Array(repeating: waiting, count: 5000), by: bench.ann)
    let refused = #expect(throws: Rejection.self) { try bench.perform(.retry(request)) }
    #expect(refused?.issues.count == 100)
  }

  @Test func parentsOutsideFollowTheRuleOfAfter() throws {
    var bench = Bench()
    let (ids, _, _) = try failedChain(&bench)
    // b's parent a failed: b alone can't be retried, with a it can.
    let alone = try #require(throws: Rejection.self) { try retry(&bench, ids[1]) }
    #expect(alone.issues.map(\.field) == ["\(ids[1]).after"])
    #expect(alone.issues[0].trouble.contains("\(ids[0]) failed"))
    let both = try retry(&bench, ids[1], ids[0])
    #expect(both.map(\.of) == [ids[1], ids[0], ids[2], ids[3]])
    #expect(both.map { bench.status($0.copy) } == [.inactive, .available, .inactive, .inactive])
  }

  @Test func aParentThatWasForgottenInFailureIsNoneThatCanBeWaitedFor() throws {
    var bench = Bench()
    let (ids, _, _) = try failedChain(&bench)
    try bench.perform(.forget([ids[0]], .ended, by: bench.ann))
    let rejection = try #require(throws: Rejection.self) { try retry(&bench, ids[1]) }
    #expect(rejection.issues.first?.trouble.contains("was forgotten") == true)
    #expect(throws: Rejection.self) { try retry(&bench, ids[0]) }
  }

  @Test func onlyWhatFailedOrWasCancelledIsRetried() throws {
    var bench = Bench()
    let ids = try bench.submit(Bench.draft(), Bench.draft(), Bench.draft())
    let worker = try bench.worker().worker.id
    let claimed = try bench.claim(worker, max: 2)
    #expect(try bench.report(worker, claimed[0]) == nil)
    let rejection = try #require(throws: Rejection.self) { try retry(&bench, ids[0], ids[1], ids[2]) }
    #expect(rejection.kind == .unprocessable)
    #expect(rejection.issues.map(\.field) == ids.map { "\($0).state" })
    #expect(throws: Rejection.self) { try retry(&bench) }
    let unknown = try #require(throws: Rejection.self) { try retry(&bench, TaskID(seconds: 1, rest: 1)) }
    #expect(unknown.kind == .notFound)
  }

  @Test func whatWasTriedAgainIsNotTriedAgainASecondTime() throws {
    var bench = Bench()
    let (ids, _, _) = try failedChain(&bench)
    let copy = try retry(&bench, ids[0])[0].copy
    let rejection = try #require(throws: Rejection.self) { try retry(&bench, ids[0]) }
    #expect(rejection.issues.map(\.field) == ["\(ids[0])._id"])
    #expect(rejection.issues[0].trouble.contains("\(copy)"))
  }

  @Test func aNameThatIsInUseAgainIsRefused() throws {
    var bench = Bench()
    let (ids, _, _) = try failedChain(&bench)
    for name in ["a", "b", "c", "d"] { _ = try bench.submit(Bench.draft(name)) }
    let rejection = try #require(throws: Rejection.self) { try retry(&bench, ids[0]) }
    #expect(rejection.issues.map(\.field) == ids.map { "\($0).name" })
    let forbidden = try #require(throws: Rejection.self) { try retry(&bench, ids[0], by: bench.bob) }
    #expect(forbidden.kind == .forbidden && forbidden.message.contains("ann"))
  }

  @Test func twoThatEndedUnderOneNameAreNotRetriedTogether() throws {
    var bench = Bench()
    let first = try bench.submit(Bench.draft("n"))[0]
    _ = try bench.cancel(first)
    let second = try bench.submit(Bench.draft("n"))[0]
    _ = try bench.cancel(second)
    let rejection = try #require(throws: Rejection.self) { try retry(&bench, first, second) }
    #expect(rejection.issues.map(\.field) == ["\(second).name"])
    #expect(try retry(&bench, second, second).count == 1)
  }

  @Test func aRepeatWithTheSameKeyGetsTheSameAnswer() throws {
    var bench = Bench()
    let (ids, _, _) = try failedChain(&bench)
    let first = try retry(&bench, ids[0], key: "k")
    let sequence = bench.state.sequence
    let second = try retry(&bench, ids[0], key: "k")
    #expect(first.map(\.copy) == second.map(\.copy) && first.map(\.of) == second.map(\.of))
    #expect(bench.state.sequence == sequence)
  }

  @Test func aGroupThatWasCancelledPassesAtOnceAndTheHoldStays() throws {
    var bench = Bench()
    let ids = try bench.submit(
      Bench.draft("g", command: nil, available: false), Bench.draft("h", after: [.name("g")], held: true))
    _ = try bench.cancel(ids[0])
    let copies = try retry(&bench, ids[0])
    #expect(copies.map { bench.status($0.copy) } == [.terminated, .available])
    #expect(bench.state.record(copies[1].copy)?.isHeld == true)
  }

  @Test func theTasksOfAnArrayAreAnArrayAgain() throws {
    var bench = Bench()
    let ids = try bench.submit(ArrayTests.member(1, failures: 1), ArrayTests.member(2, failures: 1))
    for id in ids { _ = try bench.cancel(id) }
    let copies = try retry(&bench, ids[0], ids[1])
    #expect(copies.map { bench.state.record($0.copy)?.spec.array?.batch } == [copies[0].copy, copies[0].copy])
    #expect(bench.state.record(copies[1].copy)?.spec.array?.index == 2)
  }

  @Test(arguments: [10_000]) func aLongChainAndAWideFanAreCopiedByLoops(size: Int) throws {
    var state = QueueState()
    var entropy = Entropy(seed: 1)
    let bench = Bench()
    var drafts = [Bench.draft("t0")]
    for number in 1..<size { drafts.append(Bench.draft("t\(number)", after: [.name("t\(number - 1)")])) }
    for number in 0..<size { drafts.append(Bench.draft("f\(number)", after: [.name("t\(size - 1)")])) }
    let outcome = try state.perform(.submit(Submission(tasks: drafts, by: bench.ann)), at: 1, entropy: &entropy)
    guard case .submitted(let made) = outcome.answer else { return }
    _ = try state.perform(.cancel([made[0]], grace: nil, by: bench.ann), at: 2, entropy: &entropy)
    _ = try state.perform(.retry(Retry(tasks: [made[0]], by: bench.ann)), at: 3, entropy: &entropy)
    #expect(state.count(.inactive) == 2 * size - 1)
    #expect(state.claimableCount == 1)
  }
}
