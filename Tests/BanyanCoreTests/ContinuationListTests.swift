import BanyanCore
import Testing

/// A PATCH that gives the whole list of a task's continuations.
@Suite struct ContinuationListTests {
  @Test func theListBecomesWhatIsSaid() throws {
    var bench = Bench()
    let ids = try bench.submit(
      Bench.draft("p", available: false, continuations: [.name("a"), .name("b")]), Bench.draft("a", available: false),
      Bench.draft("b", available: false), Bench.draft("c", available: false))
    try set(&bench, ids[0], [.name("c"), .id(ids[2])])
    #expect(bench.state.record(ids[0])?.continuations == [ids[2], ids[3]])
    #expect(ids.map { bench.state.record($0)?.pendingDependencyCount } == [0, 0, 1, 1])
    try set(&bench, ids[0], [])
    #expect(bench.state.record(ids[0])?.continuations == [])
    #expect(ids.map { bench.state.record($0)?.pendingDependencyCount } == [0, 0, 0, 0])
  }

  @Test func sayingWhatItIsChangesNothingInAnyState() throws {
    var bench = Bench()
    let ids = try bench.submit(
      Bench.draft("p", continuations: [.name("a"), .name("b")]), Bench.draft("a"), Bench.draft("b"))
    let worker = try bench.worker().worker.id
    _ = try bench.claim(worker)
    let before = bench.state.sequence
    try set(&bench, ids[0], [.name("b"), .name("a")])
    #expect(bench.state.sequence == before)
    for other in [[TaskReference.name("a")], [], [.name("a"), .name("b"), .id(ids[0])]] {
      let rejection = try #require(throws: Rejection.self) { try set(&bench, ids[0], other) }
      #expect(rejection.kind == .unprocessable)
      #expect(bench.state.sequence == before)
    }
  }

  @Test func aRefusalChangesNothing() throws {
    var bench = Bench()
    let ids = try bench.submit(
      Bench.draft("p", available: false, continuations: [.name("a")]), Bench.draft("a", available: false),
      Bench.draft("b", available: false))
    _ = try bench.cancel(ids[2])
    for wanted in [[TaskReference.name("nobody")], [.id(ids[0])], [.id(ids[2])]] {
      #expect(throws: Rejection.self) { try set(&bench, ids[0], wanted) }
      #expect(bench.state.record(ids[0])?.continuations == [ids[1]])
    }
  }

  private func set(_ bench: inout Bench, _ task: TaskID, _ wanted: [TaskReference]) throws(Rejection) {
    var patch = TaskPatch(task: task)
    patch.continuations = wanted
    _ = try bench.perform(.update([patch], by: bench.ann))
  }
}
