/// What the clients of a queue asked and were told, in the order in which it happened to them: all that a
/// ``HistoryChecker`` knows.
///
/// A request whose answer did not come leaves the asking alone: whether it was done is unknown.
public struct History: Sendable {
  /// One thing that a client did or was told.
  public enum Event: Sendable {
    /// Tasks were asked for, all or none, under a key. Names are unique; `parents` are places in the same request.
    case submitting(key: String, names: [String], parents: [Int?])
    /// They were made.
    case submitted(key: String, ids: [String])
    /// The request was refused: nothing was made.
    case refused(key: String)
    /// A worker got a task; `asked` is the length of the history when it asked.
    case claimed(task: String, number: Int, asked: Int)
    /// A worker was told of an attempt that it holds, whether it knew of it or not.
    case held(task: String, number: Int, asked: Int)
    /// A worker tells how an attempt ended.
    case reporting(task: String, number: Int, isSuccess: Bool)
    /// It was taken down.
    case reported(task: String, number: Int, isSuccess: Bool)
    /// A provider asks for a task's end.
    case cancelling(task: String)
    /// Somebody read a task.
    case seen(task: String, state: String, number: Int)
  }

  /// What happened, in order.
  public private(set) var events: [Event] = []

  /// Nothing yet.
  public init() {}

  /// Adds what happened.
  public mutating func append(_ event: Event) { events.append(event) }
}

/// A task as it is read when everything is over.
public struct FinalTask: Sendable {
  /// Its identifier.
  public var id: String
  /// Its name.
  public var name: String
  /// Its state, as documents tell it.
  public var state: String
  /// Its last claim.
  public var number: Int
  /// It ended well.
  public var hasSucceeded: Bool

  /// A task.
  public init(id: String, name: String, state: String, number: Int, hasSucceeded: Bool) {
    self.id = id
    self.name = name
    self.state = state
    self.number = number
    self.hasSucceeded = hasSucceeded
  }

  /// Nothing follows any more.
  public var isEnded: Bool { Self.isEnded(state) }

  static func isEnded(_ state: String) -> Bool { state == "terminated" || state == "cancelled" }
}
