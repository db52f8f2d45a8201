import ArgumentParser
import BanyanClient
import BanyanCore
import BanyanJSON
import BanyanWire
import FoundationEssentials

/// The workers of the server.
struct WorkersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "workers", abstract: "What runs the tasks: what each offers and holds.",
    usage: "banyan workers", discussion: "Example: banyan workers pause lab3 --note 'new disk'",
    subcommands: [
      WorkersList.self, WorkersPause.self, WorkersResume.self, WorkersDrain.self, WorkersRemove.self,
    ], defaultSubcommand: WorkersList.self)
}

/// `banyan workers`: lists the workers that the server knows.
struct WorkersList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "All workers.", usage: "banyan workers",
    discussion: "Example: banyan workers -o json | jq '.[].name'")

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let session = try Session(connection)
    let workers = try await session.list("/registered_workers").items
    await session.http.close()
    if output.printed(workers) { return }
    guard !workers.isEmpty else {
      return Output.remark("no workers yet; `banyan worker` starts one on this machine")
    }
    WorkerTable.table(of: workers).print(
      on: output.terminal(session.surroundings), isWide: output.format == .wide)
  }
}

/// What the commands that change one worker share.
struct WorkerOptions: ParsableArguments {
  @OptionGroup var connection: ConnectionOptions

  @Argument(help: "A worker's name or id.")
  var name: String

  /// Changes the registration of the worker that is meant.
  func change(_ verb: HTTPClient.Verb, query: [(String, String)] = [], _ body: JSON? = nil) async throws {
    let session = try Session(connection)
    let workers = try await session.list("/registered_workers").items
    let found = workers.filter { $0["name"]?.string?.isSame(as: name) == true || $0["_id"]?.string == name }
    guard let id = found.first?["_id"]?.string else {
      throw NotFound("there is no worker '\(name)'; `banyan workers` lists them")
    }
    guard found.count == 1 else {
      throw UsageError("\(found.count) workers have the name '\(name)', under different users; give an id")
    }
    try await session.http.json(verb, "/registered_workers/\(id)", query: query, body: body)
    await session.http.close()
  }
}

/// Gives a worker nothing more for the time being.
struct WorkersPause: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Give a worker nothing more for the time being.",
    usage: "banyan workers pause NAME", discussion: "Example: banyan workers pause lab3 --note 'new disk'")

  @OptionGroup var worker: WorkerOptions

  @Option(name: .long, help: "Why, for others to read.")
  var note: String?

  @Option(name: .customLong("for"), help: ArgumentHelp("Resume it by itself after so long.", valueName: "time"))
  var time: String?

  func run() async throws {
    var body: JSONObject = ["paused": true]
    if let time {
      let until = Int64(Date().timeIntervalSince1970 * 1000) + (try Quantities.duration(time, of: "--for"))
      body["until"] = .string(WireDate.text(until))
    }
    if let note { body["note"] = .string(note) }
    try await worker.change(.patch, .object(body))
  }
}

/// Lets a worker claim again.
struct WorkersResume: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Let a worker claim again that is paused, draining or in quarantine.",
    usage: "banyan workers resume NAME",
    discussion: "Example: banyan workers resume lab3")

  @OptionGroup var worker: WorkerOptions

  func run() async throws {
    try await worker.change(.patch, ["paused": false, "draining": false, "quarantined": false])
  }
}

/// Lets a worker finish what it has.
struct WorkersDrain: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drain", abstract: "Let a worker finish what it has and take nothing more.",
    usage: "banyan workers drain NAME", discussion: "Example: banyan workers drain lab3")

  @OptionGroup var worker: WorkerOptions

  func run() async throws { try await worker.change(.patch, ["draining": true]) }
}

/// Ends a worker's registration.
struct WorkersRemove: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "End a worker's registration; its tasks are stopped and given back.",
    usage: "banyan workers remove NAME", discussion: "Example: banyan workers remove lab3")

  @OptionGroup var worker: WorkerOptions

  @Flag(name: .customLong("cancel-tasks"), help: "Cancel its tasks instead of giving them back.")
  var cancelTasks = false

  func run() async throws {
    try await worker.change(.delete, query: cancelTasks ? [] : [("requeue", "true")])
  }
}
