import ArgumentParser
import BanyanClient
import BanyanCore
import BanyanJSON

/// The tasks, newest first.
struct ListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "The tasks, newest first, and why they wait.",
    usage: "banyan list --state running -o wide",
    discussion: "Example: banyan list --state failed -o ids | xargs banyan show")

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  @Option(
    name: .long,
    help: "Only these: waiting, running, failed, succeeded, ended, or a state of the task model. May be repeated.")
  var state: [String] = []

  @Option(name: .long, help: "Only tasks of this name, or of the graph of this name.")
  var name: String?

  @Flag(name: .long, help: "Only tasks of mine.")
  var mine = false

  @Option(name: .long, help: ArgumentHelp("Only tasks of this user.", valueName: "name"))
  var owner: String?

  @Option(name: .long, help: ArgumentHelp("Only tasks with this label.", valueName: "key=value"))
  var label: [String] = []

  @Option(name: .long, help: ArgumentHelp("A filter in the language of the REST interface.", valueName: "json"))
  var `where`: String?

  @Option(name: .long, help: ArgumentHelp("Fields to sort by, a minus in front turns round.", valueName: "fields"))
  var sort = "-_id"

  @Option(name: .long, help: "At most so many; 0: all.")
  var limit = 50

  func validate() throws {
    if mine, owner != nil { throw ValidationError("give --mine or --owner NAME, not both") }
    guard limit >= 0 else { throw ValidationError("--limit \(limit): give 0 (all) or more") }
  }

  func run() async throws {
    let session = try Session(connection)
    var query = [("sort", sort)]
    let owner = mine ? try await CurrentUser.fetched(from: session.http).name : owner
    let filter = try TaskFilter(states: state, name: name, labels: label, owner: owner, raw: self.where).json
    if let filter { query.append(("where", filter.encodedString())) }
    if output.format == .ids { query.append(("projection", "{\"_id\": 1}")) }
    if output.format == .table || output.format == .wide {
      query.append(("projection", TaskListing.projection.encodedString()))
    }
    let found = try await session.list("/tasks", query: query, limit: limit == 0 ? .max : limit)
    let isTable = output.format == .table || output.format == .wide
    let reasons = isTable ? try await WaitingReasons(session: session).reasons(of: found.items) : [:]
    await session.http.close()
    if output.printed(found.items) { return }
    guard !found.items.isEmpty else {
      Output.remark(filter == nil ? "no tasks yet; `banyan submit -- PROGRAM` makes one" : "no task fits")
      return
    }
    let terminal = output.terminal(session.surroundings)
    let isWide = output.format == .wide
    TaskListing(isWide: isWide, width: terminal.width).table(of: found.items, reasons: reasons).print(
      on: terminal, isWide: isWide)
    if found.total > found.items.count {
      Output.remark("\(found.items.count) of \(found.total); --limit 0 shows all")
    }
  }
}
