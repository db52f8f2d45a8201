/// Everything that is wrong with a graph, each with its place. Nothing was submitted.
struct GraphError: CommandError {
  static let status = CommandStatus.usage

  /// One mistake; without a place it is of the file as a whole.
  struct Problem: Hashable {
    var file: String
    var place: TextPlace?
    var message: String

    var description: String {
      guard let place else { return "\(file): \(message)" }
      return "\(file):\(place.line):\(place.column): \(message)"
    }
  }

  /// More than these are not printed.
  private static let maxShown = 10

  var problems: [Problem]

  var description: String {
    let shown = problems.prefix(Self.maxShown).map(\.description)
    let rest = problems.count - shown.count
    return (shown + (rest > 0 ? ["and \(rest) further mistakes"] : [])).joined(separator: "\n")
  }
}
