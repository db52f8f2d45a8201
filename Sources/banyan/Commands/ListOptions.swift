import ArgumentParser
import BanyanJSON
import BanyanWire

/// The flags by which lists choose.
struct ListOptions: ParsableArguments {
  @Option(name: .long, help: "Only these: waiting, running, failed, succeeded, ended, held. May be repeated.")
  var state: [String] = []

  @Option(name: .long, help: "Only those of this name.")
  var name: String?

  @Flag(name: .long, help: "Only mine.")
  var mine = false

  @Option(name: .long, help: ArgumentHelp("Only this user's.", valueName: "name"))
  var owner: String?

  @Option(name: .long, help: ArgumentHelp("Only those with this label.", valueName: "key=value"))
  var label: [String] = []

  @Option(name: .long, help: ArgumentHelp("Only what was made since, as in 2h or 09:30.", valueName: "time"))
  var since: String?

  @Option(name: .long, help: ArgumentHelp("A filter in the language of the REST interface.", valueName: "json"))
  var `where`: String?

  @Option(name: .long, help: "Fields to sort by, a minus in front turns round.")
  var sort: String?

  @Option(name: .long, help: "At most so many; 0: all. Else as many as fit the screen; in a pipe 50, of -o json all.")
  var limit: Int?

  @Flag(name: .long, help: "All of them, as --limit 0.")
  var all = false

  func validate() throws {
    if mine, owner != nil { throw ValidationError("give --mine or --owner NAME, not both") }
    if let limit, limit < 0 { throw ValidationError("--limit \(limit): give 0 (all) or more") }
    if all, let limit, limit > 0 { throw ValidationError("--all and --limit \(limit): give one of them") }
  }

  /// Lines of a screen that are not the table's: its titles, what is said below it, the next prompt.
  private static let otherLines = 4
  private static let fewest = 10
  private static let mostInPipe = 50

  /// How many may be shown.
  func most(_ output: OutputOptions, _ session: Session) -> Int {
    if all || limit == 0 { return .max }
    if let limit { return limit }
    guard output.isTable else { return .max }
    let terminal = output.terminal(session.surroundings)
    guard terminal.isOutputTerminal else { return Self.mostInPipe }
    // So many that the titles stay on the screen.
    return max(Self.fewest, terminal.height - Self.otherLines)
  }

  /// Whose are meant; nil: everybody's.
  func whose(_ session: Session) async throws -> String? {
    mine ? try await CurrentUser.fetched(from: session.http).name : owner
  }

  /// A filter, and what `--since` says beside it.
  func withSince(_ filter: JSON?) throws -> JSON? {
    guard let since else { return filter }
    let moment = try Since.moment(since, now: LocalTime.now())
    let own: JSON = ["_created": ["$gte": .string(WireDate.text(moment))]]
    return filter.map { ["$and": [$0, own]] } ?? own
  }
}
