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
