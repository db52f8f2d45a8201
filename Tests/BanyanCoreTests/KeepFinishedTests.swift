import Testing

@testable import BanyanCore

@Suite struct KeepFinishedTests {
  /// Makes and cancels so many tasks, a millisecond apart.
  private func ended(_ bench: inout Bench, _ count: Int) throws -> [TaskID] {
    var ids: [TaskID] = []
    for _ in 0..<count {
      let id = try bench.submit(Bench.draft())[0]
      bench.now += 1
      _ = try bench.cancel(id)
      ids.append(id)
    }
    return ids
  }

  private func known(_ bench: Bench, _ ids: [TaskID]) -> [Bool] { ids.map { bench.status($0) != nil } }

  @Test func whatEndedLongAgoGoesInTheOrderOfItsEnd() throws {
    var bench = Bench()
    bench.state.keepFinished = KeepFinished(age: 1000)
    let ids = try ended(&bench, 3)
    let due = bench.now - 2 + 1000
    #expect(bench.state.nextDeadline == due)
    bench.now = due - 1
    try bench.perform(.tick)
    #expect(known(bench, ids) == [true, true, true])
    bench.now = due + 1
    let outcome = try bench.perform(.tick)
    #expect(outcome.events.count == 1)
    #expect(known(bench, ids) == [false, false, true])
    #expect(bench.state.nextDeadline == due + 2)
  }

  @Test func aLaterLabelChangesNothingOfTheOrder() throws {
    var bench = Bench()
    bench.state.keepFinished = KeepFinished(count: 1)
    let ids = try ended(&bench, 2)
    bench.now += 5
    var patch = TaskPatch(task: ids[0])
    patch.changes = [.set(.labels) { $0.labels = ["a": "b"] }]
    try bench.perform(.update([patch], by: bench.ann))
    #expect(bench.state.nextDeadline == 0)
    try bench.perform(.tick)
    #expect(known(bench, ids) == [false, true])
    #expect(bench.state.nextDeadline == nil)
  }

  @Test func forEverIsForEver() throws {
    var bench = Bench()
    let ids = try ended(&bench, 2)
    #expect(bench.state.nextDeadline == nil)
    bench.now += 1 << 40
    #expect(try bench.perform(.tick).events.isEmpty)
    #expect(known(bench, ids) == [true, true])
  }

  @Test func aParentStaysUntilItsContinuationsHaveEnded() throws {
    var bench = Bench()
    bench.state.keepFinished = KeepFinished(age: 10)
    let ids = try bench.submit(
      Bench.draft("a"), Bench.draft("b", after: [.name("a")]), Bench.draft("c", after: [.name("a"), .name("b")]))
    let worker = try bench.worker().worker.id
    for id in ids.prefix(2) {
      let claimed = try bench.claim(worker)
      #expect(claimed.map(\.id) == [id])
      #expect(try bench.report(worker, claimed[0]) == nil)
    }
    bench.now += 100
    try bench.perform(.tick)
    #expect(known(bench, ids) == [true, true, true])
    #expect(bench.state.nextDeadline == nil)
    let claimed = try bench.claim(worker)
    #expect(try bench.report(worker, claimed[0]) == nil)
    #expect(bench.state.nextDeadline == bench.now - 90)
    try bench.perform(.tick)
    #expect(known(bench, ids) == [false, false, true])
    bench.now += 10
    try bench.perform(.tick)
    #expect(known(bench, ids) == [false, false, false])
  }

  @Test func whatWasNeededByAForgottenTaskGoesToo() throws {
    var bench = Bench()
    bench.state.keepFinished = KeepFinished(age: 10)
    let ids = try bench.submit(Bench.draft("a", command: nil), Bench.draft("b", available: false, after: [.name("a")]))
    bench.now += 100
    try bench.perform(.tick)
    #expect(known(bench, ids) == [true, true])
    try bench.perform(.forget([ids[1]], .everything, by: bench.ann))
    try bench.perform(.tick)
    #expect(known(bench, ids) == [false, false])
  }

