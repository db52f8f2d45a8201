import BanyanCore
import Testing

/// A worker of the same name that comes with another state folder knows nothing of what runs from the one before.
@Suite struct LeftFolderTests {
  /// A worker in the folder `a` that runs the first of two tasks, and was given the other one.
  private static func bench(_ policy: LostContact = .stop) throws -> (bench: Bench, claimed: [ClaimedTask]) {
    var bench = Bench()
    _ = try bench.submit(
      Bench.draft("runs") { fields in
        fields.onLostContact = policy
        fields.resources?.coreCount = 3
      },
      Bench.draft("untold") { $0.onLostContact = policy })
    let worker = try bench.worker(folder: "a").worker.id
    let claimed = try bench.claim(worker)
    try bench.perform(.started(worker, [AttemptStart(task: claimed[0].id, token: claimed[0].proof, timeStarted: 3)]))
    return (bench, claimed)
  }

  @Test(
    arguments: [
      // The same folder, none said before or now: it knows that they ended.
      ("a", "a", true), ("a", nil, true), (nil, "a", true), (nil, nil, true),
      ("a", "b", false),
    ] as [(String?, String?, Bool)])
  func whatANewStartDoesNotNameHasEndedWhereItCanKnow(before: String?, now: String?, knows: Bool) throws {
    var (bench, claimed) = try Self.bench()
    _ = try bench.worker(folder: before, running: claimed.map { ($0.id, $0.proof) })
    let welcome = try bench.worker(instance: "2", folder: now)
    #expect(claimed.map { bench.status($0.id) } == (knows ? [.available, .available] : [.running, .running]))
    #expect(welcome.held.isEmpty)
  }

  @Test func whatWasLeftCountsAsUsedAndIsWaitedFor() throws {
    var (bench, claimed) = try Self.bench()
    let worker = try bench.worker(instance: "2", folder: "b").worker.id
    _ = try bench.submit(Bench.draft { $0.resources?.coreCount = 2 }, Bench.draft { $0.resources?.coreCount = 1 })
    let more = try bench.claim(worker)
    #expect(more.count == 1 && more.first?.attempt.cores == 1, "one of four cores is free")
    // Its own word comes and goes, that of the folder doesn't.
    #expect(try bench.worker(instance: "2", folder: "b", running: more.map { ($0.id, $0.proof) }).held.isEmpty)
    try bench.perform(.expireLeases(worker))
    #expect(claimed.map { bench.status($0.id) } == [.running, .running])
    #expect(bench.status(more[0].id) == .available)
    let outcome = try bench.perform(.expireFolder(worker, "a"))
    #expect(claimed.map { bench.status($0.id) } == [.available, .available])
    #expect(claimed.map { bench.state.record($0.id)?.lossCount } == [1, 1])
    #expect(outcome.cancellations.isEmpty, "nobody is there who could end them")
    #expect(bench.state.worker(worker)?.record.left == [])
    // What its keeper tells at last comes too late, and changes nothing.
    let back = try bench.worker(instance: "1", folder: "a", running: [(claimed[0].id, claimed[0].proof)])
    #expect(back.refused.map(\.reason.kind) == [.conflict])
    #expect(try bench.report(worker, claimed[0])?.kind == .conflict)
  }

  @Test func whoComesBackToAFolderKnowsWhatBecameOfItsOwn() throws {
    var (bench, claimed) = try Self.bench()
    let worker = try bench.worker(instance: "2", folder: "b").worker.id
    _ = try bench.submit(Bench.draft("elsewhere"))
    let other = try bench.claim(worker)
    let back = try bench.worker(instance: "1", folder: "a", running: [(claimed[0].id, claimed[0].proof)])
    #expect(back.attached == [claimed[0].id] && back.held.isEmpty)
    // Named: goes on. Not named: given back. Claimed from the other one: waited for.
    #expect(bench.status(claimed[0].id) == .running)
    #expect(bench.status(claimed[1].id) == .available)
    #expect(bench.status(other[0].id) == .running)
    #expect(bench.state.worker(worker)?.record.left == [LeftFolder(folder: "b", tasks: [other[0].id])])
    #expect(try bench.report(worker, claimed[0]) == nil)
    #expect(try bench.report(worker, other[0]) == nil, "whoever has the token may tell")
    #expect(bench.state.worker(worker)?.record.left == [])
  }

  @Test func whoWorksElsewhereIsNotToldToEndWhatItLeft() throws {
    var (bench, claimed) = try Self.bench()
    let worker = try bench.worker(instance: "2", folder: "b").worker.id
    #expect(try bench.cancel(claimed[0].id) == [])
    #expect(try bench.worker(instance: "2", folder: "b").cancelling.isEmpty)
    #expect(try bench.perform(.unregisterWorker(worker, requeue: true, by: bench.ann)).cancellations.isEmpty)
    #expect(
      try bench.worker(instance: "1", folder: "a", running: [(claimed[0].id, claimed[0].proof)]).cancelling.count == 1)
  }

  @Test func whatRunsOnWithoutContactIsGivenUpByAProviderAlone() throws {
    var (bench, claimed) = try Self.bench(.continue)
    let worker = try bench.worker(instance: "2", folder: "b").worker.id
    let refusal = #expect(throws: Rejection.self) { try bench.perform(.abandon(claimed[0].id, by: bench.ann)) }
    #expect(refusal?.kind == .unprocessable)
    try bench.perform(.expireFolder(worker, "a"))
    #expect(bench.status(claimed[0].id) == .running)
    try bench.perform(.abandon(claimed[0].id, by: bench.ann))
    #expect(bench.status(claimed[0].id) == .available)
    // Heard again it is in contact.
    _ = try bench.worker(instance: "1", folder: "a", running: [(claimed[1].id, claimed[1].proof)])
    #expect(throws: Rejection.self) { try bench.perform(.abandon(claimed[1].id, by: bench.ann)) }
  }
}
