import BanyanCore
import Testing

@Suite struct ArrayTests {
  static func member(_ index: Int64, of name: String = "a", running: UInt32? = nil, failures: UInt32? = nil)
    -> TaskDraft
  {
    Bench.draft { $0.array = ArrayPlace(name: name, index: index, maxRunning: running, stopAfterFailures: failures) }
  }

  @Test func anArrayIsWhatOneRequestMadeUnderOneName() throws {
    var bench = Bench()
    let first = try bench.submit(Self.member(1), Self.member(1, of: "b"), Self.member(2), Bench.draft())
    let second = try bench.submit(Self.member(1), Self.member(2))
    let batches = (first + second).map { bench.state.record($0)?.spec.array?.batch }
    #expect(batches == [first[0], first[1], first[0], nil, second[0], second[0]])
  }

  @Test func theTasksOfAnArrayAgreeOnItsLimits() throws {
    var bench = Bench()
    let rejection = try #require(throws: Rejection.self) {
      try bench.submit(
        Self.member(1, running: 2, failures: 3), Self.member(2, running: 2), Self.member(3, running: 1, failures: 3))
    }
    #expect(rejection.kind == .unprocessable)
    #expect(rejection.issues.map(\.field) == ["1.array.stop_after_failures", "2.array.max_running"])
    _ = try bench.submit(Self.member(1, running: 2), Self.member(1, of: "b", running: 3))
  }

  @Test func afterSoManyFailuresTheRestIsCancelled() throws {
    var bench = Bench()
    let below = Bench.draft("below", after: [.name("last")])
    var last = Self.member(6, failures: 2)
    last.fields.name = "last"
    let ids = try bench.submit(
      Self.member(1, failures: 2), Self.member(2, failures: 2), Self.member(3, failures: 2),
      Self.member(4, failures: 2), Self.member(5, failures: 2), last, below, Self.member(1, of: "b", failures: 2))
    let worker = try bench.worker().worker.id
    let claimed = try bench.claim(worker, max: 4)
    #expect(claimed.map(\.id) == Array(ids.prefix(4)))
    #expect(try bench.report(worker, claimed[0], "failure (exit 1)") == nil)
    #expect(try bench.report(worker, claimed[1]) == nil)
    #expect(bench.status(ids[4]) == .available)
    // The second failure: what waits is cancelled, what runs is told to end.
    let report = AttemptReport(
      task: ids[2], token: claimed[2].proof, state: .terminated, exitStatus: "failure (exit 2)", timeTerminated: 5)
    let outcome = try bench.perform(.report(worker, [report]))
    #expect(outcome.cancellations.map(\.task) == [ids[3]])
    #expect(
      ids.map { bench.status($0) } == [
        .terminated, .terminated, .terminated, .pendingCancellation, .cancelled, .cancelled, .cancelled, .available,
      ])
    let cause = "2 of the array a failed, which is its stop_after_failures; the last was \(ids[2])"
    #expect(bench.state.record(ids[4])?.cause?.description == cause)
    #expect(bench.state.record(ids[6])?.cause?.description == "parent \(ids[5]) was cancelled")
    #expect(try bench.report(worker, claimed[3], ExitStatus.cancelled, state: .cancelled) == nil)
    #expect(bench.state.record(ids[3])?.cause?.description == cause)
  }

  @Test func anAttemptThatIsTriedAgainIsNoFailureForGood() throws {
    var bench = Bench()
    var tried = Self.member(1, failures: 1)
    tried.fields.maxAttemptCount = 2
    let ids = try bench.submit(tried, Self.member(2, failures: 1))
    let worker = try bench.worker().worker.id
    let claimed = try bench.claim(worker, max: 1)[0]
    #expect(try bench.report(worker, claimed, "failure (exit 1)") == nil)
    #expect(ids.map { bench.status($0) } == [.available, .available])
    // Losses too many are one.
    var lossy = Self.member(1, of: "b", failures: 1)
    lossy.fields.maxLossCount = 0
    lossy.fields.priority = 5
    let others = try bench.submit(lossy, Self.member(2, of: "b", failures: 1))
    #expect(try bench.claim(worker, max: 1).map(\.id) == [others[0]])
    try bench.perform(.expireLeases(worker))
    #expect(others.map { bench.status($0) } == [.terminated, .cancelled])
  }
}
