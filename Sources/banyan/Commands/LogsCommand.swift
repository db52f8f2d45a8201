import ArgumentParser
import BanyanClient
import BanyanCore
import BanyanJSON
import BanyanTerminal

/// The output of tasks.
struct LogsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs", abstract: "What a task printed, byte for byte; of several, with the task before each line.",
    usage: "banyan logs SELECTOR...",
    discussion: "Example: banyan logs -f @last")

  @OptionGroup var connection: ConnectionOptions

  @Flag(
    name: [.customShort("f"), .long], help: "Follow it to its end; the status tells how it ended, and whether all came."
  )
  var follow = false

  @Flag(name: .long, help: "Its standard error instead.")
  var stderr = false

  @Flag(name: .long, help: "Both streams, in the order in which they were written.")
  var both = false

  @Flag(name: .long, help: "Each line's time before it; of both streams.")
  var times = false

  @Option(name: .long, help: "Another attempt than the newest.")
  var attempt: Int?

  @Option(name: .long, help: ArgumentHelp("Only the last lines.", valueName: "lines"))
  var tail: Int?

  @Flag(name: .long, help: "Only of those that failed.")
  var failed = false

  @OptionGroup var named: SelectorArguments

  func validate() throws {
    if let tail, tail < 0 { throw ValidationError("--tail \(tail): give 0 or more") }
    if let attempt, attempt < 1 { throw ValidationError("--attempt \(attempt): attempts count from 1") }
    if stderr, both || times { throw ValidationError("--stderr is one stream; --both and --times are of both") }
    if follow, attempt != nil { throw ValidationError("--follow goes with the newest attempt, not with --attempt") }
  }

  func run() async throws {
    let session = try Session(connection)
    let ids = try await ids(session)
    guard ids.count == 1, let id = ids.first else { return try await printSeveral(ids, session) }
    let log = TaskLog(http: session.http, task: id)
    var printer: any LogPrinter & Sendable =
      both || times
      ? BothPrinter(log: log, showsTimes: times) : StreamPrinter(log: log, stream: stderr ? "stderr" : "stdout")
    if follow {
      let end = try await Interrupts.interruptible { [tail, printer] in
        var following = LogFollowing(session: session, task: id, printer: printer)
        return try await following.run(tail: tail)
      }
      await session.http.close()
      let view = end.task
      if !view.hasSucceeded { Output.remark("\(Escaping.shown(view.title)): \(Escaping.shown(view.ending))") }
      throw (view.hasSucceeded && end.isWhole ? CommandStatus.success : .someFailed).exitCode
    }
    let view = TaskView(try await session.http.json(.get, "/tasks/\(id)"))
    let newest = view?.document["claim_number"]?.integer ?? 0
    guard newest > 0 else {
      Output.remark("\(Escaping.shown(view?.title ?? id)) has not run\(view?.isEnded == true ? "" : " yet"); -f waits")
      return await session.http.close()
    }
    _ = try await printer.begin(attempt.map(Int64.init), tail: tail, isPatient: false)
    _ = try await printer.printNew(isPatient: false)
    await session.http.close()
    if printer.isIncomplete { throw CommandStatus.someFailed.exitCode }
  }

  /// The tasks that are meant; of those that failed, if only they are.
  private func ids(_ session: Session) async throws -> [String] {
    let ids = try await named.ids(session)
    guard failed else { return ids }
    var found: [String] = []
    for start in stride(from: 0, to: ids.count, by: Self.batch) {
      let part = ids[start..<min(start + Self.batch, ids.count)]
      let filter: JSON = ["_id": ["$in": .array(part.map(JSON.string))], "outcome": "failed"]
      let items = try await session.list(
        "/tasks", query: [("where", filter.encodedString()), ("projection", "{\"_id\": 1}")]
      ).items
      let failures = Set(items.compactMap { $0["_id"]?.string })
      found += part.filter { failures.contains($0) }
    }
    return found
  }

  /// So many are asked about at once.
  private static let batch = 128

  private func printSeveral(_ ids: [String], _ session: Session) async throws {
    if follow { throw UsageError("--follow goes with one task; these are \(ids.count)") }
    if times { throw UsageError("--times goes with one task; these are \(ids.count)") }
    if attempt != nil { throw UsageError("--attempt goes with one task; these are \(ids.count)") }
    if ids.isEmpty { Output.remark("none of them failed") }
    let streams = both ? ["stdout", "stderr"] : [stderr ? "stderr" : "stdout"]
    let isWhole = try await SeveralLogs(session: session, streams: streams, tail: tail).print(ids)
    await session.http.close()
    if !isWhole { throw CommandStatus.someFailed.exitCode }
  }
}
