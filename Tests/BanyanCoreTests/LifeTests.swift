import BanyanCore
import Testing

@Suite struct LifeTests {
  @Test func aTaskRunsAndReleasesWhatWaitsForIt() throws {
    var bench = Bench()
    let ids = try bench.submit(
      Bench.draft("fetch"), Bench.draft("gate", command: nil, after: [.name("fetch")]),
      Bench.draft("sum", after: [.name("gate")]))
    #expect(ids.map { bench.status($0) } == [.available, .inactive, .inactive])
    let worker = try bench.worker().worker.id
    let claimed = try bench.claim(worker)
    #expect(claimed.map(\.id) == [ids[0]])
    #expect(try bench.report(worker, claimed[0]) == nil)
    #expect(ids.map { bench.status($0) } == [.terminated, .terminated, .available])
    let last = try bench.claim(worker)
    #expect(try bench.report(worker, last[0]) == nil)
    #expect(bench.state.count(.terminated) == 3)
  }

  @Test func aFailureIsTriedAgainAndThenEndsAllBelow() throws {
    var bench = Bench()
    let ids = try bench.submit(
      Bench.draft("a") { $0.maxAttemptCount = 2 }, Bench.draft("b", after: [.name("a")]),
      Bench.draft("c", after: [.name("b")]))
    let worker = try bench.worker().worker.id
    let first = try bench.claim(worker)[0]
    #expect(try bench.report(worker, first, "failure (exit 1)") == nil)
    #expect(bench.status(ids[0]) == .available)
    // The same word again gets the same answer; another word is a conflict.
    #expect(try bench.report(worker, first, "failure (exit 1)") == nil)
    #expect(try bench.report(worker, first, "failure (exit 2)")?.kind == .conflict)
    let second = try bench.claim(worker)[0]
    #expect(second.attempt.claimNumber == 2)
    #expect(try bench.report(worker, first, "failure (exit 1)")?.kind == .conflict)
    #expect(try bench.report(worker, second, "failure (exit 1)") == nil)
    #expect(ids.map { bench.status($0) } == [.terminated, .cancelled, .cancelled])
    #expect(bench.state.record(ids[2])?.cause?.description == "parent \(ids[1]) was cancelled")
    // A name is free again once its task has ended.
    #expect(try bench.submit(Bench.draft("a")).count == 1)
  }

  @Test func retriesWaitLongerEachTimeAndThenBecomeDue() throws {
    var bench = Bench()
    let id = try bench.submit(
      Bench.draft {
        $0.maxAttemptCount = 3; $0.retryDelay = 10_000
      })[0]
    let worker = try bench.worker().worker.id
    for base: Int64 in [10_000, 20_000] {
      let claimed = try bench.claim(worker)[0]
      #expect(try bench.report(worker, claimed, "failure (exit 1)") == nil)
      #expect(try bench.claim(worker).isEmpty)
      let due = try #require(bench.state.nextDeadline)
      #expect((base / 2...base).contains(due - bench.now))
      bench.now = due - 1
      try bench.perform(.tick)
      #expect(try bench.claim(worker).isEmpty)
      bench.now = due
      try bench.perform(.tick)
    }
    #expect(try bench.claim(worker).map(\.id) == [id])
  }

  @Test func lossesAreNoFailuresUntilThereAreTooMany() throws {
    var bench = Bench()
    let id = try bench.submit(Bench.draft { $0.maxLossCount = 1 })[0]
    let worker = try bench.worker().worker.id
    _ = try bench.claim(worker)
    try bench.perform(.expireLeases(worker))
    #expect(bench.status(id) == .available)
    #expect(bench.state.record(id)?.attemptCount == 0)
    #expect(bench.state.record(id)?.lossCount == 1)
    let again = try bench.claim(worker)[0]
    #expect(again.attempt.claimNumber == 2)
    try bench.perform(.expireLeases(worker))
    #expect(bench.status(id) == .terminated)
    #expect(try bench.report(worker, again)?.kind == .conflict)
  }

  @Test func everyStepOutsideTheTableIsRefusedInWords() throws {
    for state in TaskState.allCases {
      for request in TaskState.allCases {
        var bench = Bench()
        let worker = try bench.worker().worker.id
        let (id, claimed) = try bench.task(in: state, worker)
        var patch = TaskPatch(task: id)
        patch.state = request
        let allowed = state.allows(request, by: .provider)
        do {
          try bench.perform(.update([patch], by: bench.ann))
          #expect(allowed, "\(state) → \(request) by a provider")
        } catch {
          #expect(!allowed && error.kind == .unprocessable && !error.message.isEmpty, "\(state) → \(request): \(error)")
        }
        guard let claimed, claimed.attempt.claimNumber > 0, request != .running else { continue }
        var other = Bench()
        let otherWorker = try other.worker().worker.id
        let (_, otherClaimed) = try other.task(in: state, otherWorker)
        guard let held = otherClaimed, state.isLive else { continue }
        let refusal = try other.report(otherWorker, held, state: request)
        let isCrossing = state == .pendingCancellation && request == .available
        #expect(
          (refusal == nil) == (state.allows(request, by: .worker) || isCrossing), "\(state) → \(request) by a worker")
      }
    }
  }
}

extension Bench {
  /// A task that was led into a state, and its attempt where it had one.
  mutating func task(in state: TaskState, _ worker: WorkerID) throws(Rejection) -> (TaskID, ClaimedTask?) {
    let id = try submit(Bench.draft(available: state != .inactive))[0]
    switch state {
    case .inactive, .available: return (id, nil)
    case .cancelled:
      _ = try cancel(id)
      return (id, nil)
    case .running, .pendingCancellation, .terminated:
      let claimed = try claim(worker)[0]
      if state == .pendingCancellation { _ = try cancel(id) }
      if state == .terminated { _ = try report(worker, claimed) }
      return (id, claimed)
    }
  }
}
