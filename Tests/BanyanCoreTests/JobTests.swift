import BanyanCore
import Testing

@Suite struct JobTests {
  private func job(_ bench: Bench, _ number: UInt64) -> JobRecord? { bench.state.view.job(JobNumber(number)) }

  @Test func aJobFollowsItsTasks() throws {
    var bench = Bench()
    let ids = try bench.submit(Bench.draft("a"), Bench.draft("b", after: [.name("a")]))
    #expect(job(bench, 1)?.memberCount == 2)
    #expect(job(bench, 1)?.state == .waiting)
    #expect(job(bench, 1)?.started == nil)
    let worker = try bench.worker().worker.id
    let first = try bench.claim(worker)
    #expect(job(bench, 1)?.state == .running)
    #expect(job(bench, 1)?.started == bench.now)
    #expect(try bench.report(worker, first[0]) == nil)
    #expect(job(bench, 1)?.counts[.succeeded] == 1)
    #expect(job(bench, 1)?.counts[.available] == 1)
    #expect(job(bench, 1)?.ended == nil)
    let second = try bench.claim(worker)
    #expect(second.map(\.id) == [ids[1]])
    #expect(try bench.report(worker, second[0], "failure (exit 1)") == nil)
    #expect(job(bench, 1)?.state == .failed)
    #expect(job(bench, 1)?.ended == bench.now)
    #expect(bench.state.violations() == [])
  }

  @Test func numbersAreNeverUsedAgain() throws {
    var bench = Bench()
    let first = try bench.submit(Bench.draft("a"))[0]
    _ = try bench.cancel(first)
    _ = try bench.perform(.forget([first], .ended, by: bench.ann))
    #expect(job(bench, 1) == nil)
    let second = try bench.submit(Bench.draft("a"))[0]
    #expect(bench.state.record(second)?.place == JobPlace(job: JobNumber(2), member: 1))
    #expect(bench.state.violations() == [])
  }

  @Test func ofAMemberTheNewestTaskThatIsThereCounts() throws {
    var bench = Bench()
    let ids = try bench.submit(Bench.draft("a"), Bench.draft("b"))
    _ = try bench.cancel(ids[0])
    guard case .retried(let copies) = try bench.perform(.retry(Retry(tasks: [ids[0]], by: bench.ann))).answer else {
      Issue.record("no retry")
      return
    }
    #expect(job(bench, 1)?.counts[.available] == 2)
    #expect(job(bench, 1)?.counts[.cancelled] == 0)
    _ = try bench.cancel(copies[0].copy)
    _ = try bench.perform(.forget([copies[0].copy], .ended, by: bench.ann))
    #expect(bench.state.record(ids[0])?.replacedBy == nil)
    #expect(job(bench, 1)?.counts[.cancelled] == 1)
    #expect(bench.state.violations() == [])
    // And it can be tried again.
    _ = try bench.perform(.retry(Retry(tasks: [ids[0]], by: bench.ann)))
    #expect(job(bench, 1)?.counts[.available] == 2)
    #expect(bench.state.violations() == [])
  }

  @Test func aJobBeganWithTheFirstClaimOfAnyTaskAtItsPlace() throws {
    var bench = Bench()
    func retry(_ task: TaskID, _ bench: inout Bench) throws -> TaskID {
      guard case .retried(let copies) = try bench.perform(.retry(Retry(tasks: [task], by: bench.ann))).answer else {
        throw Rejection(.malformed, "no retry")
      }
      return copies[0].copy
    }
    let first = try bench.submit(Bench.draft("a"))[0]
    _ = try bench.cancel(first)
    let second = try retry(first, &bench)
    let worker = try bench.worker().worker.id
    let claimed = try bench.claim(worker)
    let began = bench.now
    #expect(claimed.map(\.id) == [second])
    #expect(try bench.report(worker, claimed[0], "failure (exit 1)") == nil)
    bench.now += 5_000
    _ = try retry(second, &bench)
    #expect(job(bench, 1)?.started == began)
    #expect(job(bench, 1)?.memberCount == 1)
  }

  /// A journal that doesn't belong to the state changes nothing that its jobs' counts go by.
  @Test func aJobThatIsMadeTwiceIsAMisfit() throws {
    var bench = Bench()
    let ids = try bench.submit(Bench.draft("a"), Bench.draft("b"))
    let spec = JobSpec(number: JobNumber(1), owner: "eve", name: nil, created: 5)
    var state = bench.state
    state.apply(.jobCreated(spec), at: bench.now)
    #expect(state.misfits.count == 1 && state.violations() == state.misfits)
    #expect(state.view.job(JobNumber(1))?.owner == "ann")
    var entropy = Entropy(seed: 5)
    _ = try state.perform(.cancel([ids[0]], grace: nil, by: bench.ann), at: bench.now, entropy: &entropy)
    let counts = try #require(state.view.job(JobNumber(1))?.counts)
    #expect(counts[.cancelled] == 1 && counts[.available] == 1)
  }

  /// As journals tell that were written before there were jobs.
  @Test func tasksWithoutAPlaceAreJobsOfTheirOwnAndArraysOne() {
    var state = QueueState()
    var entropy = Entropy(seed: 5)
    let ids = (0..<4).map { _ in entropy.identifier(at: 1_700_000_000_000) }
    for place in 0..<4 {
      var fields = TaskFields()
      fields.name = "t\(place)"
      if place > 0 { fields.array = ArrayPlace(name: "sweep", index: Int64(place), batch: ids[1]) }
      state.apply(
        .taskCreated(ids[place], spec: TaskSpec(owner: "ann", fields: fields), isHeld: false), at: 1_700_000_000_000)
    }
    #expect(state.violations() == [])
    #expect(state.view.jobCount == 2)
    #expect(state.view.job(JobNumber(1))?.name == "t0")
    #expect(state.view.job(JobNumber(2))?.name == "sweep")
    #expect(state.view.tasks(of: JobNumber(2)).map(\.id) == Array(ids[1...]))
  }
}
