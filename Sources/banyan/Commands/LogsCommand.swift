import ArgumentParser
import BanyanClient
import BanyanCore
import BanyanJSON
import BanyanTerminal

/// The output of tasks.
struct LogsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs", abstract: "What tasks printed: both streams, as they came.",
    usage: "banyan logs SELECTOR...",
    discussion: """
      Of several each line has the task in front. One stream of one task comes byte for byte. What is missing is said, and \
      the status isn't 0.

      Example: banyan logs -f @last
      """)

  @OptionGroup var connection: ConnectionOptions

  @Flag(
    name: [.customShort("f"), .long], help: "Follow to the end; the status tells how it ended, and whether all came.")
  var follow = false

  @Flag(name: .long, help: "Standard output alone.")
  var stdout = false

  @Flag(name: .long, help: "Standard error alone.")
  var stderr = false

  @Flag(name: .long, help: "Both streams, which is what is shown when nothing is said.")
  var both = false

  @Flag(name: .long, help: "Each line's time before it.")
  var times = false

  @Option(name: .long, help: "Another attempt than the newest.")
  var attempt: Int?

  @Option(name: .long, help: ArgumentHelp("Only the last lines (of each).", valueName: "lines"))
  var tail: Int?

  @Flag(name: .long, help: "Only of those that failed.")
  var failed = false

  @OptionGroup var named: SelectorArguments

  func validate() throws {
    if let tail, tail < 0 { throw ValidationError("--tail \(tail): give 0 or more") }
    if let attempt, attempt < 1 { throw ValidationError("--attempt \(attempt): attempts count from 1") }
    if [stdout, stderr, both].count(where: \.self) > 1 {
      throw ValidationError("--stdout, --stderr and --both: give one of them; without any it is both")
    }
    if follow, attempt != nil { throw ValidationError("--follow goes with the newest attempt, not with --attempt") }
  }

  private var choice: LogChoice {
    LogChoice(
      streams: stdout ? [0] : stderr ? [1] : [0, 1], attempt: attempt.map(Int64.init), tail: tail, showsTimes: times)
  }

  func run() async throws {
    let session = try Session(connection)
    let (views, isOne) = try await views(session)
    if views.isEmpty { Output.remark(failed ? "none of them failed" : "there are no tasks") }
    let status: CommandStatus
    if isOne, let view = views.first {
      let source = try await LogSource.found(for: view, session.asking)
      if source.isLost {
        throw NotFound("\(view.handle): the task that it was taken over from is forgotten, and its log")
      }
      status = try await (follow ? followed(source, session) : printed(source, session))
    } else if follow {
      status = try await followed(views, session)
    } else {
      let isWhole = try await SeveralLogs(session: session, choice: choice).print(views)
      status = isWhole ? .success : .someFailed
    }
    await session.http.close()
    throw status.exitCode
  }

  // MARK: Which

  /// The tasks that are meant; and whether a single one was.
  private func views(_ session: Session) async throws -> ([TaskView], isOne: Bool) {
    var views: [TaskView] = []
    var seen: Set<String> = []
    for selection in try await named.selections(session) {
      for view in try await Self.views(of: selection, session) where seen.insert(view.id).inserted {
        views.append(view)
      }
    }
    let isOne = views.count == 1
    return (failed ? views.filter { $0.outcome == .failed } : views, isOne)
  }

  private static func views(of selection: Selection, _ session: Session) async throws -> [TaskView] {
    let query = [("projection", LogSource.projection.encodedString())]
    switch selection {
    case .task(let id):
      guard let view = TaskView(try await session.http.json(.get, "/tasks/\(id)", query: query)) else {
        throw NotFound("there is no task \(id)")
      }
      return [view]
    case .job(let number):
      return try await session.jobs.tasks(of: number, query: query).compactMap { TaskView($0) }
    case .members(let number, let members):
      let items = try await session.jobs.tasks(of: number, members: members, query: query)
      guard !items.isEmpty else {
        throw NotFound(
          "job \(number) has no member \(JobReading.text(of: members)); `banyan list \(number)` shows them")
      }
      return items.compactMap { TaskView($0) }
    }
  }

  // MARK: One

  private func printed(_ source: LogSource, _ session: Session) async throws -> CommandStatus {
    guard source.origin.claims > 0 else {
      let words = source.view.isEnded ? "" : " yet; -f waits"
      Output.remark("\(Escaping.shown(source.view.label)) has not run\(words)")
      return .success
    }
    var printer = choice.printer(source.log(session.http))
    _ = try await printer.begin(choice.attempt, tail: tail, isPatient: false)
    _ = try await printer.printNew(isPatient: false)
    printer.finish()
    return printer.isIncomplete ? .someFailed : .success
  }

  private func followed(_ source: LogSource, _ session: Session) async throws -> CommandStatus {
    let printer = choice.printer(source.log(session.http))
    let end = try await Interrupts.interruptible { [tail] in
      var following = LogFollowing(session: session, task: source.origin.id, printer: printer)
      return try await following.run(tail: tail)
    }
    return try await Self.status(of: [end.task], isWhole: end.isWhole, session)
  }

  // MARK: Several

  private func followed(_ views: [TaskView], _ session: Session) async throws -> CommandStatus {
    var sources: [LogSource] = []
    for view in views { sources.append(try await LogSource.found(for: view, session.asking)) }
    let end = try await Interrupts.interruptible { [choice, sources] in
      var following = SeveralFollowing(session: session, choice: choice, sources: sources)
      return try await following.run()
    }
    return try await Self.status(of: end.views, isWhole: end.isWhole, session)
  }

  /// What did not succeed is said, and the status tells it.
  private static func status(
    of views: [TaskView], isWhole: Bool, _ session: Session
  ) async throws -> CommandStatus {
    let failed = views.filter { !$0.hasSucceeded }
    let names = try await TaskNames.fetched(in: failed.map(\.ending), session.asking)
    for view in failed { Output.remark(Escaping.shown("\(view.label): \(names.applied(to: view.ending))")) }
    return failed.isEmpty && isWhole ? .success : .someFailed
  }
}
