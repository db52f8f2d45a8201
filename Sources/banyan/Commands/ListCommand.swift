import ArgumentParser
import BanyanClient
import BanyanCore
import BanyanJSON

/// The jobs; or the tasks of some.
struct ListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "The jobs, what is alive first; or the tasks of one.",
    usage: "banyan list [JOB...]",
    discussion: """
      With a job's number, name, or another selector: its tasks, as `banyan tasks` shows them.

      Example: banyan list --mine --state failed
      """)

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var choice: ListOptions

  @Argument(help: SelectorArguments.help)
  var words: [String] = []

  func run() async throws {
    let session = try Session(connection)
    guard words.isEmpty else {
      return try await TaskList(session: session, output: output, choice: choice).run(words)
    }
    let owner = try await choice.whose(session)
    let filter = try JobFilter.json(
      states: choice.state, name: choice.name, labels: choice.label, owner: owner, raw: choice.where)
    let found = try await jobs(filter, session)
    await session.http.close()
    if output.printed(found.items) { return }
    guard !found.items.isEmpty else {
      return Output.remark(filter == nil ? "no jobs yet; `banyan submit -- PROGRAM` makes one" : "no job fits")
    }
    let terminal = output.terminal(session.surroundings)
    JobListing(now: LocalTime.now()).table(of: found.items.compactMap { JobView($0) }).print(
      on: terminal, isWide: output.format == .wide)
    if found.total > found.items.count {
      Output.remark("\(found.items.count) of \(found.total); --limit 0 shows all")
    }
  }

  /// What is alive first, then what ended lately; unless somebody says in which order.
  private func jobs(_ filter: JSON?, _ session: Session) async throws -> (items: [JSON], total: Int) {
    if let sort = choice.sort { return try await jobs(filter, sort, choice.most, session) }
    let alive = try await jobs(Self.both(JobFilter.alive, filter), "-number", choice.most, session)
    let rest = choice.most - alive.items.count
    let ended = try await jobs(Self.both(JobFilter.ended, filter), "-number", max(1, rest), session)
    return (alive.items + ended.items.prefix(rest), alive.total + ended.total)
  }

  private static func both(_ first: JSON, _ second: JSON?) -> JSON {
    second.map { ["$and": [first, $0]] } ?? first
  }

  private func jobs(
    _ filter: JSON?, _ sort: String, _ limit: Int, _ session: Session
  ) async throws -> (items: [JSON], total: Int) {
    var query = [("sort", sort), LocalTime.query]
    if let filter { query.append(("where", filter.encodedString())) }
    return try await session.list("/jobs", query: query, limit: limit)
  }
}
