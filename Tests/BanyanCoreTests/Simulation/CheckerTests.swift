import BanyanCore
import Testing

/// A checker is worth nothing until it has caught something: each of these happens in no queue, and is seen.
@Suite struct CheckerTests {
  @Test func aDependencyCountedDownTwiceIsSeen() throws {
    var bench = Bench()
    let ids = try bench.submit(
      Bench.draft("a"), Bench.draft("g", command: nil, available: false),
      Bench.draft("c", after: [.name("a"), .name("g")]))
    bench.state.apply(.groupPassed(ids[1]), at: bench.now)
    #expect(bench.state.violations() == [])
    bench.state.apply(.groupPassed(ids[1]), at: bench.now)
    #expect(bench.state.violations().contains { $0.contains("pending") })
  }

  @Test func aSecondLiveAttemptIsSeen() throws {
    var bench = Bench()
    let id = try bench.submit(Bench.draft())[0]
    let worker = try bench.worker().worker.id
    let claimed = try bench.claim(worker)[0]
    var again = claimed.attempt
    again.claimNumber += 1
    bench.state.apply(.taskClaimed(id, again), at: bench.now)
    #expect(bench.state.violations() != [])
  }

  @Test func aTaskThatRunsBelowOneThatHasNotSucceededIsSeen() throws {
    var bench = Bench()
    let ids = try bench.submit(Bench.draft("a"), Bench.draft("b", after: [.name("a")]))
    bench.state.apply(.taskMadeAvailable(ids[1], delayedUntil: 0), at: bench.now)
    #expect(bench.state.violations() != [])
  }

  @Test func anEventAboutNothingIsSeen() {
    var state = QueueState()
    state.apply(.taskDue(TaskID(seconds: 1, rest: 1)), at: 0)
    #expect(state.violations() != [])
  }
}
