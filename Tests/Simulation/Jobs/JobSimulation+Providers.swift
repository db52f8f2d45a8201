import BanyanCore

extension JobSimulation {
  // MARK: Making

  mutating func submitJob() {
    guard witness.tasks.count < maxTasks else { return }
    let by = providers[number(0...99) < 60 ? 0 : number(1...2)]
    var submission = JobSubmission(name: jobName(), families: [], by: by)
    if chance(0.3) { submission.labels = ["who": "{x}", "k": pick(["1", "2"]) ?? "1"] }
    // Mostly what is resumed is the same work, written again.
    if chance(0.35), let again = written(by.name) {
      submission = again
      submission.by = by
      if chance(0.5) { adjust(&submission) }
    } else {
      let count = isWide ? number(2...3) : isLarge ? number(1...2) : number(1...4)
      for place in 0..<count { submission.families.append(family(place, of: count)) }
    }
    submission.key = chance(0.2) ? ("key\(number(0...40))", [UInt8(number(0...1))]) : nil
    guard perform(.submitJob(submission)) != nil else { return }
    if submission.key != nil { keyed.append(.submitJob(submission)) }
    if submission.families.contains(where: { ($0.parameters?.count ?? 1) >= 1024 }) { meet("long") }
    submissions.append(submission)
  }

  private mutating func jobName() -> String? {
    chance(0.04) ? pick(["12", "a/b", ""]) : chance(0.8) ? "j\(number(0...5))" : nil
  }

  /// What somebody submitted before, to be resumed now.
  private mutating func written(_ owner: String) -> JobSubmission? {
    guard var again = pick(submissions.filter { $0.by.name == owner || $0.resumes == nil }) else { return nil }
    let jobs = witness.jobs.values.filter { ($0.owner == owner || $0.number.value % 7 == 0) && $0.name == again.name }
    again.resumes = chance(0.95) ? pick(jobs.map(\.number).sorted()) : anyJob()
    again.key = nil
    return again
  }

  private mutating func adjust(_ submission: inout JobSubmission) {
    let place = number(0...submission.families.count - 1)
    switch number(0...4) {
    case 0: submission.families[place].fields.work = .shell("other {x}")
    case 1:
      if case .matrix(var axes) = submission.families[place].parameters {
        axes[0] = ParameterAxis(name: axes[0].name, values: axes[0].values + ["new"])
        submission.families[place].parameters = .matrix(axes)
      }
    case 2: submission.families.append(family(submission.families.count, of: 1))
    case 3: submission.families[place].after = submission.families[place].after.dropLast()
    default: submission.families[place].fields.priority += 1
    }
    for place in submission.families.indices where submission.families[place].fields.work == nil {
      submission.families[place].fields.resources = nil
    }
    if submission.families[place].fields.work != nil { submission.families[place].fields.resources = ResourceRequest() }
  }

  private mutating func family(_ place: Int, of count: Int) -> FamilyDraft {
    var fields = TaskFields()
    fields.name = chance(count == 1 ? 0.5 : 0.97) ? (chance(0.02) ? "f0" : "f\(place)") : nil
    let isGroup = chance(0.1) && !isLarge
    if !isGroup {
      fields.work =
        chance(0.7)
        ? .shell("run {x} {k} {index} {other} ${HOME} {{x}") : .program(["run", "--x={x}", "{k}{index}", "{"])
      fields.resources = ResourceRequest()
      if chance(0.3) { fields.resources?.coreCount = 2 }
      if chance(0.3) { fields.environment = ["X": "{x}", "PATH": "/bin"] }
      if chance(0.2) { fields.stdoutPath = "/logs/{x}/%j" }
      fields.maxAttemptCount = chance(0.3) ? 2 : 1
      fields.maxLossCount = chance(0.3) ? 1 : 3
    }
    if chance(0.3) { fields.labels = ["x": "{x}", "color": "red"] }
    fields.priority = Int16(chance(0.3) ? number(-1...2) : 0)
    fields.queue = chance(0.15) ? "night" : "default"
    if chance(0.12) { fields.notBefore = now + Int64(number(-1000...100_000)) }
    var draft = FamilyDraft(fields: fields, parameters: chance(isWide || isLarge ? 0.95 : 0.75) ? parameters() : nil)
    draft.isHeld = chance(0.1)
    draft.wantsAvailable = isLarge || chance(0.92)
    if chance(0.2) { draft.maxRunning = UInt32(number(1...3)) }
    if chance(0.2) { draft.stopAfterFailures = UInt32(number(1...2)) }
    for _ in 0..<(chance(isLarge ? 0.15 : place > 0 ? 0.75 : 0.25) ? number(1...2) : 0) {
      draft.after.append(reference(place, of: count))
    }
    return draft
  }