  @Test func aFailureStaysWhileItsArrayCounts() throws {
    var bench = Bench()
    bench.state.keepFinished = KeepFinished(age: 10)
    let ids = try bench.submit(
      ArrayTests.member(1, failures: 2), ArrayTests.member(2, failures: 2), ArrayTests.member(3, failures: 2))
    let worker = try bench.worker().worker.id
    let claimed = try bench.claim(worker, max: 2)
    #expect(try bench.report(worker, claimed[0], "failure (exit 1)") == nil)
    bench.now += 100
    try bench.perform(.tick)
    #expect(known(bench, ids) == [true, true, true])
    #expect(try bench.report(worker, claimed[1], "failure (exit 1)") == nil)
    #expect(bench.status(ids[2]) == .cancelled)
    try bench.perform(.tick)
    #expect(known(bench, ids) == [false, true, true])
  }

  /// What hangs on one tie goes in batches like anything else, however many share it: it would take hours one by one.
  @Test func whatIsTiedGoesInBatchesToo() throws {
    var bench = Bench()
    func family(_ name: String, after: [JobReference] = []) -> FamilyDraft {
      var fields = TaskFields()
      fields.name = name
      fields.work = .shell("true")
      fields.resources = ResourceRequest()
      return FamilyDraft(
        fields: fields, parameters: .range([IndexSpan(first: 1, last: 33_000)].compactMap { $0 }), after: after)
    }
    try bench.perform(
      .submitJob(JobSubmission(families: [family("a"), family("b", after: [.name("a")])], by: bench.ann)))
    var change = JobChange(job: JobNumber(1), by: bench.ann)
    change.cancels = true
    try bench.perform(.changeJob(change))
    bench.state.keepFinished = KeepFinished(age: 10)
    bench.now += 100
    for batch in 1...3 {
      try bench.perform(.tick)
      #expect(bench.state.count(.cancelled) == 66_000 - 512 * batch)
    }
  }

  @Test func theyGoInBatches() throws {
    var bench = Bench()
    let drafts = (0..<2000).map { _ in Bench.draft() }
    try bench.perform(.submit(Submission(tasks: drafts, by: bench.ann)))
    let ids = bench.state.view.allIDs()
    try bench.perform(.cancel(ids, grace: nil, by: bench.ann))
    bench.state.keepFinished = KeepFinished(age: 10, count: 1000)
    bench.now += 100
    var batches: [Int] = []
    while let deadline = bench.state.nextDeadline {
      #expect(deadline <= bench.now)
      let before = bench.state.count(.cancelled)
      try bench.perform(.tick)
      batches.append(before - bench.state.count(.cancelled))
      try #require(batches.count < 10)
    }
    #expect(batches == [512, 512, 512, 464])
  }

  @Test func aFewMoreAreBorneSoThatTheyGoTogether() throws {
    var bench = Bench()
    bench.state.keepFinished = KeepFinished(count: 20)
    _ = try ended(&bench, 22)
    #expect(bench.state.nextDeadline == nil)
    _ = try ended(&bench, 1)
    #expect(bench.state.nextDeadline == 0)
    try bench.perform(.tick)
    #expect(bench.state.count(.cancelled) == 20)
  }

  @Test func aQueueInPiecesIsFirstInFirstOut() {
    var queue = ChunkedQueue<Int>()
    var model: [Int] = []
    var random = SplitMix(state: 5)
    for number in 0..<20_000 {
      switch Int.random(in: 0..<100, using: &random) {
      case 0:
        queue.prepend([-number, number])
        model.insert(contentsOf: [-number, number], at: 0)
      case 1..<60:
        queue.append(number)
        model.append(number)
      default:
        #expect(queue.first == model.first)
        #expect(queue.popFirst() == (model.isEmpty ? nil : model.removeFirst()))
      }
    }
    while let next = queue.popFirst() { #expect(next == model.removeFirst()) }
    #expect(model.isEmpty && queue.first == nil)
  }
}
