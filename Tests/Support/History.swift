/// What the clients of a queue asked and were told, in the order in which it happened to them: all that a
/// ``HistoryChecker`` knows.
///
/// A request whose answer did not come leaves the asking alone: whether it was done is unknown.
public struct History: Sendable {
  /// One thing that a client did or was told.
  public enum Event: Sendable {
    /// Tasks were asked for, all or none, under a key. Names are unique; `parents` are places in the same request.
    case submitting(key: String, names: [String], parents: [Int?])
    /// The tasks of that request were made, with identifiers in its order.
    case submitted(key: String, ids: [String])
    /// The request was refused: nothing was made.
    case refused(key: String)
    /// A worker got a task; `asked` is the length of the history when it asked.
    case claimed(task: String, number: Int, asked: Int)
    /// A worker was told of an attempt that it holds, whether it knew of it or not.
    case held(task: String, number: Int, asked: Int)
    /// A worker tells how an attempt ended.
    case reporting(task: String, number: Int, isSuccess: Bool)
    /// That report was accepted.
    case reported(task: String, number: Int, isSuccess: Bool)
    /// A provider asks for a task's end.
    case cancelling(task: String)
    /// Somebody read a task; `number` is the claim that it stood at.
    case seen(task: String, state: String, number: Int)
  }

  /// All that happened, in the order in which the clients lived it.
  public private(set) var events: [Event] = []

  /// A history in which nothing has happened yet.
  public init() {}

  /// Adds what happened last.
  public mutating func append(_ event: Event) { events.append(event) }
}

/// A task as it is read when everything is over.
public struct FinalTask: Sendable {
  /// Its identifier, as documents tell it.
  public var id: String
  /// The name that it was submitted with, unique in the history.
  public var name: String
  /// Its state, as documents tell it.
  public var state: String
  /// The number of its last claim; 0: nobody got it.
  public var number: Int
  /// It is terminated and has no `cause`: nothing went wrong at its end.
  public var hasSucceeded: Bool

  /// A task at the end of a history.
  public init(id: String, name: String, state: String, number: Int, hasSucceeded: Bool) {
    self.id = id
    self.name = name
    self.state = state
    self.number = number
    self.hasSucceeded = hasSucceeded
  }

  /// It is terminated or cancelled, which it stays.
  public var isEnded: Bool { Self.isEnded(state) }

  static func isEnded(_ state: String) -> Bool { state == "terminated" || state == "cancelled" }
}
