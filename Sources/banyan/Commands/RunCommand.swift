import ArgumentParser
import BanyanClient
import BanyanJSON

/// Runs graphs to their end, here and now.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run a graph to its end, with a server and a worker in this process.",
    usage: "banyan run GRAPH.yaml...",
    discussion: """
      Ctrl-C once cancels, with the tasks' grace; twice kills. With --server it submits there, and follows.

      Example: banyan run seeds/pipeline/pipeline.yaml
      """)

  @Option(name: .customLong("server"), help: ArgumentHelp("Run it on this server instead.", valueName: "url"))
  var server: String?

  @Option(
    name: .customLong("token-file"),
    help: ArgumentHelp("With --server: a file with the token.", valueName: "file"))
  var tokenFile: String?

  @Option(name: .long, help: ArgumentHelp("Keep queue and logs here (else: in a temporary folder).", valueName: "dir"))
  var data: String?

  @Option(
    name: .long, help: ArgumentHelp("Which of the shell's variables travel: names, ALL or NONE.", valueName: "names"))
  var export: String?

  @Option(name: .customLong("color"), help: "Colours: auto, always or never.")
  var colour = Terminal.Colour.auto

  @Argument(help: ArgumentHelp("Graphs in YAML.", valueName: "graph.yaml"))
  var graphs: [String] = []

  func validate() throws {
    if graphs.isEmpty { throw ValidationError("which graph? Give a file, as in: banyan run seeds/hello.yaml") }
    if server != nil, data != nil {
      throw ValidationError("--data belongs to a queue in this process, not to --server")
    }
  }

  func run() async throws {
    let surroundings = Surroundings.ofProcess()
    let graphs = try GraphLoading(surroundings: surroundings, export: export).load(graphs)
    let terminal = Terminal.current(environment: surroundings.environment, colour: colour)
    let status: CommandStatus
    if let server {
      let credentials = try Credentials.found(
        for: .provider, server: server, tokenFile: tokenFile, environment: surroundings.environment)
      let session = try Session(credentials, surroundings)
      status = try await GraphRun(session: session, graphs: graphs, terminal: terminal, logs: nil).run()
      await session.http.close()
    } else {
      status = try await runHere(graphs, surroundings, terminal)
    }
    throw status.exitCode
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
    return try await queue.serve { session in
      try await GraphRun(session: session, graphs: graphs, terminal: terminal, logs: queue.logs).run()
    }
  }
}
