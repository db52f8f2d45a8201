@testable import BanyanCore
import Testing

/// Jobs of families: what was written as one is made, kept, changed and tried again as one.
@Suite struct FamilyTests {
  private static func family(
    _ name: String? = nil, _ command: String = "true", _ parameters: Parameters? = nil, after: [JobReference] = [],
    held: Bool = false, maxRunning: UInt32? = nil, stop: UInt32? = nil, _ adjust: (inout TaskFields) -> Void = { _ in }
  ) -> FamilyDraft {
    var fields = TaskFields()
    fields.name = name
    fields.work = .shell(command)
    fields.resources = ResourceRequest()
    adjust(&fields)
    return FamilyDraft(
      fields: fields, parameters: parameters, isHeld: held, after: after, maxRunning: maxRunning,
      stopAfterFailures: stop)
  }

  private static func range(_ first: Int64, _ last: Int64, step: Int64 = 1) -> Parameters {
    .range([IndexSpan(first: first, last: last, step: step)].compactMap { $0 })
  }

  private static func matrix(_ axes: (String, [String])...) -> Parameters {
    .matrix(axes.map { ParameterAxis(name: $0.0, values: $0.1) })
  }

  private func submit(
    _ bench: inout Bench, named name: String? = nil, resume: JobNumber? = nil, by: Principal? = nil,
    _ families: FamilyDraft...
  ) throws(Rejection) -> JobReceipt {
    let answer = try bench.perform(
      .submitJob(JobSubmission(name: name, families: families, resumes: resume, by: by ?? bench.ann))
    ).answer
    guard case .jobSubmitted(let receipt) = answer else { throw Rejection(.malformed, "no receipt") }
    return receipt
  }

  private func refusal(_ body: () throws(Rejection) -> Void) -> Rejection? {
    do throws(Rejection) { try body() } catch { return error }
    return nil
  }

  /// The state that a restart comes to: the same by its snapshot's records and by its events.
  private func replayed(_ bench: Bench) -> QueueState {
    var state = QueueState()
    for event in bench.events { state.apply(event, at: bench.now) }
    return state
  }

  // MARK: Making

  @Test func membersHaveTheirOwnNamesTextsAndParameters() throws {
    var bench = Bench()
    let receipt = try submit(
      &bench, named: "sweep",
      Self.family(
        "fit", "fit --lr {lr} -k {k} {other} ${HOME} ${lr}",
        Self.matrix(("lr", ["0.1", "1e-3"]), ("k", ["08", "yes"]))
      ) {
        $0.environment = ["RATE": "{lr}", "PATH": "/bin"]
        $0.labels = ["k": "{k}"]
      })
    #expect(receipt.taskCount == 4)
    let records = receipt.tasks.compactMap { bench.state.record($0) }
    #expect(records.map(\.spec.name) == ["fit[0.1,08]", "fit[0.1,yes]", "fit[1e-3,08]", "fit[1e-3,yes]"])
    #expect(records[2].spec.work == .shell("fit --lr 1e-3 -k 08 {other} ${HOME} ${lr}"))
    #expect(records[1].spec.fields.environment == ["RATE": "0.1", "PATH": "/bin"])
    #expect(records[3].spec.fields.labels == ["k": "yes"])
    #expect(records[3].parameters.map(\.value) == ["1e-3", "yes"])
    #expect(records.allSatisfy { $0.state == .available })
    #expect(bench.events.count == 2, "one makes them, one lets them go")
    let job = try #require(bench.state.job(receipt.number))
    #expect(job.name == "sweep" && job.counts[.available] == 4 && job.memberCount == 4)
  }

