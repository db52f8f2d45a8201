import Testing

@testable import BanyanCore

/// Changes of jobs and of what is tried again: what was asked for happens, and nothing else.
@Suite struct JobChangesTests {
  private static func family(
    _ name: String, count: Int64? = nil, available: Bool = true, after: [JobReference] = [],
    _ adjust: (inout TaskFields) -> Void = { _ in }
  ) -> FamilyDraft {
    var fields = TaskFields()
    fields.name = name
    fields.work = .shell("true")
    fields.resources = ResourceRequest()
    adjust(&fields)
    return FamilyDraft(
      fields: fields, parameters: count.map { .range([IndexSpan(first: 1, last: $0)].compactMap { $0 }) },
      wantsAvailable: available, after: after)
  }

  private func submit(_ bench: inout Bench, _ families: FamilyDraft...) throws(Rejection) -> JobReceipt {
    let answer = try bench.perform(.submitJob(JobSubmission(families: families, by: bench.ann))).answer
    guard case .jobSubmitted(let receipt) = answer else { throw Rejection(.malformed, "no receipt") }
    return receipt
  }

  private func change(
    _ bench: inout Bench, _ job: JobNumber, _ adjust: (inout JobChange) -> Void
  ) throws(Rejection) -> JobChangeCounts {
    var change = JobChange(job: job, by: bench.ann)
    adjust(&change)
    guard case .jobChanged(let counts) = try bench.perform(.changeJob(change)).answer else {
      throw Rejection(.malformed, "no counts")
    }
    return counts
  }

  private func replayed(_ bench: Bench) -> QueueState {
    var state = QueueState()
    for event in bench.events { state.apply(event, at: bench.now) }
    return state
  }

  private static func request(_ change: (inout ResourceRequest) -> Void) -> ResourceRequest {
    var request = ResourceRequest()
    change(&request)
    return request
  }

  // MARK: Trying again

