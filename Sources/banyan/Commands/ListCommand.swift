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
    let filter = try choice.withSince(
      JobFilter.json(
        states: choice.state, name: choice.name, labels: choice.label, owner: await choice.whose(session),
        raw: choice.where))
    let found = try await jobs(filter, session)
    if output.printed(found.items) { return await session.http.close() }
    guard !found.items.isEmpty else {
      await session.http.close()
      return Output.remark(filter == nil ? "no jobs yet; `banyan submit -- PROGRAM` makes one" : "no job fits")
    }
    try await show(found.items.compactMap { JobView($0) }, session)
    await session.http.close()
    if found.total > found.items.count {
      Output.remark("\(found.items.count) of \(found.total); --all shows all")
    }
  }

  private func show(_ jobs: [JobView], _ session: Session) async throws {
    var listing = JobListing(now: LocalTime.now(), isWide: output.format == .wide)
    do {
      listing.glances = try await JobGlances.fetched(of: jobs.map(\.number), session.asking)
    } catch is ServerError {
      // An older server doesn't tell these: the rest is worth showing.
    }
    listing.names = try await TaskNames.fetched(in: jobs.map(listing.glances.why), session.asking)
    listing.table(of: jobs).print(on: output.terminal(session.surroundings), isWide: output.format == .wide)
  }

  /// What runs first, then what waits, then what ended lately; unless somebody says in which order.
  private func jobs(_ filter: JSON?, _ session: Session) async throws -> (items: [JSON], total: Int) {
    let most = choice.most(output, session)
    if let sort = choice.sort { return try await jobs(filter, sort, most, session) }
    var alive = try await jobs(Self.both(JobFilter.alive, filter), "-number", most, session)
    if alive.total > alive.items.count {
      // Of more than are shown those that run must not be among the others.
      var items: [JSON] = []
      for state in Self.order where items.count < most {
        let part: JSON = ["state": .string(state.rawValue)]
        items += try await jobs(Self.both(part, filter), "-number", most - items.count, session).items
      }
      alive.items = items
    } else {
      alive.items = Self.order.flatMap { state in alive.items.filter { JobView($0)?.state == state } }
    }
    let rest = most - alive.items.count
    let ended = try await jobs(Self.both(JobFilter.ended, filter), "-number", max(1, rest), session)
    return (alive.items + ended.items.prefix(rest), alive.total + ended.total)
  }

  /// Jobs that have not ended, what runs first.
  private static let order: [JobState] = [.running, .waiting, .held]

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