  @Test func aPercentOfAValueIsItselfInThePathOfAStream() throws {
    var bench = Bench()
    let receipt = try submit(
      &bench,
      Self.family("a", "true", Self.matrix(("p", ["50%", "%t"]))) {
        $0.stdoutPath = "/out/{p}.%a"
        $0.workingDirectory = "/in/{p}"
      })
    let fields = receipt.tasks.compactMap { bench.state.record($0)?.spec.fields }
    #expect(fields.map(\.stdoutPath) == ["/out/50%%.%a", "/out/%%t.%a"])
    #expect(fields.map(\.workingDirectory) == ["/in/50%", "/in/%t"])
    #expect(fields.map(\.array?.index) == [1, 2])
  }

  @Test func namesThatWouldBeEqualCarryTheMemberNumber() throws {
    var bench = Bench()
    let receipt = try submit(
      &bench, Self.family("fit", "true", .rows(columns: ["a", "b"], values: ["x,y", "z", "x", "y,z", "u", "v"])))
    #expect(
      receipt.tasks.map { bench.state.record($0)?.spec.name } == ["fit[x,y,z]#1", "fit[x,y,z]#2", "fit[u,v]"])
  }

  @Test(arguments: [512, 1023, 1024, 1500, 5000]) func aLongRangeIsKeptAsOneUntilSomethingHappens(_ count: Int) throws {
    var bench = Bench()
    _ = try bench.submit(Bench.draft("before"))
    let receipt = try submit(
      &bench, named: "sweep", Self.family(nil, "run {index}", Self.range(1, Int64(count))))
    _ = try bench.submit(Bench.draft("behind"))
    #expect(bench.state.count(.available) == count + 2)
    #expect(bench.state.job(receipt.number)?.counts[.available] == UInt32(count))
    let worker = try bench.worker(cores: 10_000, memory: 1 << 50).worker.id
    let first = try bench.claim(worker, max: 3)
    #expect(first.map(\.record.fields.name) == ["before", "sweep[1]", "sweep[2]"])
    #expect(first[2].record.fields.work == .shell("run 2"))
    _ = try bench.cancel(receipt.tasks[count / 2])
    let rest = try bench.claim(worker, max: count + 10)
    #expect(rest.count == count - 2)
    #expect(rest.last?.spec.name == "behind")
    #expect(rest.dropLast().map(\.id) == receipt.tasks.dropFirst(2).filter { $0 != receipt.tasks[count / 2] })
    for task in first.dropFirst() { #expect(try bench.report(worker, task) == nil) }
    let job = bench.state.job(receipt.number)
    #expect(job?.counts[.succeeded] == 2 && job?.counts[.cancelled] == 1)
    #expect(job?.counts[.running] == UInt32(count - 3))
    #expect(replayed(bench).violations() == [])
    #expect(replayed(bench).job(receipt.number)?.counts == job?.counts)
  }

  @Test func jobsCanBeMadeUnderTheSameNameAgain() throws {
    var bench = Bench()
    _ = try submit(
      &bench, named: "sweep", Self.family("fit"))
    _ = try submit(
      &bench, named: "sweep", Self.family("fit"))
    #expect(bench.state.view.jobCount == 2)
  }

  // MARK: Edges

  @Test func aWideEdgeCostsTheSumAndShowsNoTaskThatNobodyWrote() throws {
    var bench = Bench()
    let receipt = try submit(
      &bench, Self.family("a", "true", Self.range(1, 100)),
      Self.family("b", "true", Self.range(1, 100), after: [.name("a")]))
    #expect(bench.state.view.taskCount == 200)
    #expect(bench.state.count(.inactive) == 100)
    var listed = 0
    try bench.state.view.forEachTask { _ throws(Rejection) in
      listed += 1
      return true
    }
    #expect(listed == 200)
    let worker = try bench.worker(cores: 1000, memory: 1 << 40).worker.id
    let first = try bench.claim(worker, max: 1000)
    #expect(first.count == 100)
    for task in first.dropLast() { #expect(try bench.report(worker, task) == nil) }
    #expect(bench.state.count(.inactive) == 100, "all have to succeed")
    #expect(try bench.report(worker, first[99]) == nil)
    #expect(bench.state.count(.available) == 100)
    #expect(replayed(bench).violations() == [])
    _ = receipt
  }

  @Test(arguments: [3, 100]) func whatFailedIsTriedAgainInItsPlaceWithAllThatWasCancelledBelow(_ count: Int) throws {
    var bench = Bench()
    let receipt = try submit(
      &bench, Self.family("a", "true", Self.range(1, Int64(count))),
      Self.family("b", "true", Self.range(1, Int64(count)), after: [.name("a")]))
    let worker = try bench.worker(cores: 1000, memory: 1 << 40).worker.id
    let first = try bench.claim(worker, max: 1000)
    for task in first.dropLast() { #expect(try bench.report(worker, task) == nil) }
    #expect(try bench.report(worker, first[count - 1], "failure (exit 1)") == nil)
    #expect(bench.state.job(receipt.number)?.counts[.cancelled] == UInt32(count))
    #expect(bench.state.job(receipt.number)?.state == .failed)
    let cause = bench.state.record(receipt.tasks[count])?.cause
    #expect(cause == .parent(first[count - 1].id, .failed), "it names the task that failed")
    for _ in 0..<2 {
      let answer = try bench.perform(.retryJob(JobRetry(job: receipt.number, by: bench.ann))).answer
      guard case .retried(let copies) = answer else { throw Rejection(.malformed, "no retry") }
      #expect(copies.count == count + 1)
      #expect(bench.state.job(receipt.number)?.counts[.inactive] == UInt32(count))
      #expect(bench.state.job(receipt.number)?.memberCount == 2 * count)
      let again = try bench.claim(worker, max: 1000)
      #expect(again.map(\.record.place?.member) == [UInt32(count)])
      #expect(try bench.report(worker, try #require(again.first), "failure (exit 1)") == nil)
    }
    _ = try bench.perform(.retryJob(JobRetry(job: receipt.number, by: bench.ann)))
    let last = try bench.claim(worker, max: 1000)
    #expect(try bench.report(worker, try #require(last.first)) == nil)
    let second = try bench.claim(worker, max: 1000)
    #expect(second.count == count)
    for task in second { #expect(try bench.report(worker, task) == nil) }
    #expect(bench.state.job(receipt.number)?.state == .succeeded)
    #expect(replayed(bench).violations() == [])
    _ = try bench.perform(.forgetJobs([receipt.number], by: bench.ann))
    #expect(bench.state.view.taskCount == 0 && bench.state.view.jobCount == 0)
    #expect(bench.state.tasks.ties.isEmpty)
  }

  @Test func tasksWaitForThoseOfTheSameValue() throws {
    var bench = Bench()
    let receipt = try submit(
      &bench, Self.family("fit", "true", Self.matrix(("step", ["1", "2"]), ("seed", ["a", "b"]))),
      Self.family("sum", "true", Self.matrix(("step", ["1", "2"])), after: [.name("fit[{step}]")]))
    let worker = try bench.worker(cores: 100).worker.id
    let first = try bench.claim(worker, max: 2)
    for task in first { #expect(try bench.report(worker, task) == nil) }
    #expect(bench.state.record(receipt.tasks[4])?.state == .available)
    #expect(bench.state.record(receipt.tasks[5])?.state == .inactive)
  }

  @Test func manyThatAreNamedOneByOneAreOneKnot() throws {
    var bench = Bench()
    let names = (1...3000).map { JobReference.name("f[\($0)]") }
    let receipt = try submit(
      &bench, Self.family("f", "true", Self.range(1, 3000)),
      Self.family("g", "true", Self.range(1, 1000), after: names))
    #expect(bench.state.tasks.ties.count == 1)
    #expect(bench.state.record(receipt.tasks[3000])?.pendingDependencyCount == 3000)
  }

  @Test func valuesMakeNothingLongerThanItMayBe() throws {
    var bench = Bench()
    let long = String(repeating: "v", count: 40_000)
    func trouble(_ adjust: (inout TaskFields) -> Void) -> [String] {
      refusal { () throws(Rejection) in
        _ = try submit(&bench, Self.family("a", "true", Self.matrix(("x", [long])), adjust))
      }?.issues.map(\.field) ?? []
    }
    #expect(trouble { $0.labels = ["l": "{x}{x}"] } == ["tasks.0.labels"])
    #expect(trouble { $0.environment = ["E": "{x}{x}"] } == ["tasks.0.environment"])
    #expect(trouble { $0.work = .program([String](repeating: "{x}", count: 100)) } == ["tasks.0.arguments"])
    #expect(trouble { $0.work = .shell("{x}{x}{x}{x}") } == ["tasks.0.command"])
    #expect(trouble { _ in } == [])
  }

  @Test func changesOfARetryReachThoseThatAreNamedAlone() throws {
    var bench = Bench()
    let first = try submit(
      &bench, Self.family("a", "true", Self.range(1, 2)), Self.family("b", "old", after: [.name("a[1]")]))
    let second = try submit(
      &bench, by: bench.bob, Self.family("z", "old", after: [.member(JobPlace(job: first.number, member: 1))]))
    _ = try bench.cancel(first.tasks[0])
    var retry = JobRetry(job: first.number, members: [1...1], by: bench.ann)
    retry.changes = [.set(.command) { $0.work = .shell("new") }]
    guard case .retried(let copies) = try bench.perform(.retryJob(retry)).answer else { return }
    let works = copies.map { bench.state.record($0.copy)?.spec.work }
    #expect(works == [.shell("new"), .shell("old"), .shell("old")])
    #expect(bench.state.job(second.number)?.state == .waiting)
  }

  /// What is reserved is changed by what is named of it, whatever else each family reserves; at a restart too.
  @Test func aRetryChangesWhatIsNamedOfWhatIsReserved() throws {
    var bench = Bench()
    let job = try submit(
      &bench, Self.family("a", "true", Self.range(1, 2)) { $0.resources?.coreCount = 2 },
      Self.family("b") { $0.resources?.coreCount = 3 },
      Self.family("tie", after: [.name("a")]) { ($0.work, $0.resources) = (nil, nil) })
    for task in job.tasks { _ = try bench.cancel(task) }
    var retry = JobRetry(job: job.number, by: bench.ann)
    var values = ResourceRequest()
    values.memoryBytes = 8 << 30
    values.setCustom([CustomResource(name: "license", count: 1)])
    retry.resources = ResourceChange([.memory, .custom], from: values)
    guard case .retried(let copies) = try bench.perform(.retryJob(retry)).answer else { return }
    for state in [bench.state, replayed(bench)] {
      let reserved = copies.map { state.record($0.copy)?.spec.fields.resources }
      #expect(reserved.map { $0?.coreCount } == [2, 2, 3, nil])
      #expect(reserved.map { $0?.memoryBytes } == [8 << 30, 8 << 30, 8 << 30, nil])
      #expect(reserved.map { $0?.custom.count } == [1, 1, 1, nil])
      #expect(state.violations() == [])
    }
  }

  /// What waited for what is drawn whatever has ended, between newest tasks, and through ties, which are never shown.
  @Test func edgesStayWhenTasksHaveEndedAndAreTriedAgain() throws {
    var bench = Bench()
    let wide = try submit(
      &bench, Self.family("a", "true", Self.range(1, 2)), Self.family("b", "true", after: [.name("a[1]")]),
      Self.family("c", "true", Self.range(1, 70), after: [.name("a"), .name("b")]),
      Self.family("d", "true", Self.range(1, 70), after: [.name("c")]))
    func edges() -> Set<FamilyLine> {
      var found: Set<FamilyLine> = []
      bench.state.view.forEachEdge(of: wide.number) { found.insert(FamilyLine(parent: Int($0), child: Int($1))) }
      return found
    }
    func lines() -> [FamilyLine] {
      let ends: [UInt32] = [2, 3, 73, 143]
      return bench.state.view.familyEdges(
        of: wide.number, family: { member in ends.firstIndex { member <= $0 } ?? 0 }, spend: { _ in })
    }
    let before = edges()
    #expect(before.count == 1 + 3 * 70 + 70 * 70)
    #expect(before.contains(FamilyLine(parent: 1, child: 3)) && before.contains(FamilyLine(parent: 73, child: 143)))
    let expected = [(0, 1), (0, 2), (1, 2), (2, 3)].map { FamilyLine(parent: $0.0, child: $0.1) }
    #expect(Set(lines()) == Set(expected) && lines().count == 4)
    _ = try bench.cancel(wide.tasks[0])
    #expect(edges() == before && Set(lines()) == Set(expected))
    _ = try bench.perform(.retryJob(JobRetry(job: wide.number, by: bench.ann)))
    #expect(edges() == before && Set(lines()) == Set(expected))
    let counts = bench.state.view.counts(of: wide.number, in: [1..<3, 3..<4, 4..<74, 74..<144]) { _ in }
    #expect(counts.map { $0[.available] + $0[.inactive] } == [2, 1, 70, 70])
  }

  @Test func aJobWaitsForAnother() throws {
    var bench = Bench()
    let first = try submit(
      &bench, named: "one", Self.family("a", "true", Self.range(1, 70)))
    let second = try submit(
      &bench, named: "two", Self.family("b", "true", Self.range(1, 70), after: [.job(first.number)]))
    let third = try submit(
      &bench, named: "three", Self.family("c", after: [.name("one")]))
    #expect(bench.state.job(second.number)?.counts[.inactive] == 70)
    let worker = try bench.worker(cores: 1000, memory: 1 << 40).worker.id
    for task in try bench.claim(worker, max: 1000) { #expect(try bench.report(worker, task) == nil) }
    #expect(bench.state.job(second.number)?.counts[.available] == 70)
    #expect(bench.state.job(third.number)?.counts[.available] == 1)
    #expect(replayed(bench).violations() == [])
  }

  // MARK: Refusals

  @Test func whatCannotBeIsRefusedWithItsPlace() throws {
    var bench = Bench()
    func trouble(_ families: FamilyDraft..., name: String? = nil) -> [String] {
      refusal { () throws(Rejection) in
        _ = try bench.perform(.submitJob(JobSubmission(name: name, families: families, by: bench.ann)))
      }?.issues.map(\.field) ?? []
    }
    #expect(trouble(Self.family("a", after: [.name("a")])) == ["tasks.0.after.0"])
    #expect(
      trouble(Self.family("a", after: [.name("b")]), Self.family("b", after: [.name("a")])) == ["tasks"])
    #expect(trouble(Self.family("a"), Self.family("a")) == ["tasks.1.name"])
    #expect(trouble(Self.family("a", "true", Self.range(1, 1_000_000_000_000))).contains("tasks.0.range"))
    #expect(trouble(Self.family("a", after: [.name("nobody")])) == ["tasks.0.after.0"])
    #expect(trouble(Self.family("a", after: [.job(JobNumber(9))])) == ["tasks.0.after.0"])
    #expect(
      trouble(
        Self.family("a", "true", Self.matrix(("x", ["1"]))),
        Self.family("b", "true", Self.matrix(("x", ["2"])), after: [.name("a[{x}]")])) == ["tasks.1.after"])
    #expect(trouble(Self.family("a"), name: "12") == ["name"])
    #expect(trouble(Self.family("a"), name: "a/b") == ["name"])
    #expect(bench.state.view.jobCount == 0)
  }

  @Test func onlyItsOwnerOrAnAdminChangesAJob() throws {
    var bench = Bench()
    let receipt = try submit(&bench, Self.family("a"))
    var change = JobChange(job: receipt.number, by: bench.bob)
    change.cancels = true
    let refused = refusal { () throws(Rejection) in _ = try bench.perform(.changeJob(change)) }
    #expect(refused?.kind == .forbidden)
    #expect(refused?.message.contains("ann") == true)
    let resumed = refusal { () throws(Rejection) in
      _ = try submit(&bench, resume: receipt.number, by: bench.bob, Self.family("a"))
    }
    #expect(resumed?.kind == .forbidden)
  }

  // MARK: Changing

  @Test(arguments: [5, 2000]) func aCancelOfAJobIsOneCommand(_ count: Int) throws {
    var bench = Bench()
    let receipt = try submit(
      &bench, named: "sweep", Self.family(nil, "true", Self.range(1, Int64(count))))
    let below = try submit(
      &bench, named: "below", Self.family("c", after: [.job(receipt.number)]))
    let worker = try bench.worker().worker.id
    let claimed = try bench.claim(worker, max: 2)
    var change = JobChange(job: receipt.number, by: bench.ann)
    change.cancels = true
    let outcome = try bench.perform(.changeJob(change))
    guard case .jobChanged(let counts) = outcome.answer else { throw Rejection(.malformed, "no counts") }
    #expect(counts.cancelled == count - 2 && counts.others == 1, "another job's is told apart")
    #expect(counts.unchanged == 0)
    #expect(counts.toldToStop == 2)
    #expect(outcome.cancellations.map(\.task).sorted() == claimed.map(\.id).sorted())
    #expect(try bench.claim(worker).isEmpty, "nothing of it begins any more")
    #expect(bench.state.job(below.number)?.state == .cancelled)
    #expect(replayed(bench).violations() == [])
    guard case .jobChanged(let again) = try bench.perform(.changeJob(change)).answer else { return }
    #expect(again.cancelled == 0 && again.toldToStop == 0 && again.others == 0 && again.unchanged == count)
  }

  @Test(arguments: [5, 2000]) func aJobIsHeldLetGoAndMoved(_ count: Int) throws {
    var bench = Bench()
    let receipt = try submit(
      &bench, named: "sweep", Self.family(nil, "true", Self.range(1, Int64(count))))
    let worker = try bench.worker(cores: 100_000, memory: 1 << 60).worker.id
    func change(_ changes: FieldChange...) throws(Rejection) -> JobChangeCounts {
      var order = JobChange(job: receipt.number, by: bench.ann)
      order.changes = changes
      guard case .jobChanged(let counts) = try bench.perform(.changeJob(order)).answer else {
        throw Rejection(.malformed, "no counts")
      }
      return counts
    }
    #expect(try change(.held(true)).changed == count)
    #expect(try bench.claim(worker).isEmpty)
    #expect(bench.state.job(receipt.number)?.state == .held)
    #expect(try change(.held(true)).changed == 0)
    #expect(try change(.set(.queue) { $0.queue = "night" }, .set(.priority) { $0.priority = 7 }).changed == count)
    #expect(try change(.held(false)).changed == count)
    #expect(try bench.claim(worker, queues: ["default"]).isEmpty)
    let claimed = try bench.claim(worker, max: 3, queues: ["night"])
    #expect(claimed.map(\.spec.priority) == [7, 7, 7])
    #expect(claimed.map(\.record.fields.name) == ["sweep[1]", "sweep[2]", "sweep[3]"])
    #expect(try change(.set(.labels) { $0.labels = ["a": "b"] }).changed == count)
    #expect(bench.state.record(claimed[0].id)?.spec.fields.labels == ["a": "b"])
    #expect(replayed(bench).violations() == [])
  }

  @Test func aFamilysLimitsHold() throws {
    var bench = Bench()
    let receipt = try submit(
      &bench, named: "sweep", Self.family(nil, "true", Self.range(1, 1500), maxRunning: 2, stop: 2))
    let worker = try bench.worker(cores: 100).worker.id
    let first = try bench.claim(worker)
    #expect(first.count == 2)
    var change = JobChange(job: receipt.number, by: bench.ann)
    change.maxRunning = .some(3)
    _ = try bench.perform(.changeJob(change))
    let more = try bench.claim(worker)
    #expect(more.count == 1)
    change.maxRunning = .some(1)
    _ = try bench.perform(.changeJob(change))
    #expect(try bench.report(worker, first[0]) == nil)
    #expect(try bench.claim(worker).isEmpty)
    #expect(try bench.report(worker, first[1], "failure (exit 1)") == nil)
    #expect(try bench.report(worker, more[0], "failure (exit 1)") == nil)
    #expect(bench.state.job(receipt.number)?.counts[.cancelled] == 1497)
    #expect(replayed(bench).violations() == [])
  }

  @Test func anEditedMemberKeepsItsOwnTexts() throws {
    var bench = Bench()
    let receipt = try submit(
      &bench, named: "sweep", Self.family("fit", "run {index}", Self.range(1, 1200), held: true))
    var patch = TaskPatch(task: receipt.tasks[6])
    patch.changes = [.set(.priority) { $0.priority = 9 }]
    _ = try bench.perform(.update([patch], by: bench.ann))
    let record = bench.state.record(receipt.tasks[6])
    #expect(record?.spec.work == .shell("run 7") && record?.spec.name == "fit[7]" && record?.spec.priority == 9)
    #expect(record?.parameters.map(\.value) == ["7"])
    patch.changes = [.set(.name) { $0.name = "other" }]
    let patches = [patch]
    #expect(refusal { () throws(Rejection) in _ = try bench.perform(.update(patches, by: bench.ann)) } != nil)
    #expect(bench.state.record(receipt.tasks[7])?.spec.priority == 0)
  }

  @Test func whoWaitsForManyIsToldOfTheTasksThemselves() throws {
    var bench = Bench()
    let receipt = try submit(
      &bench, Self.family("a", "true", Self.range(1, 100)),
      Self.family("b", "true", Self.range(1, 100), after: [.name("a")]))
    #expect(bench.state.record(receipt.tasks[150])?.pendingDependencyCount == 100)
    #expect(bench.state.record(receipt.tasks[0])?.continuations == [])
    var finder = WhyFinder(bench.state.view, connected: [])
    guard case .parents(let parents, count: 100)? = finder.why(receipt.tasks[150])?.reason else {
      Issue.record("it waits for all hundred")
      return
    }
    #expect(parents.first?.name == "a[1]")
  }

  // MARK: Taking over

  @Test func whatSucceededIsTakenOverIfItIsTheSame() throws {
    var bench = Bench()
    func graph(_ command: String) -> [FamilyDraft] {
      [
        Self.family("a", "true", Self.range(1, 3)), Self.family("b", command, after: [.name("a")]),
        Self.family("c", "true", after: [.name("b")]), Self.family("d", "true", after: [.name("a")]),
      ]
    }
    let first = try submit(
      &bench, named: "g", graph("false")[0], graph("false")[1], graph("false")[2], graph("false")[3])
    let worker = try bench.worker(cores: 100).worker.id
    for task in try bench.claim(worker) { #expect(try bench.report(worker, task) == nil) }
    for task in try bench.claim(worker) {
      #expect(try bench.report(worker, task, task.spec.name == "b" ? "failure (exit 1)" : ExitStatus.success) == nil)
    }
    let second = try submit(
      &bench, named: "g", resume: first.number, graph("true")[0], graph("true")[1], graph("true")[2], graph("true")[3])
    #expect(second.takenOver == 4, "a[1..3] and d; b is another, and c waits for it")
    #expect(bench.state.record(second.tasks[0])?.takenOverFrom == first.tasks[0])
    #expect(bench.state.record(second.tasks[3])?.state == .available)
    let claimed = try bench.claim(worker)
    #expect(claimed.map(\.spec.name) == ["b"])
    #expect(replayed(bench).violations() == [])
    #expect(replayed(bench).record(second.tasks[0])?.takenOverFrom == first.tasks[0])
  }
}
