import BanyanCore
import Testing

@Suite struct GraphTests {
  @Test func aCycleIsRefusedByNameAndNothingIsMade() throws {
    var bench = Bench()
    let refusal = #expect(throws: Rejection.self) {
      _ = try bench.submit(
        Bench.draft("a", after: [.name("c")]), Bench.draft("b", after: [.name("a")]),
        Bench.draft("c", after: [.name("b")]))
    }
    #expect(refusal?.issues.first?.trouble == "closes a cycle: a → b → c → a")
    #expect(bench.state.sequence == 0)
  }

  @Test func aCycleThroughTasksThatExistIsSeenToo() throws {
    var bench = Bench()
    let ids = try bench.submit(
      Bench.draft("a", available: false), Bench.draft("b", available: false, after: [.name("a")]))
    let refusal = #expect(throws: Rejection.self) {
      _ = try bench.submit(
        Bench.draft("new", available: false, after: [.id(ids[1])], continuations: [.id(ids[0])]))
    }
    #expect(refusal?.issues.first?.trouble.contains("closes a cycle") == true)
    var patch = TaskPatch(task: ids[1])
    patch.addContinuations = [.id(ids[0])]
    #expect(throws: Rejection.self) { try bench.perform(.update([patch], by: bench.ann)) }
    patch.addContinuations = [.id(ids[1])]
    #expect(throws: Rejection.self) { try bench.perform(.update([patch], by: bench.ann)) }
  }

  @Test func edgesAreAddedAndRemovedBetweenInactiveTasks() throws {
    var bench = Bench()
    let ids = try bench.submit(Bench.draft("a", available: false), Bench.draft("b", available: false))
    var add = TaskPatch(task: ids[0])
    add.addContinuations = [.name("b")]
    try bench.perform(.update([add], by: bench.ann))
    #expect(bench.state.record(ids[1])?.pendingDependencyCount == 1)
    try bench.perform(.update([add], by: bench.ann))
    #expect(bench.state.record(ids[1])?.pendingDependencyCount == 1)
    var remove = TaskPatch(task: ids[0])
    remove.removeContinuations = [.id(ids[1])]
    try bench.perform(.update([remove], by: bench.ann))
    #expect(bench.state.record(ids[1])?.pendingDependencyCount == 0)
    #expect(bench.status(ids[1]) == .inactive)
    #expect(throws: Rejection.self) { try bench.perform(.update([remove], by: bench.ann)) }
  }

  @Test func parentsMayBeInAnyState() throws {
    var bench = Bench()
    let ids = try bench.submit(Bench.draft("done"), Bench.draft("failed"), Bench.draft("waiting"))
    let worker = try bench.worker().worker.id
    let claimed = try bench.claim(worker)
    #expect(try bench.report(worker, claimed[0]) == nil)
    #expect(try bench.report(worker, claimed[1], "failure (exit 1)") == nil)
    let after = try bench.submit(Bench.draft(after: [.id(ids[0])]))
    #expect(bench.status(after[0]) == .available)
    #expect(throws: Rejection.self) { _ = try bench.submit(Bench.draft(after: [.name("failed")])) }
    let running = try bench.submit(Bench.draft(after: [.name("waiting"), .name("done")]))
    #expect(bench.status(running[0]) == .inactive)
    #expect(try bench.report(worker, claimed[2]) == nil)
    #expect(bench.status(running[0]) == .available)
  }

  @Test func forgettingLeavesNoEdgeBehind() throws {
    var bench = Bench()
    let ids = try bench.submit(
      Bench.draft("a", available: false), Bench.draft("b", available: false, after: [.name("a")]),
      Bench.draft("c", available: false, after: [.name("a"), .name("b")]))
    try bench.perform(.forget([ids[0]], .endedOrIdle, by: bench.ann))
    #expect(bench.state.record(ids[0]) == nil)
    #expect(bench.state.record(ids[1])?.pendingDependencyCount == 0)
    #expect(bench.state.record(ids[2])?.pendingDependencyCount == 1)
    #expect(throws: Rejection.self) { try bench.perform(.forget([ids[2]], .endedOrIdle, by: bench.ann)) }
    try bench.perform(.forget([ids[1], ids[2]], .everything, by: bench.ann))
    #expect(bench.state.view.taskCount == 0)
    // The slots are used again.
    #expect(try bench.submit(Bench.draft("a"), Bench.draft("b", after: [.name("a")])).count == 2)
  }
}