  private mutating func parameters() -> Parameters {
    if isLarge, chance(0.5) {
      let first = Int64(number(0...9))
      return .range([IndexSpan(first: first, last: first + Int64(number(1023...1599)))].compactMap { $0 })
    }
    if isWide, chance(0.8) {
      return .range([IndexSpan(first: 1, last: Int64(number(60...68)))].compactMap { $0 })
    }
    switch number(0...3) {
    case 0:
      return .range(
        [IndexSpan(first: Int64(number(0...3)), last: Int64(number(3...6)), step: Int64(number(1...2)))]
          .compactMap { $0 } + (chance(0.3) ? [IndexSpan(first: 20, last: 21)].compactMap { $0 } : []))
    case 1, 2:
      let values = ["1", "2", "08", "a,b", "{k}", "\u{e9}", "e\u{301}", String(repeating: "v", count: 45)]
      var axes = [ParameterAxis(name: "x", values: (0..<number(1...4)).map { _ in pick(values) ?? "1" })]
      if chance(0.4) { axes.append(ParameterAxis(name: "k", values: ["p", "q"])) }
      return .matrix(axes)
    default:
      return .rows(
        columns: ["x", "k"],
        values: (0..<number(1...3)).flatMap { _ in [pick(["1", "2", "x,y"]) ?? "1", pick(["y", "z"]) ?? "z"] })
    }
  }

  private mutating func reference(_ place: Int, of count: Int) -> JobReference {
    // A thousand behind a thousand is a million edges to a witness.
    if isLarge { return .id(anyTask()) }
    if place > 0, chance(0.75) {
      // Now and then a later one, which may close a circle.
      let parent = "f\(chance(0.97) ? number(0...place - 1) : number(0...count))"
      guard !isWide, chance(0.3) else { return .name(parent) }
      return .name("\(parent)[\(pick(["{x}", "{index}", "{x},{k}", "{k}", "1", "1,p", "{x},q"]) ?? "1")]")
    }
    switch number(0...4) {
    case 0: return .job(anyJob())
    case 1: return .id(anyTask())
    case 2:
      return .name(chance(0.2) ? "nobody" : chance(0.5) ? "j\(number(0...5))" : "t\(number(0...max(1, lastName)))")
    case 3:
      let task = witness.tasks[anyTask()]
      return .member(task?.place ?? JobPlace(job: anyJob(), member: 1))
    default: return .job(anyJob())
    }
  }

  /// Tasks as they are posted without families.
  mutating func post() {
    guard witness.tasks.count < maxTasks else { return }
    let count = number(1...3)
    let drafts = (0..<count).map { place in
      lastName += 1
      var fields = TaskFields()
      fields.name = "t\(lastName)"
      if chance(0.9) {
        fields.work = .shell("true {x}")
        fields.resources = ResourceRequest()
      }
      return TaskDraft(
        fields: fields, isHeld: chance(0.1), wantsAvailable: chance(0.95),
        after: place > 0 && chance(0.4) ? [.name("t\(lastName - 1)")] : [])
    }
    _ = perform(.submit(Submission(tasks: drafts, by: providers[number(0...2)])))
  }

  mutating func repeatRequest() {
    guard let command = pick(keyed) else { return }
    if perform(command) != nil { meet("repeated") }
  }

  // MARK: Changing

  private mutating func members(_ job: JobNumber) -> [ClosedRange<UInt32>]? {
    guard chance(0.3), let count = witness.jobs[job]?.memberCount else { return nil }
    let first = UInt32(number(1...Int(count)))
    let last = min(count, first + UInt32(number(0...Int(count))))
    return [first...(chance(0.05) ? last + 1 : last)] + (chance(0.2) ? [1...1] : [])
  }

  mutating func changeJob() {
    let job = anyJob()
    var change = JobChange(job: job, members: members(job), by: asker(witness.jobs[job]?.owner))
    switch number(0...10) {
    case 10: change.releases = true
    case 0, 1:
      change.cancels = true
      change.grace = chance(0.4) ? Int64(number(0...60_000)) : nil
    case 2, 3: change.changes = [.held(chance(0.5))]
    case 4:
      let priority = Int16(number(-1...3))
      change.changes = [.set(.priority) { $0.priority = priority }]
    case 5:
      let queue = pick(["default", "night"]) ?? "default"
      change.changes = [.set(.queue) { $0.queue = queue }, .held(chance(0.3))]
    case 6:
      let due = now + Int64(number(-10_000...200_000))
      change.changes = [chance(0.3) ? .absent(.notBefore) : .set(.notBefore) { $0.notBefore = due }]
    case 7:
      let text = pick(["a", "b", "{x}"]) ?? "a"
      change.changes = [.set(.labels) { $0.labels = ["k": text, "note": "n"] }]
    case 8: change.maxRunning = chance(0.3) ? .some(nil) : .some(UInt32(number(1...4)))
    default:
      if chance(0.3) { change.changes = [.set(.maxRuntime) { $0.maxRuntime = 5 }] } else { change.cancels = true }
    }
    guard perform(.changeJob(change)) != nil else { return }
    if change.cancels { meet("cancelled job") }
    if change.releases { meet("released job") }
  }

