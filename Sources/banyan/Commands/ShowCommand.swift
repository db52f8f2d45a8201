import ArgumentParser
import BanyanClient
import BanyanJSON
import BanyanTerminal

/// A job or a task for a person; or everything about it for a program.
struct ShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "A job, or a task: what, how it goes, when and where, asked against used, attempts.",
    usage: "banyan show SELECTOR",
    discussion: """
      -o json has everything: of a task its attempts, of a job its tasks with theirs.

      Example: banyan show @last -o json | jq .tasks[].exit_status
      """)

  /// Of a job with more tasks `-o json` leaves them out.
  private static let maxTasks: Int64 = 1000
  /// So many tasks' attempts are asked for at a time.
  private static let ahead = 16
  private static let maxFailures = 5

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  @OptionGroup var named: SelectorArguments

  func run() async throws {
    let session = try Session(connection)
    let selections = try await named.selections(session)
    if output.isTable {
      try await show(selections, session)
    } else {
      var items: [JSON] = []
      for selection in selections { items += try await documents(of: selection, session) }
      // One thing is one object: that is what a script wants to look into.
      _ = items.count == 1 ? output.printed(items[0]) : output.printed(items)
    }
    await session.http.close()
  }

  // MARK: For programs

  private func documents(of selection: Selection, _ session: Session) async throws -> [JSON] {
    guard case .job(let number) = selection else {
      let ids = try await session.selectors.ids(of: selection)
      return try await withAttempts(tasks(ids, session), session)
    }
    var job = try await session.http.json(.get, "/jobs/\(number)", query: [LocalTime.query])
    guard output.format == .json || output.format == .jsonl, var members = job.object else { return [job] }
    let count = members["task_count"]?.integer ?? 0
    guard count <= Self.maxTasks else {
      Output.complaint("its \(count) tasks are left out; `banyan tasks \(number) -o jsonl` has them")
      return [job]
    }
    let tasks = try await session.jobs.tasks(of: number, query: [LocalTime.query])
    members["tasks"] = .array(try await withAttempts(tasks, session))
    job = .object(members)
    return [job]
  }

  private func tasks(_ ids: [String], _ session: Session) async throws -> [JSON] {
    var items: [JSON] = []
    for id in ids { items.append(try await session.http.json(.get, "/tasks/\(id)", query: [LocalTime.query])) }
    return items
  }

  /// The same tasks, each with `attempts`; some are asked for at a time.
  private func withAttempts(_ tasks: [JSON], _ session: Session) async throws -> [JSON] {
    try await withThrowingTaskGroup(of: (Int, [JSON]).self) { group in
      var tasks = tasks
      var next = 0
      func add() {
        guard next < tasks.count else { return }
        let (place, item) = (next, tasks[next])
        group.addTask { (place, try await Self.attempts(of: item, session)) }
        next += 1
      }
      for _ in 0..<Self.ahead { add() }
      while let (place, attempts) = try await group.next() {
        if var members = tasks[place].object {
          members["attempts"] = .array(attempts)
          tasks[place] = .object(members)
        }
        add()
      }
      return tasks
    }
  }

  private static func attempts(of item: JSON, _ session: Session) async throws -> [JSON] {
    guard let id = item["_id"]?.string, item["claim_number"]?.integer ?? 0 > 0 else { return [] }
    let answer = try await session.http.json(.get, "/tasks/\(id)/history", query: [LocalTime.query])
    return answer["_items"]?.array ?? []
  }

  // MARK: For people

  private func show(_ selections: [Selection], _ session: Session) async throws {
    let terminal = output.terminal(session.surroundings)
    let workers = try await session.workerNames()
    var isFirst = true
    func begin() {
      if !isFirst { Output.result("") }
      isFirst = false
    }
    for selection in selections {
      // To a person a job of one task is that task.
      if case .job(let number) = selection {
        let job = try await session.jobs.job(number)
        if job.taskCount != 1 {
          begin()
          try await show(job, terminal, session)
          continue
        }
      }
      for item in try await tasks(session.selectors.ids(of: selection), session) {
        begin()
        try await show(item, workers, terminal, session)
      }
    }
  }

  private func show(_ job: JobView, _ terminal: Terminal, _ session: Session) async throws {
    var portrait = JobPortrait(
      job: job,
      statistics: try await session.http.json(.get, "/jobs/\(job.number)/statistics", query: [LocalTime.query]),
      now: LocalTime.now())
    do {
      portrait.glance = try await JobGlances.fetched(of: [job.number], session.asking)[job.number]
    } catch is ServerError {
      // An older server doesn't tell it: the rest is worth showing.
    }
    if !job.isEnded, job.endedCount + job.runningCount < job.taskCount {
      let why = try await session.http.json(.get, "/jobs/\(job.number)/why", query: [LocalTime.query])
      portrait.why = why["sentence"]?.string ?? ""
    }
    if job.count(.failed) > 0 {
      portrait.failures = try await session.jobs.tasks(
        of: job.number, matching: ["outcome": "failed"],
        query: [("projection", TaskListing.projection.encodedString()), LocalTime.query], limit: Self.maxFailures
      ).compactMap { TaskView($0) }
    }
    portrait.names = try await TaskNames.fetched(
      in: [portrait.why] + portrait.failures.map(\.ending), session.asking)
    for line in portrait.portrait().text(hasColour: terminal.hasColour) { Output.result(line) }
  }

  private func show(
    _ item: JSON, _ workers: [String: String], _ terminal: Terminal, _ session: Session
  ) async throws {
    let reason = try await reason(of: item, session)
    let portrait = TaskPortrait(
      item: item, attempts: try await Self.attempts(of: item, session), reason: reason,
      names: try await TaskNames.fetched(in: TaskPortrait.mentions(item, reason), session.asking), workers: workers,
      isWide: output.format == .wide, now: LocalTime.now())
    for line in portrait.portrait().text(hasColour: terminal.hasColour) { Output.result(line) }
    if let history = portrait.history() {
      Output.result("")
      history.print(on: terminal, isWide: output.format == .wide)
    }
  }

  /// Why it waits, as the server sees it, or how it ended.
  private func reason(of item: JSON, _ session: Session) async throws -> String {
    guard let view = TaskView(item) else { return "" }
    guard view.state == .inactive || view.state == .available else { return TaskListing.reason(view) }
    let why = try await session.http.json(.get, "/tasks/\(view.id)/why", query: [LocalTime.query])
    return why["sentence"]?.string ?? TaskListing.reason(view)
  }
}
