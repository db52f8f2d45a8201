import BanyanCore

/// Why a message was refused: all that is wrong with it, by the paths of fields, as in `tasks.3.token`.
public struct MessageError: Error, Sendable, Hashable {
  /// At least one. A path that is empty is the message itself.
  public var issues: [Rejection.Issue]

  /// With one issue for each field that is wrong.
  init(issues: [Rejection.Issue]) { self.issues = issues }

  /// An error about one field: what was wrong with it, and what would be right.
  public init(field: String, problem: String, remedy: String) {
    issues = [Rejection.Issue(field: field, trouble: "\(problem); \(remedy)")]
  }
}

extension MessageError: CustomStringConvertible {
  /// The first in a sentence, and how many more there are.
  public var description: String {
    guard let first = issues.first else { return "the message can't be read" }
    let others = issues.count == 1 ? "" : " (and \(issues.count - 1) more)"
    return "\(first.field.isEmpty ? "message" : first.field): \(first.trouble)\(others)"
  }
}