  mutating func cancelTasks() {
    let tasks = (0..<number(1...2)).map { _ in anyTask { !$0.isEnded } }
    _ = perform(.cancel(tasks, grace: chance(0.3) ? 1000 : nil, by: asker(witness.tasks[tasks[0]]?.owner)))
  }

  /// What waits for nobody is asked to wait for a worker.
  mutating func askForAvailable() {
    let task = anyTask { $0.state == .inactive }
    var patch = TaskPatch(task: task)
    patch.state = .available
    _ = perform(.update([patch], by: asker(witness.tasks[task]?.owner)))
  }

  /// To name those continuations that a task shows changes nothing.
  mutating func edgesAsShown() {
    let id = anyTask { $0.state == .inactive || !$0.children.isEmpty }
    guard let record = state.record(id) else { return }
    var patch = TaskPatch(task: id)
    patch.continuations = record.continuations.map { .id($0) }
    let sequence = state.sequence
    let isDone = perform(.update([patch], by: providers[0])) != nil
    if failures.isEmpty, !isDone || state.sequence != sequence {
      fail(.edges, "\(id) was to keep the continuations that it shows")
    }
  }

  // MARK: Trying again

  mutating func retryJob() {
    let wanted = witness.tasks.values.filter { $0.state == .failed || $0.state == .cancelled }.map(\.place.job)
    let job = chance(0.9) ? pick(Set(wanted).sorted()) ?? anyJob() : anyJob()
    var retry = JobRetry(job: job, members: members(job), by: asker(witness.jobs[job]?.owner))
    if chance(0.3) { retry.states = pick([[.failed], [.cancelled], [.failed, .cancelled], [.succeeded]]) }
    if chance(0.2) { retry.changes = changes() }
    if chance(0.2) { retry.resources = resources() }
    if chance(0.2) { retry.key = ("retry\(number(0...40))", [UInt8(number(0...1))]) }
    guard perform(.retryJob(retry)) != nil else { return }
    if retry.key != nil { keyed.append(.retryJob(retry)) }
  }

  private mutating func changes() -> [FieldChange] {
    let priority = Int16(number(-1...3))
    switch number(0...3) {
    case 0: return [.set(.priority) { $0.priority = priority }]
    case 3: return [.held(chance(0.5))]
    case 1: return [.set(.labels) { $0.labels = ["again": "{x}"] }]
    default: return [.set(.maxAttemptCount) { $0.maxAttemptCount = 2 }, .set(.priority) { $0.priority = priority }]
    }
  }

  /// Amounts that fit what simulated workers offer.
  private mutating func resources() -> ResourceChange {
    var request = ResourceRequest()
    let isMemory = chance(0.5)
    if isMemory { request.memoryBytes = Int64(number(1...4)) << 26 } else { request.coreCount = Int64(number(0...1)) }
    return ResourceChange(isMemory ? .memory : .cores, from: request)
  }

  mutating func retryTasks() {
    let tasks = (0..<number(1...2)).map { _ in
      chance(0.9) ? anyTask { $0.state == .failed || $0.state == .cancelled } : anyTask()
    }
    let retry = Retry(
      tasks: tasks, changes: chance(0.2) ? changes() : [], resources: chance(0.2) ? resources() : nil,
      by: asker(witness.tasks[tasks[0]]?.owner))
    _ = perform(.retry(retry))
  }

  // MARK: Forgetting

  mutating func forgetJobs() {
    let numbers = (0..<number(1...2)).map { _ in anyJob() }
    _ = perform(.forgetJobs(numbers, by: asker(witness.jobs[numbers[0]]?.owner)))
  }

  mutating func forgetTasks() {
    let rule: ForgetRule = chance(0.6) ? .ended : chance(0.5) ? .endedOrIdle : .everything
    let tasks = (0..<number(1...3)).map { _ in anyTask { rule.isEverything || $0.isEnded } }
    _ = perform(.forget(tasks, rule, by: asker(witness.tasks[tasks[0]]?.owner)))
  }
}

extension ForgetRule {
  fileprivate var isEverything: Bool { if case .ended = self { false } else { true } }
}
