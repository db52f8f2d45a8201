/// How a task ended, in a word.
public enum TaskOutcome: String, Sendable, CaseIterable {
  /// Its command did what it should, or it is a group and all before it did.
  case succeeded
  /// An attempt failed or was lost, and none is left.
  case failed
  /// Somebody cancelled it, or what it waited for came to nothing. Also one whose command had succeeded before it heard of
  /// its cancellation: those below it were cancelled.
  case cancelled
}

extension TaskRecord {
  /// How it ended; nil: it hasn't.
  public var outcome: TaskOutcome? {
    switch state {
    case .terminated:
      cause == nil ? .succeeded : attempts.last?.exitStatus == ExitStatus.success ? .cancelled : .failed
    case .cancelled: .cancelled
    default: nil
    }
  }

  /// How its newest attempt ended; nil: the task hasn't, or was never claimed.
  public var exitStatus: String? { state.isEnded ? attempts.last?.exitStatus : nil }
}
