import ArgumentParser
import BanyanClient
import BanyanJSON
import BanyanTerminal
import BanyanWire

/// Everything about a job or a task.
struct ShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Everything about a job, or about a task with its attempts.",
    usage: "banyan show SELECTOR",
    discussion: "Example: banyan show @last -o json | jq .requested_resources")

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  @OptionGroup var named: SelectorArguments

  func run() async throws {
    let session = try Session(connection)
    var items: [JSON] = []
    for path in try await paths(session) { items.append(try await session.http.json(.get, path, query: dates)) }
    if output.format == .json || output.format == .jsonl {
      for place in items.indices where items[place]["_id"] != nil {
        var item = items[place].object ?? [:]
        item["attempts"] = .array(try await attempts(of: items[place], session))
        items[place] = .object(item)
      }
    }
    // One task is one object: that is what a script wants to look into.
    if output.format == .json, items.count == 1 {
      Output.result(items[0].encodedString(pretty: true))
      return await session.http.close()
    }
    if output.printed(items) { return await session.http.close() }
    let terminal = output.terminal(session.surroundings)
    for (place, item) in items.enumerated() {
      if place > 0 { Output.result("") }
      if let job = JobView(item), item["_id"] == nil {
        show(job, terminal)
        continue
      }
      show(item, try await reason(of: item, session), try await attempts(of: item, session), terminal)
    }
    await session.http.close()
  }

  /// Where to ask. To a person a job of one task is that task.
  private func paths(_ session: Session) async throws -> [String] {
    var paths: [String] = []
    for selection in try await named.selections(session) {
      if case .job(let number) = selection {
        let count = isForPeople ? try await session.jobs.job(number).taskCount : 0
        if count != 1 {
          paths.append("/jobs/\(number)")
          continue
        }
      }
      paths += try await session.selectors.ids(of: selection).map { "/tasks/\($0)" }
    }
    return paths
  }

  private var isForPeople: Bool { output.format == .table || output.format == .wide }

  /// People get the time in their own zone, programs the REST interface's form.
  private var dates: [(String, String)] {
    isForPeople ? [LocalTime.query] : []
  }

  private func attempts(of item: JSON, _ session: Session) async throws -> [JSON] {
    guard let id = item["_id"]?.string, item["claim_number"]?.integer ?? 0 > 0 else { return [] }
    let answer = try await session.http.json(.get, "/tasks/\(id)/history", query: dates)
    return answer["_items"]?.array ?? answer.array ?? []
  }

  /// Why it waits, as the server sees it, or how it ended.
  private func reason(of item: JSON, _ session: Session) async throws -> String {
    guard let view = TaskView(item) else { return "" }
    guard view.state == .inactive || view.state == .available else { return TaskListing.reason(view) }
    let why = try await session.http.json(.get, "/tasks/\(view.id)/why")
    return why["sentence"]?.string ?? TaskListing.reason(view)
  }

  private func show(_ job: JobView, _ terminal: Terminal) {
    line("job", Table.Cell("\(job.number)"), terminal)
    if let name = job.name { line("name", Table.Cell(name), terminal) }
    line("state", Table.Cell(job.stateWord, job.style), terminal)
    line("tasks", Table.Cell(JobListing.counts(job)), terminal)
    for family in job.families where job.families.count > 1 {
      let (first, last) = (family.members.lowerBound, family.members.upperBound)
      let numbers = first == last ? "\(job.number).\(first)" : "\(job.number).\(first)-\(last)"
      line("family", Table.Cell("\(family.name ?? "")  \(numbers)"), terminal)
    }
    let told: Set = ["number", "name", "state", "counts", "task_count", "families", "_updated"]
    for (key, value) in job.document.object ?? [:] where !told.contains(key) && value != .null {
      line(key, Table.Cell(Self.text(key, value)), terminal)
    }
  }

  private func show(_ item: JSON, _ reason: String, _ attempts: [JSON], _ terminal: Terminal) {
    guard let view = TaskView(item) else { return }
    line("task", Table.Cell(view.handle == view.id ? view.id : "\(view.handle)  \(view.id)"), terminal)
    if let name = view.name { line("name", Table.Cell(name), terminal) }
    line("state", Table.Cell(view.stateWord, view.style), terminal)
    if !reason.isEmpty { line("why", Table.Cell(reason), terminal) }
    line("command", Table.Cell(TaskListing.command(item)), terminal)
    if item["requested_resources"] != nil {
      line("needs", Table.Cell(TaskListing.needs(item["requested_resources"])), terminal)
    }
    let told: Set = [
      "_id", "_updated", "name", "state", "outcome", "cause", "command", "arguments", "requested_resources",
      "environment", "job", "member",
    ]
    for (key, value) in item.object ?? [:] where !told.contains(key) {
      line(key, Table.Cell(Self.text(key, value)), terminal)
    }
    for (key, value) in item["environment"]?.object ?? [:] {
      line("environment", Table.Cell("\(key)=\(ShellWords.quoted(value.string ?? ""))"), terminal)
    }
    for attempt in attempts {
      Output.result("")
      line("attempt", Table.Cell("\(attempt["claim_number"]?.integer ?? 0)"), terminal)
      for (key, value) in attempt.object ?? [:] where !["_id", "_updated", "task_id", "claim_number"].contains(key) {
        line(key, Table.Cell(Self.text(key, value)), terminal)
      }
    }
  }

  private func line(_ title: String, _ cell: Table.Cell, _ terminal: Terminal) {
    let name = DisplayWidth.padded(title, to: 30)
    let left = terminal.hasColour ? Style.faint.applied(to: name) : name
    Output.result("\(left)  \(terminal.hasColour ? cell.style.applied(to: cell.text) : cell.text)")
  }

  private static func text(_ key: String, _ value: JSON) -> String {
    if let time = LocalTime.text(key, value) { return time }
    if let number = value.integer {
      if key.hasSuffix("_milliseconds") { return TimeSpan.text(number) }
      if key.hasSuffix("_bytes") { return ByteCount.text(number) }
    }
    if let list = value.array {
      return list.isEmpty ? "none" : list.map { $0.string ?? "\($0)" }.joined(separator: " ")
    }
    if key == "exit_status", let status = value.string { return ExitRemark.shown(status) }
    return value.string ?? "\(value)"
  }
}
