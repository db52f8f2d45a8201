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
