import ArgumentParser
import BanyanClient
import BanyanCore
import BanyanJSON

/// Runs graphs, or a program, to their end, here and now.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run graphs or a program to their end, with a server and a worker in this process.",
    usage: """
      banyan run GRAPH.yaml...
      banyan run [flags] -- PROGRAM ARG...
      """,
    discussion: """
      Ctrl-C once cancels, with the tasks' grace; twice kills. A closed terminal ends it like Ctrl-C. With --data queue \
      and logs stay: what ran when the terminal was closed, or the process killed, is taken over by the next start, and \
      the same command goes on where it was (what failed is tried again, what succeeded is left alone). With --server it \
      submits there, and follows. A flag beside a graph holds for each of its tasks that doesn't say otherwise.

      Example: banyan run seeds/pipeline/pipeline.yaml

      Example: banyan run --data fit.run --retries 2 -- ./fit --all
      """)

  @Option(name: .long, help: ArgumentHelp("Keep queue and logs here (else: in a temporary folder).", valueName: "dir"))
  var data: String?

  @Option(name: .customLong("server"), help: ArgumentHelp("Run it on this server instead.", valueName: "url"))
  var server: String?

  @Option(
    name: .customLong("token-file"),
    help: ArgumentHelp("With --server: a file with the token.", valueName: "file"))
  var tokenFile: String?

  @OptionGroup var task: TaskOptions

  @Option(name: .customLong("color"), help: "Colours: auto, always or never.")
  var colour = Terminal.Colour.auto

  /// How many of the words stand behind `--`: see `Vocabulary`.
  @Option(name: .customLong("words-behind-terminator"), help: .hidden)
  var programLength = 0

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Of a graph: other values for an axis of a matrix (a,b or 1-9), or for a name of `params:`.",
      valueName: "name=values"))
  var set: [String] = []

  /// Flags that `config.yaml` gave.
  @Option(name: .customLong("given-by-default"), help: .hidden)
  var defaults: [String] = []

  @Argument(help: ArgumentHelp("Graphs in YAML, or the program behind --.", valueName: "graph.yaml"))
  var words: [String] = []

  var graphs: [String] { words.dropLast(programLength) }
  var program: [String] { words.suffix(programLength) }

  func validate() throws {
    if let stray = graphs.first(where: { !$0.hasSuffix(".yaml") && !$0.hasSuffix(".yml") && $0 != "-" }) {
      throw ValidationError(
        "'\(stray)' is no graph (.yaml); a program stands behind --, as in: banyan run -- \(ShellWords.line(graphs))")
    }
    if words.isEmpty { throw ValidationError("what should run? Give a file, as in: banyan run seeds/hello.yaml") }
    if !graphs.isEmpty, !program.isEmpty { throw ValidationError("give GRAPH.yaml or -- PROGRAM ARG..., not both") }
    if graphs.count > 1, task.name != nil {
      throw ValidationError("--name renames one graph; these are \(graphs.count)")
    }
    if graphs.isEmpty, !set.isEmpty { throw ValidationError("--set belongs to a graph") }
    if let name = task.name, let trouble = JobName.trouble(with: name) { throw ValidationError("--name: \(trouble)") }
    if server != nil, data != nil {
      throw ValidationError("--data belongs to a queue in this process, not to --server")
    }
    if !task.after.isEmpty, server == nil {
      throw ValidationError("--after names what a server has; a queue in this process has nothing else to wait for")
    }
  }

  func run() async throws {
    let surroundings = Surroundings.ofProcess()
    let graphs = try read(surroundings, export: task.export)
    try OutputFolder.check(graphs)
    let terminal = Terminal.current(environment: surroundings.environment, colour: colour)
    let status: CommandStatus
    if let server {
      let credentials = try Credentials.found(
        for: .provider, server: server, tokenFile: tokenFile, environment: surroundings.environment)
      let session = try Session(credentials, surroundings)
      let resolved = try await resolving(graphs, session)
      status = try await GraphRun(session: session, graphs: resolved, terminal: terminal, place: .elsewhere).run()
      await session.http.close()
    } else {
      // Two runs that write the same files are told before either has begun to.
      let claims = try Set(graphs.compactMap(\.output)).map { try OutputFolder.claim($0) }
      defer { withExtendedLifetime(claims) {} }
      status = try await runHere(graphs, surroundings, terminal)
    }
    throw status.exitCode
  }

  /// What is to run: the graphs, or one of the program alone.
  private func read(_ surroundings: Surroundings, export: String?) throws -> [Graph] {
    guard program.isEmpty else {
      var options = task
      options.export = export
      var form = try options.form(surroundings)
      form.work = .program(program)
      return [Graph(file: ShellWords.line(program), name: task.name, tasks: [Graph.Task(form: form)])]
    }
    var options = task
    options.export = export
    return try options.graphs(graphs, set: set, defaults: Set(defaults), surroundings) { try $0.load($1) }
  }

  /// What was typed is looked up here.
  private func resolving(_ graphs: [Graph], _ session: Session) async throws -> [Graph] {
    guard !task.after.isEmpty else { return graphs }
    var graphs = graphs
    let taken = Set(graphs.flatMap(\.tasks).compactMap(\.form.name).map { CodePoints($0) })
    for graph in graphs.indices {
      for place in graphs[graph].tasks.indices {
        graphs[graph].tasks[place].form.awaited = try await AfterReferences(selectors: session.selectors, taken: taken)
          .resolved(graphs[graph].tasks[place].form.awaited)
      }
    }
    return graphs
  }

  private func runHere(_ graphs: [Graph], _ surroundings: Surroundings, _ terminal: Terminal) async throws
    -> CommandStatus
  {
    let folder =
      try data.map { try surroundings.absolute($0) }
      ?? FolderMaking.makeTemporary(prefix: "banyan-run", environment: surroundings.environment)
    let queue = LocalQueue(folder: folder, surroundings: surroundings)
    let isPassing = data == nil
    defer {
      // The logs stay, for whoever wants to read them.
      if isPassing { for path in queue.passing + [folder + "/access"] { try? FolderMaking.remove(path) } }
    }
    // The same command, whatever stands in the shell's variables today.
    let asked = isPassing ? [] : try read(surroundings, export: "NONE").map { $0.job().document }
    let memory = isPassing ? nil : RunMemory(folder: AccessFolder(path: folder + "/access"), asked: asked)
    return try await queue.serve { session in
      let place = GraphRun.Place.here(logs: queue.logs, memory: memory)
      return try await GraphRun(session: session, graphs: graphs, terminal: terminal, place: place).run()
    }
  }
}
