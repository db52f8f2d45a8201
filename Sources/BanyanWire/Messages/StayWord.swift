import BanyanJSON

/// How long a worker will stay, as `hello` and `claim` say it: `ends_in_milliseconds`, from when the message is heard, and
/// `assume_milliseconds` for tasks that say nothing of their time.
public struct StayWord: Sendable, Hashable {
  /// It leaves then. Only what says that it ends before is given to it.
  public var endsInMilliseconds: Int64
  /// A task that says nothing of its time is taken to last so long; nil: it isn't given to this worker.
  public var assumeMilliseconds: Int64?

  /// Both in milliseconds; without a second figure, tasks of unknown length aren't given to the worker.
  public init(endsInMilliseconds: Int64, assumeMilliseconds: Int64? = nil) {
    self.endsInMilliseconds = endsInMilliseconds
    self.assumeMilliseconds = assumeMilliseconds
  }

  /// nil: the message doesn't say that the worker leaves; what it assumes counts for nothing then.
  init?(of node: MessageFields) {
    let assumed = node.optionalInteger("assume_milliseconds", atLeast: 1)
    guard let ends = node.optionalInteger("ends_in_milliseconds", atLeast: 0) else { return nil }
    endsInMilliseconds = ends
    assumeMilliseconds = assumed
  }

  func write(to message: inout JSONObjectWriter) {
    message.set("ends_in_milliseconds", endsInMilliseconds)
    message.set("assume_milliseconds", ifPresent: assumeMilliseconds)
  }
}
