/// Why a message was refused: which field, what was wrong with it, and what would be right.
public struct MessageError: Error, Sendable, Hashable {
  /// The path of the field, as in `tasks[3].token`.
  public var field: String
  /// What was wrong.
  public var problem: String
  /// What would be right.
  public var remedy: String

  /// An error about `field`.
  public init(field: String, problem: String, remedy: String) {
    self.field = field
    self.problem = problem
    self.remedy = remedy
  }

  /// The same error, seen from one level up: `outer` is put before the path.
  func inside(_ outer: String) -> MessageError {
    let joined = field.isEmpty ? outer : field.hasPrefix("[") ? outer + field : "\(outer).\(field)"
    return MessageError(field: joined, problem: problem, remedy: remedy)
  }
}

extension MessageError: CustomStringConvertible {
  /// All three in a sentence.
  public var description: String { "\(field.isEmpty ? "message" : field): \(problem); \(remedy)" }
}