  /// Of several families' resources only what is named becomes another, whatever the rest is.
  @Test(arguments: [1, 3] as [Int64]) func aRetryChangesTheAmountsThatAreNamedAlone(_ count: Int64) throws {
    var bench = Bench()
    let receipt = try submit(
      &bench, Self.family("a", count: count) { $0.resources = Self.request { $0.coreCount = 3 } },
      Self.family("b", count: count) { $0.resources = Self.request { $0.setCustom([.init(name: "seat", count: 2)]) } },
      Self.family("c") {
        $0.work = nil
        $0.resources = nil
      })
    _ = try change(&bench, receipt.number) { $0.cancels = true }
    var retry = JobRetry(job: receipt.number, by: bench.ann)
    retry.resources = ResourceChange(.memory, from: Self.request { $0.memoryBytes = 8 << 30 })
    retry.changes = [.set(.priority) { $0.priority = 4 }]
    try bench.perform(.retryJob(retry))
    let records = Array(bench.state.view.tasks(of: receipt.number))
    #expect(records.count == 2 * Int(count) + 1)
    for record in records.dropLast() {
      let wanted = Self.request {
        $0.memoryBytes = 8 << 30
        if record.family?.name == "a" { $0.coreCount = 3 } else { $0.setCustom([.init(name: "seat", count: 2)]) }
      }
      #expect(record.spec.resources == wanted && record.spec.priority == 4 && record.replaces != nil)
    }
    #expect(replayed(bench).violations().isEmpty)
    #expect(
      Array(replayed(bench).view.tasks(of: receipt.number)).map(\.spec.resources) == records.map(\.spec.resources))
  }

  @Test func aTaskThatWasPostedAloneKeepsItsOtherAmountsToo() throws {
    var bench = Bench()
    let task = try bench.submit(Bench.draft { $0.resources = Self.request { $0.coreCount = 2 } })[0]
    _ = try bench.cancel(task)
    let change = ResourceChange(.cores, from: Self.request { $0.coreCount = 1 })
    let both = ResourceChange([.memory, .gpuCount], from: Self.request { $0.gpuCount = 1 })
    for (change, wanted) in [
      (both, Self.request { ($0.coreCount, $0.gpuCount) = (2, 1) }), (change, Self.request { $0.coreCount = 1 }),
    ] {
      guard
        case .retried(let pairs) = try bench.perform(.retry(Retry(tasks: [task], resources: change, by: bench.ann)))
          .answer
      else { return }
      #expect(bench.state.record(pairs[0].copy)?.spec.resources == wanted)
      try bench.perform(.forget([pairs[0].copy], .everything, by: bench.ann))
    }
  }

  @Test func amountsOfWhatRunsNothingAreRefused() throws {
    var bench = Bench()
    let group = try bench.submit(Bench.draft(command: nil, available: false))[0]
    _ = try bench.cancel(group)
    let retry = Retry(tasks: [group], resources: ResourceChange(.memory, from: ResourceRequest()), by: bench.ann)
    let error = #expect(throws: Rejection.self) { try bench.perform(.retry(retry)) }
    #expect(error?.issues.map(\.field) == ["changes.requested_resources"])
  }

  /// What is tried again on hold is on hold, whether it was before or not.
  @Test(arguments: [true, false]) func aRetryHoldsOrLetsGo(_ isHeld: Bool) throws {
    var bench = Bench()
    let receipt = try submit(&bench, Self.family("a", count: 3), Self.family("b"))
    _ = try change(&bench, receipt.number) { $0.changes = [.held(!isHeld)] }
    _ = try change(&bench, receipt.number) { $0.cancels = true }
    var retry = JobRetry(job: receipt.number, members: [2...4], by: bench.ann)
    retry.changes = [.held(isHeld)]
    try bench.perform(.retryJob(retry))
    #expect(bench.state.job(receipt.number)?.counts[.held] == (isHeld ? 3 : 0))
    let worker = try bench.worker().worker.id
    #expect(try bench.claim(worker).count == (isHeld ? 0 : 3))
  }

  // MARK: Releasing

  @Test(arguments: [3, 2000] as [Int64]) func aJobThatWasMadeInactiveIsReleasedAsAWhole(_ count: Int64) throws {
    var bench = Bench()
    let receipt = try submit(
      &bench, Self.family("a", count: count, available: false),
      Self.family("later", available: false) { $0.notBefore = bench.now + 5000 },
      Self.family("g", available: false) {
        $0.work = nil
        $0.resources = nil
      }, Self.family("b", after: [.name("g")]), Self.family("c", available: false, after: [.name("a")]))
    #expect(bench.state.job(receipt.number)?.counts[.available] == 0)
    let counts = try change(&bench, receipt.number) { $0.releases = true }
    #expect(counts.changed == Int(count) + 2 && counts.unchanged == 2, "b follows its group, c waits for a")
    let job = try #require(bench.state.job(receipt.number))
    #expect(job.counts[.available] == UInt32(count) + 2 && job.counts[.succeeded] == 1 && job.counts[.inactive] == 1)
    #expect(bench.state.record(receipt.tasks[Int(count)])?.delayedUntil == bench.now + 5000)
    #expect(try change(&bench, receipt.number) { $0.releases = true }.changed == 0)
    #expect(replayed(bench).violations().isEmpty)
    #expect(replayed(bench).job(receipt.number)?.counts == job.counts)
  }

  // MARK: Labels

  @Test func theLabelsOfAJobOfOneTaskAreThatTasks() throws {
    var bench = Bench()
    let task = try bench.submit(Bench.draft { $0.labels = ["a": "1", "b": "2"] })[0]
    let job = try #require(bench.state.record(task)?.place?.job)
    #expect(bench.state.job(job)?.labels == ["a": "1", "b": "2"])
    let relabel: (inout JobChange) -> Void = { $0.changes = [.set(.labels) { $0.labels = ["c": "3"] }] }
    #expect(try change(&bench, job, relabel).changed == 1)
    #expect(bench.state.record(task)?.spec.fields.labels == ["c": "3"])
    #expect(bench.state.job(job)?.labels == ["c": "3"])
    #expect(try change(&bench, job, relabel).unchanged == 1, "they are so")
    // Once it was tried again, too.
    _ = try bench.cancel(task)
    try bench.perform(.retryJob(JobRetry(job: job, by: bench.ann)))
    #expect(bench.state.job(job)?.labels == ["c": "3"])
    _ = try change(&bench, job) { $0.changes = [.set(.labels) { $0.labels = ["d": "4"] }] }
    #expect(bench.state.job(job)?.labels == ["d": "4"])
    #expect(bench.state.view.tasks(of: job).map(\.spec.fields.labels) == [["d": "4"]])
  }

  // MARK: Names

  @Test func anUnnamedJobOfOneTaskIsWaitedForByTheNameThatItShows() throws {
    var bench = Bench()
    let upper = try submit(&bench, Self.family("build"))
    let lower = try submit(&bench, Self.family("use", after: [.name("build")]))
    #expect(bench.state.record(lower.tasks[0])?.pendingDependencyCount == 1)
    #expect(bench.state.record(upper.tasks[0])?.continuations == [lower.tasks[0]])
  }

  @Test(arguments: [
    ("f[{y}]", "{y} is no parameter of the family that is waited for; it has x"),
    ("f[{z}]", "{z} is no parameter of this family; it has y"), ("f[{x]", "a parameter stands in both braces, as {"),
    ("f[7]", "f[7] names no task: f has none with these values"), ("f[1", "a ] is missing at the end"),
    ("f[1,2]", "has 2 values in brackets"),
  ]) func whatNamesNoTaskOfAFamilyIsToldSo(_ reference: String, _ words: String) throws {
    var bench = Bench()
    var (upper, lower) = (Self.family("f"), Self.family("g", after: [.name(reference)]))
    upper.parameters = .matrix([ParameterAxis(name: "x", values: ["1", "2"])])
    lower.parameters = .matrix([ParameterAxis(name: "y", values: ["1", "2"])])
    let error = #expect(throws: Rejection.self) {
      try bench.perform(.submitJob(JobSubmission(families: [upper, lower], by: bench.ann)))
    }
    #expect(error?.issues.first?.trouble.contains(words) == true, "\(error?.issues ?? [])")
    #expect(bench.state.view.jobCount == 0)
  }

  @Test(arguments: ["a\nb", "\u{7F}", "x\u{1B}[31m", "\u{85}y"]) func aJobsNameHasNoControlCharacters(
    _ name: String
  ) throws {
    var bench = Bench()
    let error = #expect(throws: Rejection.self) {
      try bench.perform(.submitJob(JobSubmission(name: name, families: [Self.family("f")], by: bench.ann)))
    }
    #expect(error?.issues.map(\.field) == ["name"])
    #expect(error?.issues.first?.trouble.contains("control character U+") == true)
  }
}
