import ArgumentParser
import BanyanClient
import BanyanCore
import BanyanJSON

/// Cancels jobs and tasks, and what waits for them.
struct CancelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel", abstract: "Cancel jobs or tasks, and what waits below them.",
    usage: "banyan cancel SELECTOR...",
    discussion: """
      What runs gets SIGTERM, and SIGKILL after its grace. Again with --now: SIGKILL at once.

      Example: banyan cancel --where '{"name": "sweep"}'
      """)

  /// More than this are asked about.
  static let maxWithoutAsking = 100

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

  @Flag(name: .long, help: "Don't ask before more than \(maxWithoutAsking).")
  var yes = false

  @Argument(help: SelectorArguments.help)
  var words: [String] = []

  func validate() throws {
    let ways = [!words.isEmpty, self.where != nil, all].count { $0 }
    if ways != 1 || words.contains("") {
      throw ValidationError("which jobs or tasks? Give numbers as in 12 or 12.7, or --where JSON, or --all.")
    }
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
    let cancellation = TaskCanceller(session: session)
    var jobs: [(number: Int64, members: [ClosedRange<Int64>]?)] = []
    var target: TaskCanceller.Target?
    var named = 0
    var below = (count: 0, isAll: true)
    if words.isEmpty {
      let filter = try await open(session)
      target = .matching(filter)
      // Below all that has not ended there is nothing that isn't one of them.
      let ids = try await ids(session, filter, limit: all ? 1 : .max)
      named = ids.total
      if !all { below = try await cancellation.waitingBelow(ids.found) }
      guard named > 0 else {
        await session.http.close()
        guard all else { throw NotFound("no task that has not ended fits; nothing was cancelled") }
        return Output.remark("nothing to cancel: there is no task that has not ended")
      }
    } else {
      var tasks: [String] = []
      var members: [String] = []
      for selection in try await session.selectors.resolve(words) {
        switch selection {
        case .job(let number):
          let job = try await session.jobs.job(number)
          named += Int(job.taskCount - job.endedCount)
          jobs.append((number, Optional.none))
        case .members(let number, let ranges):
          members += try await session.jobs.ids(of: number, members: ranges)
          jobs.append((number, ranges))
        case .task(let id): tasks.append(id)
        }
      }
      if !tasks.isEmpty { target = .tasks(tasks) }
      if !(tasks + members).isEmpty { below = try await cancellation.waitingBelow(tasks + members) }
      named += tasks.count + members.count
    }
    try confirm(named, below: below.count)
    var outcome = TaskCanceller.Outcome()
    var others: Int64 = 0
    for job in jobs {
      let part = try await session.jobChanges.cancel(job.number, members: job.members, grace: grace)
      outcome.cancelled += part.cancelled
      outcome.told += part.told
      outcome.ended += part.unchanged
      // Of members it was looked up before what lies below them.
      if job.members == nil { others += part.others }
    }
    if let target {
      let part = try await cancellation.cancel(target, grace: grace)
      outcome.cancelled += part.cancelled
      outcome.told += part.told
      outcome.ended += part.ended
    }
    await session.http.close()
    tell(outcome, below, others)
    // What was asked for can't be done any more.
    if outcome.cancelled + outcome.told == 0, outcome.ended > 0 { throw CommandStatus.someFailed.exitCode }
  }

  private func tell(_ outcome: TaskCanceller.Outcome, _ below: (count: Int, isAll: Bool), _ others: Int64) {
    var words: [String] = []
    if outcome.cancelled > 0 { words.append("\(outcome.cancelled) cancelled") }
    if outcome.told > 0 { words.append("\(outcome.told) running, told to stop") }
    if outcome.ended > 0 { words.append("\(outcome.ended) had ended") }
    if words.isEmpty { words.append("nothing was cancelled") }
    if below.count > 0 {
      words.append("\(below.isAll ? "" : "more than ")\(below.count) below them cancelled with them")
    }
    if others > 0 { words.append("\(others) of other jobs that waited for them cancelled with them") }
    Output.remark(words.joined(separator: ", "))
  }

  /// What has not ended of what is meant.
  private func open(_ session: Session) async throws -> JSON {
    try TaskFilter(
      states: ["inactive", "available", "running", "pending_cancellation"], owner: try await whose(session),
      raw: self.where
    ).json ?? [:]
  }

  private func ids(
    _ session: Session, _ filter: JSON, limit: Int
  ) async throws -> (found: [String], total: Int) {
    let answer = try await session.list(
      "/tasks", query: [("where", filter.encodedString()), ("projection", "{\"_id\": 1}"), ("sort", "_id")],
      limit: limit)
    return (answer.items.compactMap { $0["_id"]?.string }, answer.total)
  }

  /// Whose tasks are meant where nobody is named: one's own, unless an admin says otherwise. nil: everybody's.
  private func whose(_ session: Session) async throws -> String? {
    let asker = try await CurrentUser.fetched(from: session.http)
    guard allUsers || owner != nil, owner != asker.name else { return asker.name }
    guard asker.isAdmin else {
      throw NotAllowed("\(asker.name) is no admin, and cancels its own tasks alone; nothing was cancelled")
    }
    return owner
  }

  private func confirm(_ named: Int, below: Int) throws {
    let count = named + below
    guard count > Self.maxWithoutAsking, !yes else { return }
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
