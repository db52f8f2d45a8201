import ArgumentParser
import BanyanClient
import BanyanJSON

/// The tasks that a change is asked for: named by selectors, or meant by a filter.
struct MeantOptions: ParsableArguments {
  @OptionGroup var filter: FilterOptions
  @OptionGroup var fields: FieldFilterOptions

  @Argument(help: SelectorArguments.help)
  var words: [String] = []

  func validate() throws { try Self.check(words, isFiltered: filter.isGiven || fields.isGiven, filter) }

  /// Names and filters don't go together, and one of them has to be there: a variable that turned out empty in a script must
  /// not read as "all is well".
  static func check(_ words: [String], isFiltered: Bool, _ filter: FilterOptions) throws {
    if words.contains("") || (words.isEmpty && !isFiltered) {
      throw ValidationError("which jobs or tasks? Give numbers as in 12 or 12.7, names, @last, or a filter as --state")
    }
    if !words.isEmpty, isFiltered || filter.isWhoseAlone {
      throw ValidationError("give selectors or filters, not both")
    }
  }

  /// - Parameter fit: what they must be besides.
  func parts(fit: [JSON] = [], _ session: Session) async throws -> [JobPart] {
    guard words.isEmpty else { return try await session.selectors.parts(words) }
    let found = try await filter.parts(fields.json() + fit, session)
    guard !found.isEmpty else { throw NotFound("no task fits; nothing was changed") }
    return found
  }
}
