/// The words for why a task ended that other words are found by.
enum Cause {
  private static let parent = "parent "

  /// A parent's end took the task with it.
  static func parent(_ id: TaskID, _ why: String) -> String { "\(parent)\(id) \(why)" }

  /// The parent that a cause names; nil: it names none.
  static func parent(in cause: String?) -> TaskID? {
    guard let cause, cause.hasPrefix(parent) else { return nil }
    return TaskID(cause.dropFirst(parent.count).prefix(24))
  }
}
