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

  @Test func aTaskHasAtMostSoManyContinuations() throws {
    var bench = Bench()
    let most = TaskFields.maxContinuations
    let parent = try bench.submit(Bench.draft("parent", available: false))[0]
    func children(_ count: Int) -> [TaskDraft] {
      (0..<count).map { _ in Bench.draft(available: false, after: [.id(parent)]) }
    }
    func submit(_ drafts: [TaskDraft]) throws(Rejection) {
      var entropy = bench.entropy
      defer { bench.entropy = entropy }
      _ = try bench.state.perform(.submit(Submission(tasks: drafts, by: bench.ann)), at: bench.now, entropy: &entropy)
    }
    try submit(children(most - 1))
    try submit([Bench.draft("other", available: false)])
    let other = try #require(bench.state.task(named: "other", asker: "ann"))
    let rejection = try #require(throws: Rejection.self) { try submit(children(2)) }
    #expect(rejection.issues.map(\.field) == ["after"])
    #expect(rejection.issues[0].trouble.contains("\(most + 1) would be more than the \(most)"))
    try submit(children(1))
    var patch = TaskPatch(task: parent)
    patch.addContinuations = [.id(other)]
    var entropy = bench.entropy
    #expect(throws: Rejection.self) {
      try bench.state.perform(.update([patch], by: bench.ann), at: bench.now, entropy: &entropy)
    }
  }

  @Test func aChangeOfItsCountIsAChangeOfATask() throws {
    var bench = Bench()
    let ids = try bench.submit(
      Bench.draft("a"), Bench.draft("b", available: false), Bench.draft("c", after: [.name("a"), .name("b")]))
    let worker = try bench.worker().worker.id
    let claimed = try bench.claim(worker)[0]
    bench.now += 10
    #expect(try bench.report(worker, claimed) == nil)
    #expect(bench.state.record(ids[2])?.updated == bench.now)
    bench.now += 10
    try bench.perform(.forget([ids[1]], .everything, by: bench.ann))
    #expect(bench.state.record(ids[2])?.updated == bench.now)
    #expect(bench.state.record(ids[2])?.pendingDependencyCount == 0)
  }
}
