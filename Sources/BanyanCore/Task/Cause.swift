/// Why a task ended other than in success, or by whom. A chain of a million tasks that is cancelled has a million of
/// these: the one that names a parent keeps numbers and becomes words when somebody reads it.
public enum Cause: Hashable, Sendable, CustomStringConvertible {
  /// As somebody said it.
  case words(String)
  /// A task that this one waited for did not succeed.
  case parent(TaskID, ParentEnd)

  /// How a parent failed those below it.
  public enum ParentEnd: UInt8, Sendable, CaseIterable, CustomStringConvertible {
    case cancelled, isBeingCancelled, wasToBeCancelled, failed

    /// What follows the parent's name.
    public var description: String {
      switch self {
      case .cancelled: "was cancelled"
      case .isBeingCancelled: "is being cancelled"
      case .wasToBeCancelled: "was to be cancelled"
      case .failed: "failed"
      }
    }
  }

  /// The parent that it names.
  var parent: TaskID? {
    guard case .parent(let parent, _) = self else { return nil }
    return parent
  }

  /// As documents, the journal and snapshots tell it.
  public var description: String {
    switch self {
    case .words(let words): words
    case .parent(let parent, let end): "parent \(parent) \(end)"
    }
  }

  /// Reads what ``description`` wrote.
  public init(_ text: String) {
    guard text.hasPrefix("parent "), let parent = TaskID(text.dropFirst(7).prefix(24)),
      let end = ParentEnd.allCases.first(where: { text.dropFirst(31) == " \($0)" })
    else {
      self = .words(text)
      return
    }
    self = .parent(parent, end)
  }
}
