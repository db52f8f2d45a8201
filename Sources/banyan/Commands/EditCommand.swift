import ArgumentParser
import BanyanClient
import BanyanJSON
import BanyanTerminal

/// Changes tasks that wait.
struct EditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "edit", abstract: "Change what waits, the command included.",
    usage: """
      banyan edit SELECTOR... --priority 5 --memory 8GiB
      banyan edit SELECTOR... [--shell LINE | -- PROGRAM ARG...]
      """,
    discussion: """
      What no flag names stays as it is; variables, labels and resources are changed one by one. What runs or has ended \
      stays as it was, and is told (labels change at any time). No worker gets a task meanwhile: it is held, and let go \
      at the end. Status 1: nothing could be changed.

      Example: banyan edit fit --cores 4 --time-limit 2h
      """)

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var task: TaskOptions
  @OptionGroup var filter: FilterOptions

  @Option(name: .long, help: ArgumentHelp("Another line for /bin/sh.", valueName: "line"))
  var shell: String?

  @Option(
    name: .customLong("max-running"),
    help: ArgumentHelp("Of a whole job: so many of each family at a time; 0: as many as fit.", valueName: "n"))
  var maxRunning: Int?

  /// How many of the words stand behind `--`: see `Vocabulary`.
  @Option(name: .customLong("words-behind-terminator"), help: .hidden)
  var programLength = 0

  @Argument(help: SelectorArguments.help)
  var arguments: [String] = []

  private var words: [String] { arguments.dropLast(programLength) }
  private var program: [String] { arguments.suffix(programLength) }

  func validate() throws {
    try MeantOptions.check(words, isFiltered: filter.isGiven, filter)
    if task.hold { throw ValidationError("--hold: `banyan hold SELECTOR` keeps tasks back") }
    if task.export != nil { throw ValidationError("--export belongs to submit; --env NAME=VALUE sets a variable") }
    if !task.after.isEmpty {
      throw ValidationError("--after belongs to submit: what a task waits for stays as it was made")
    }
    if shell != nil, !program.isEmpty { throw ValidationError("give --shell LINE or -- PROGRAM ARG..., not both") }
    if let maxRunning, maxRunning < 0 { throw ValidationError("--max-running \(maxRunning): give 0 or more") }
  }

  func run() async throws {
    let session = try Session(connection)
    let wish = try changes(of: [:], session.surroundings)
    guard !wish.isEmpty || maxRunning != nil else {
      throw UsageError("what should change? Give flags like --priority 5 or --cores 2.")
    }
    var isDone = true
    for part in try await parts(wish, session) {
      let changed = try await change(part, wish, session)
      let counts = try await session.jobs.counts(of: part.number, members: part.members, named: part.handle)
      let rest = counts.others.isEmpty ? "" : "; as before: \(counts.others)"
      if changed > 0 {
        Output.remark(
          Escaping.shown("\(counts.title): \(changed) changed\(wish.keys.contains { $0 != "labels" } ? rest : "")"))
      } else {
        Output.complaint(
          "\(counts.title): nothing could be changed\(counts.others.isEmpty ? ", or it was so already" : ": \(counts.others)")"
        )
        isDone = false
      }
    }
    await session.http.close()
    if !isDone { throw CommandStatus.someFailed.exitCode }
  }

  private func parts(_ wish: JSONObject, _ session: Session) async throws -> [JobPart] {
    guard words.isEmpty else { return try await session.selectors.parts(words) }
    let found = try await filter.parts([Self.changeable(wish)].compactMap(\.self), session)
    guard !found.isEmpty else { throw NotFound("no task fits that could be changed; nothing was changed") }
    return found
  }

  /// What the flags change of a task.
  private func changes(of document: JSON, _ surroundings: Surroundings) throws -> JSONObject {
    var changes = try task.changes(of: document, surroundings)
    if let shell { (changes["command"], changes["arguments"]) = (.string(shell), .null) }
    if !program.isEmpty { (changes["command"], changes["arguments"]) = (.null, .array(program.map(JSON.string))) }
    return changes
  }

  // MARK: Changing

  /// What a whole job can be told in one command.
  private static let ofJobs: Set = ["priority", "queue", "not_before"]
  /// So many tasks are changed by one request.
  private static let batch = 128

  private static func changeable(_ wish: JSONObject) -> JSON? {
    // Labels may change at any time.
    wish.allSatisfy { $0.key == "labels" } && !wish.isEmpty
      ? Optional.none : .some(["state": ["$in": ["inactive", "available"]]])
  }

  /// - Returns: how many members were changed.
  private func change(_ part: JobPart, _ wish: JSONObject, _ session: Session) async throws -> Int64 {
    var changed: Int64 = 0
    if let maxRunning {
      guard part.members == nil else {
        throw UsageError("--max-running: it is a limit of whole families; name the whole job, \(part.number)")
      }
      let limit: JSON = maxRunning == 0 ? .null : .integer(Int64(maxRunning))
      changed = try await session.jobChanges.edit(part.number, members: nil, ["max_running": limit]).changed
    }
    guard !wish.isEmpty else { return changed }
    if wish.allSatisfy({ Self.ofJobs.contains($0.key) }) {
      return max(changed, try await session.jobChanges.edit(part.number, members: part.members, wish).changed)
    }
    let tasks = try await session.jobs.tasks(of: part.number, members: part.members, matching: Self.changeable(wish))
    var done: Int64 = 0
    for start in stride(from: 0, to: tasks.count, by: Self.batch) {
      done += try await change(Array(tasks[start..<min(start + Self.batch, tasks.count)]), session)
    }
    return max(changed, done)
  }

  /// Changes some tasks together; where one of them began meanwhile, each by itself.
  private func change(_ tasks: [JSON], _ session: Session) async throws -> Int64 {
    do {
      try await changeTogether(tasks, session)
      return Int64(tasks.count)
    } catch let error as ServerError where tasks.count > 1 && error.status < 500 {
      var done: Int64 = 0
      for task in tasks { done += try await change([task], session) }
      return done
    } catch let error as ServerError where error.status < 500 {
      guard let id = tasks.first?["_id"]?.string else { throw error }
      // It may have begun, or gone; else the value is wrong.
      let state = TaskView(try await session.http.json(.get, "/tasks/\(id)"))?.state
      guard state == .inactive || state == .available else { return 0 }
      throw error
    }
  }

  private func changeTogether(_ tasks: [JSON], _ session: Session) async throws {
    let held = tasks.filter { $0["state"]?.string == "available" && $0["held"]?.bool != true }
    let patches = try tasks.map { task in
      var patch = try changes(of: task, session.surroundings)
      patch["_id"] = task["_id"]
      return JSON.object(patch)
    }
    let needsHold =
      !held.isEmpty && patches.contains { ($0.object ?? [:]).contains { !["_id", "labels"].contains($0.key) } }
    func hold(_ isHeld: Bool) async throws {
      guard needsHold else { return }
      let body = held.map { JSON.object(["_id": $0["_id"] ?? .null, "held": .bool(isHeld)]) }
      try await session.http.json(.patch, "/tasks", body: .array(body))
    }
    try await hold(true)
    do {
      try await session.http.json(.patch, "/tasks", body: .array(patches))
    } catch {
      try await hold(false)
      throw error
    }
    try await hold(false)
  }
}
