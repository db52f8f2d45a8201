import ArgumentParser
import BanyanClient
import BanyanCore
import BanyanJSON
import BanyanTerminal

/// `banyan submit`: submits one task, an array of tasks, or a graph.
struct SubmitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "submit", abstract: "Make a task of a program, or tasks of a graph.",
    usage: """
      banyan submit [flags] -- PROGRAM ARG...
      banyan submit [flags] --shell 'a | b > c'
      banyan submit GRAPH.yaml...
      """,
    discussion: """
      The arguments behind -- reach the program exactly as typed. The id alone is printed on standard output; of a \
      graph, a line 'name<TAB>id' for each task.

      Example: banyan submit --cores 2 --memory 1GiB --wait -- python train.py --epochs 3
      """)

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var task: TaskOptions

  @Option(name: .long, help: ArgumentHelp("A line for /bin/sh, instead of a program.", valueName: "line"))
  var shell: String?

  @Option(
    name: .long, help: ArgumentHelp("A task for each index (BANYAN_ARRAY_INDEX), as in 1-100.", valueName: "indices"))
  var array: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A task for each line of a file (- is standard input): the line becomes the last argument, or the fields of a "
        + "JSON object its environment.", valueName: "file"))
  var each: String?

  @Option(
    name: .customLong("max-running"),
    help: ArgumentHelp("Of --array or --each: so many at a time.", valueName: "n"))
  var maxRunning: Int?

  @Option(
    name: .customLong("stop-after-failures"),
    help: ArgumentHelp("Of --array or --each: cancel the rest after so many have failed.", valueName: "n"))
  var stopAfterFailures: Int?

  @Option(name: .long, help: ArgumentHelp("An idempotency key: the same again makes nothing new.", valueName: "key"))
  var key: String?

  @Flag(name: .long, help: "Follow it to its end.")
  var wait = false

  @Flag(name: .customLong("exit-status"), help: "With --wait: end with the program's own status.")
  var exitStatus = false

  /// How many of the words stand behind `--`: see `Vocabulary`.
  @Option(name: .customLong("words-behind-terminator"), help: .hidden)
  var programLength = 0

  /// Flags that `config.yaml` gave.
  @Option(name: .customLong("given-by-default"), help: .hidden)
  var defaults: [String] = []

  @Argument(help: ArgumentHelp("Graphs in YAML, or the program behind --.", valueName: "graph.yaml"))
  var words: [String] = []

  var graphs: [String] { words.dropLast(programLength) }
  var program: [String] { words.suffix(programLength) }

  func validate() throws {
    let ways = [!program.isEmpty, shell != nil, !graphs.isEmpty].count { $0 }
    if let stray = graphs.first(where: { !$0.hasSuffix(".yaml") && !$0.hasSuffix(".yml") && $0 != "-" }) {
      throw ValidationError(
        "'\(stray)' is no graph (.yaml); a program stands behind --, as in: banyan submit -- \(ShellWords.line(graphs))"
      )
    }
    if ways == 0 { throw ValidationError("what should run? Give -- PROGRAM ARG..., or --shell LINE, or GRAPH.yaml") }
    if ways > 1 { throw ValidationError("give one of: -- PROGRAM ARG..., --shell LINE, GRAPH.yaml") }
    if !graphs.isEmpty, array != nil || each != nil {
      throw ValidationError("--array and --each belong to one program; a graph has `matrix:`")
    }
    if !graphs.isEmpty, let flag = task.ofSingleTasks.first(where: { !defaults.contains(String($0.dropFirst(2))) }) {
      throw ValidationError("\(flag) belongs to one program; in a graph it stands in the file, or under `defaults:`")
    }
    if array != nil, each != nil { throw ValidationError("give --array or --each, not both") }
    if array == nil, each == nil {
      if maxRunning != nil { throw ValidationError("--max-running belongs to --array or --each") }
      if stopAfterFailures != nil { throw ValidationError("--stop-after-failures belongs to --array or --each") }
    }
    if let key, let trouble = IdempotencyKey.trouble(with: key) { throw ValidationError("--key: \(trouble)") }
    if exitStatus, !wait { throw ValidationError("--exit-status needs --wait") }
    if exitStatus, array != nil || each != nil || !graphs.isEmpty {
      throw ValidationError("--exit-status belongs to one task; of several, the status is 0 or 1")
    }
  }

  func run() async throws {
    let session = try Session(connection)
    let ids = try await graphs.isEmpty ? submitTasks(session) : submitGraphs(session)
    if let last = ids.last { session.last.write(last) }
    guard wait else { return await session.http.close() }
    let waiting = Waiting(session: session, ids: ids)
    let seen = try await waiting.run()
    await session.http.close()
    try finish(seen, ids)
  }

  private func finish(_ seen: [String: TaskView], _ ids: [String]) throws {
    if exitStatus, let id = ids.first, let view = seen[id] {
      guard let status = view.programStatus else {
        Output.complaint("\(view.title) did not end by itself: \(view.ending)")
        throw CommandStatus.someFailed.exitCode
      }
      throw ExitCode(status)
    }
    Waiting.tellEnd(of: ids, seen)
    throw Waiting.status(of: ids, seen).exitCode
  }

  private func submitTasks(_ session: Session) async throws -> [String] {
    var form = try task.form(session.surroundings)
    form.work = shell.map { .shell($0) } ?? .program(program)
    form.maxRunning = maxRunning.map(Int64.init)
    form.stopAfterFailures = stopAfterFailures.map(Int64.init)
    // Parts of ids and @last are the command's own; names are the server's to resolve when it makes the task.
    form.after = try await references(form.after, session)
    let forms = try expanded(form)
    guard !forms.isEmpty else {
      Output.remark("no lines, so no tasks")
      return []
    }
    let ids = try await session.submitter.submit(forms, key: key)
    for id in ids { Output.result(id) }
    // A look at the workers must not make a submission fail that was accepted.
    if let workers = try? await session.list("/registered_workers").items,
      let trouble = WorkerFit.trouble(form, among: workers)
    {
      Output.complaint(trouble)
    }
    return ids
  }

  private func references(_ words: [String], _ session: Session) async throws -> [String] {
    var references: [String] = []
    for word in words {
      let isOwnWord = word == "@last" || TaskFinder.filters(forPart: word) != nil
      references.append(isOwnWord ? try await session.finder.id(of: word) : word)
    }
    return references
  }

  private func expanded(_ form: TaskForm) throws -> [TaskForm] {
    if let array {
      let name = task.name ?? "array"
      return try ArrayIndices.parse(array).map { index in
        var one = form
        one.array = (name: name, index: index)
        if let name = form.name { one.name = "\(name)[\(index)]" }
        return one
      }
    }
    if let each { return try EachLine.forms(of: form, lines: InputFile.lines(each)) }
    return [form]
  }

  private func submitGraphs(_ session: Session) async throws -> [String] {
    let graphs = try GraphLoading(surroundings: session.surroundings, export: task.export).load(graphs)
    var ids: [String] = []
    for graph in graphs {
      let made = try await session.submitter.submit(graph.tasks.map(\.form), key: graphs.count == 1 ? key : nil)
      for (task, id) in zip(graph.tasks, made) {
        Output.result("\(Escaping.shown(task.form.name ?? ""))\t\(id)")
      }
      ids += made
    }
    return ids
  }
}
