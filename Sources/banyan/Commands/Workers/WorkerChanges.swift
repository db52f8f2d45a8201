import ArgumentParser
import BanyanClient
import BanyanCore
import BanyanJSON
import BanyanTerminal
import BanyanWire

/// What the commands that change one worker share.
struct WorkerOptions: ParsableArguments {
  @OptionGroup var connection: ConnectionOptions

  @Argument(help: "A worker's name or id.")
  var name: String

  /// Changes the registration of the worker that is meant, and says what became of it.
  func change(
    _ verb: HTTPClient.Verb, query: [(String, String)] = [], _ body: JSON? = nil,
    _ words: (Session.NamedWorker) -> String
  ) async throws {
    let session = try Session(connection)
    let worker = try await session.worker(named: name)
    try await session.http.json(verb, "/registered_workers/\(worker.id)", query: query, body: body)
    await session.http.close()
    Output.remark(Escaping.shown("\(worker.name) \(words(worker))"))
  }
}

/// Gives a worker nothing more for the time being.
struct WorkersPause: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Give a worker nothing more for the time being.",
    usage: "banyan workers pause NAME [--note WHY] [--for 2h]",
    discussion: "Example: banyan workers pause lab3 --note 'new disk' --for 2h")

  @OptionGroup var worker: WorkerOptions

  @Option(name: .long, help: "Why, for others to read.")
  var note: String?

  @Option(name: .customLong("for"), help: ArgumentHelp("Resume it by itself after so long.", valueName: "time"))
  var time: String?

  func run() async throws {
    var body: JSONObject = ["paused": true]
    let now = LocalTime.now()
    var until = ""
    if let time {
      let moment = now + (try Quantities.span(time, of: "--for"))
      body["until"] = .string(WireDate.text(moment))
      until = " until \(TimeWords.short(moment, now: now))"
    }
    if let note { body["note"] = .string(note) }
    try await worker.change(.patch, .object(body)) { _ in "takes nothing more\(until); what it has goes on" }
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
    try await worker.change(.patch, ["paused": false, "draining": false, "quarantined": false]) { worker in
      worker.document["connected"]?.bool == false ? "may take tasks again, once it is back" : "takes tasks again"
    }
  }
}

/// Lets a worker finish what it has.
struct WorkersDrain: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drain", abstract: "Let a worker finish what it has and take nothing more.",
    usage: "banyan workers drain NAME", discussion: "Example: banyan workers drain lab3")

  @OptionGroup var worker: WorkerOptions

  func run() async throws {
    try await worker.change(.patch, ["draining": true]) { _ in "finishes what it has and takes nothing more" }
  }
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
    try await worker.change(.delete, query: cancelTasks ? [] : [("requeue", "true")]) { _ in
      cancelTasks ? "is removed; its tasks are cancelled" : "is removed; its tasks are given back"
    }
  }
}
