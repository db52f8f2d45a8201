import ArgumentParser
import BanyanJSON

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

  @Option(name: .long, help: ArgumentHelp("A filter in the language of the REST interface.", valueName: "json"))
  var `where`: String?

  @Option(name: .long, help: "Fields to sort by, a minus in front turns round.")
  var sort: String?

  @Option(name: .long, help: "At most so many; 0: all.")
  var limit = 50

  func validate() throws {
    if mine, owner != nil { throw ValidationError("give --mine or --owner NAME, not both") }
    guard limit >= 0 else { throw ValidationError("--limit \(limit): give 0 (all) or more") }
  }

  /// How many may be shown.
  var most: Int { limit == 0 ? .max : limit }

  /// Whose are meant; nil: everybody's.
  func whose(_ session: Session) async throws -> String? {
    mine ? try await CurrentUser.fetched(from: session.http).name : owner
  }
}
