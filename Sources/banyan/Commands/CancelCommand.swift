import ArgumentParser
import BanyanClient
import BanyanCore
import BanyanJSON

/// Cancels tasks, and what waits for them.
struct CancelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel", abstract: "Cancel tasks and what waits below them.",
    usage: "banyan cancel ID...",
    discussion: """
      What runs gets SIGTERM, and SIGKILL after its grace. Again with --now: SIGKILL at once.

      Example: banyan cancel --where '{"name": "sweep"}'
      """)

  /// More than this are asked about.
  static let mostUnasked = 100

  @OptionGroup var connection: ConnectionOptions

  @Option(name: .long, help: ArgumentHelp("Those that fit a filter.", valueName: "json"))
  var `where`: String?

  @Flag(name: .long, help: "All of mine that have not ended.")
  var all = false

  @Option(name: .long, help: ArgumentHelp("With --all or --where: this user's (an admin).", valueName: "name"))
  var owner: String?

  @Flag(name: .customLong("all-users"), help: "With --all or --where: everybody's (an admin).")
  var allUsers = false

  @Flag(name: .long, help: "Without any grace.")
  var now = false

  @Option(name: .long, help: ArgumentHelp("A shorter grace than the tasks' own.", valueName: "span"))
  var grace: String?

  @Flag(name: .long, help: "Don't ask before more than \(mostUnasked).")
  var yes = false

  @Argument(help: ArgumentHelp("Ids (or parts of six digits), names, or @last.", valueName: "id"))
  var tasks: [String] = []

  func validate() throws {
    let ways = [!tasks.isEmpty, self.where != nil, all].count { $0 }
    if ways != 1 || tasks.contains("") { throw ValidationError("which tasks? Give ids, or --where JSON, or --all.") }
    if owner != nil || allUsers {
      let flag = allUsers ? "--all-users" : "--owner"
      if self.where == nil, !all { throw ValidationError("\(flag) goes with --all or --where") }
      if owner != nil, allUsers { throw ValidationError("give --owner NAME or --all-users, not both") }
    }
    if now, grace != nil { throw ValidationError("give --now or --grace, not both") }
  }

  func run() async throws {
    let session = try Session(connection)
    let grace = now ? 0 : try self.grace.map { try Quantities.duration($0, of: "--grace") }
    let targets = try await targets(session)
    guard !targets.isEmpty else {
      Output.remark("nothing to cancel: all of them have ended")
      return await session.http.close()
    }
    let cancellation = Cancellation(session: session)
    let below = try await cancellation.waitingBelow(targets)
    try confirm(targets.count, below: below.count)
    var told = 0
    var cancelled = 0
    var ended = 0
    try await cancellation.cancel(targets, grace: grace)
    for view in try await cancellation.views(of: targets) {
      switch view.state {
      case .pendingCancellation: told += 1
      case .cancelled: cancelled += 1
      default: ended += 1
      }
    }
    await session.http.close()
    var words: [String] = []
    if cancelled > 0 { words.append("\(cancelled) cancelled") }
    if told > 0 { words.append("\(told) running, told to stop") }
    if ended > 0 { words.append("\(ended) had ended") }
    if below.count > 0 {
      words.append("\(below.isAll ? "" : "more than ")\(below.count) below them cancelled with them")
    }
    Output.remark(words.joined(separator: ", "))
  }

  private func targets(_ session: Session) async throws -> [String] {
    if !tasks.isEmpty { return try await session.lookup.ids(of: tasks) }
    let filter = try TaskFilter(
      states: ["inactive", "available", "running", "pending_cancellation"], owner: try await whose(session),
      raw: self.where)
    let found = try await session.list(
      "/tasks",
      query: [("where", filter.json?.encodedString() ?? "{}"), ("projection", "{\"_id\": 1}"), ("sort", "_id")])
    return found.items.compactMap { $0["_id"]?.string }
  }

  /// Whose tasks are meant where nobody is named: one's own, unless an admin says otherwise. nil: everybody's.
  private func whose(_ session: Session) async throws -> String? {
    let asker = try await Asker.known(to: session.http)
    guard allUsers || owner != nil, owner != asker.name else { return asker.name }
    guard asker.isAdmin else {
      throw NotAllowed("\(asker.name) is no admin, and cancels its own tasks alone; nothing was cancelled")
    }
    return owner
  }

  private func confirm(_ named: Int, below: Int) throws {
    let count = named + below
    guard count > Self.mostUnasked, !yes else { return }
    let surroundings = Surroundings.ofProcess()
    let terminal = Terminal.current(environment: surroundings.environment)
    guard terminal.isOutputTerminal else {
      throw UsageError("that would cancel \(count) tasks; give --yes if that is meant")
    }
    Output.progress("Cancel \(count) tasks? [y/N] ")
    let answer = readLine(strippingNewline: true)?.lowercased() ?? ""
    guard answer == "y" || answer == "yes" else { throw Interruption("nothing was cancelled") }
  }
}
