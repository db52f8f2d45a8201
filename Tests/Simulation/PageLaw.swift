import BanyanCore

/// A page by what is kept of all tasks and jobs equals the page by a plain scan, whatever is chosen and wherever it begins.
package struct PageLaw {
  private var random: SplitMix
  private let view: QueueView
  /// The newest tasks in the order of their places.
  private let newest: [TaskRecord]
  private let jobs: [JobRecord]
  package private(set) var broken: [String] = []

  package init(_ view: QueueView, seed: UInt64) {
    self.view = view
    random = SplitMix(state: seed)
    var (tasks, jobs): ([TaskRecord], [JobRecord]) = ([], [])
    view.forEachTask { task in
      if task.replacedBy == nil { tasks.append(task) }
      return true
    }
    view.forEachJob { job in
      jobs.append(job)
      return true
    }
    newest = tasks.sorted { Self.place($0) < Self.place($1) }
    self.jobs = jobs.sorted { $0.number < $1.number }
  }

  /// Looks at some pages of tasks and of jobs.
  package mutating func check(pages: Int) -> [String] {
    for _ in 0..<pages {
      checkTasks()
      checkJobs()
    }
    return broken
  }

  private mutating func checkTasks() {
    var choice = TaskChoice()
    if chance(0.7) {
      let wanted = Set(Standing.allCases.filter { _ in chance(0.4) })
      choice.standings = Standings { wanted.contains($0) }
    }
    if chance(0.4) { choice.owners = some(newest.map { CodePoints($0.spec.owner) }) }
    if chance(0.4) { choice.queues = some(newest.map { CodePoints($0.spec.queue) }) }
    if chance(0.3) { choice.jobs = some(jobs.map(\.number)) }
    let fitting = newest.filter { task in
      choice.standings.contains(Self.standing(task)) && choice.owners?.contains(CodePoints(task.spec.owner)) ?? true
        && choice.queues?.contains(CodePoints(task.spec.queue)) ?? true
        && choice.jobs?.contains(task.place?.job ?? JobNumber(0)) ?? true
    }
    let backwards = chance(0.3)
    let after = backwards || chance(0.5) ? nil : newest.randomElement(using: &random)?.place
    let (first, count) = (chance(0.5) ? 0 : number(0...20), number(0...9))
    let behind = fitting.filter { task in after.map { ($0.job.value, $0.member) < Self.place(task) } ?? true }
    let wanted = (backwards ? behind.reversed() : behind).dropFirst(first).prefix(count).map(\.id)
    let (found, total) = view.newestTasks(of: choice, after: after, backwards: backwards, from: first, atMost: count)
    let words =
      "\(choice) behind \(after.map { "\($0)" } ?? "nothing") from \(first), \(count)\(backwards ? ", backwards" : "")"
    if found.map(\.id) != wanted { broken.append("the page of \(words) has \(found.map(\.id)), by a scan \(wanted)") }
    if total != fitting.count || view.count(choice) != total {
      broken.append("there are \(fitting.count) of \(words), told \(total) and \(view.count(choice))")
    }
    var (each, all): (Set<TaskID>, Set<TaskID>) = ([], [])
    view.forEachTask(of: choice) { task in
      if task.replacedBy == nil { each.insert(task.id) }
      return true
    }
    view.forEachNewestTask(of: choice) { task in
      all.insert(task.id)
      return true
    }
    if each != Set(fitting.map(\.id)) || all != each { broken.append("not all tasks of \(words) are passed by") }
  }

  private mutating func checkJobs() {
    var choice = JobChoice()
    if chance(0.6) { choice.states = Set(JobState.allCases.filter { _ in chance(0.4) }) }
    if chance(0.4) { choice.owners = some(jobs.map { CodePoints($0.owner) }) }
    if chance(0.2) { choice.numbers = some(jobs.map(\.number)) }
    if chance(0.3) { choice.names = some(jobs.compactMap { $0.name.map { CodePoints($0) } }) }
    let fitting = jobs.filter { job in
      choice.states.contains(job.state) && choice.owners?.contains(CodePoints(job.owner)) ?? true
        && choice.numbers?.contains(job.number) ?? true
        && choice.names.map { names in job.name.map { names.contains(CodePoints($0)) } ?? false } ?? true
    }
    let backwards = chance(0.3)
    let after = backwards || chance(0.5) ? nil : jobs.randomElement(using: &random)?.number
    let (first, count) = (chance(0.5) ? 0 : number(0...9), number(0...9))
    let behind = fitting.filter { $0.number > after ?? JobNumber(0) }
    let wanted = (backwards ? behind.reversed() : behind).dropFirst(first).prefix(count).map(\.number)
    let (found, total) = view.jobs(of: choice, after: after, backwards: backwards, from: first, atMost: count)
    let words = "\(choice) behind \(after.map { "\($0)" } ?? "nothing") from \(first), \(count)"
    if found.map(\.number) != wanted {
      broken.append("the page of \(words) has the jobs \(found.map(\.number)), by a scan \(wanted)")
    }
    if total != fitting.count { broken.append("there are \(fitting.count) jobs of \(words), told \(total)") }
    var each: Set<JobNumber> = []
    view.forEachJob(of: choice) { job in
      each.insert(job.number)
      return true
    }
    if each != Set(fitting.map(\.number)) { broken.append("not all jobs of \(words) are passed by") }
  }

  private mutating func some<Value: Hashable>(_ values: [Value]) -> Set<Value> {
    Set((0..<number(0...2)).compactMap { _ in values.randomElement(using: &random) })
  }

  private static func place(_ task: TaskRecord) -> (UInt64, UInt32) {
    (task.place?.job.value ?? 0, task.place?.member ?? 0)
  }

  private static func standing(_ task: TaskRecord) -> Standing {
    switch (task.state, task.outcome) {
    case (.inactive, _): task.isHeld ? .heldInactive : .inactive
    case (.available, _): task.isHeld ? .heldAvailable : .available
    case (.running, _): .running
    case (.pendingCancellation, _): .pendingCancellation
    case (.cancelled, _): .cancelled
    case (.terminated, .succeeded): .succeeded
    case (.terminated, .cancelled): .cancelledTooLate
    case (.terminated, _): .failed
    }
  }

  private mutating func chance(_ part: Double) -> Bool { Double.random(in: 0..<1, using: &random) < part }
  private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
}
