import BanyanCore
import BanyanJSON

/// A worker tells how attempts ended: `report`, answered by a ``JudgedMessage``.
public struct ReportMessage: Sendable, Hashable {
  /// Ties the answer to it.
  public var id: MessageID?
  /// How each attempt ended.
  public var results: [Result]
  /// What could not be read of the list.
  public private(set) var faults: [ItemFault] = []

  /// How an attempt ended.
  public struct Result: Sendable, Hashable {
    /// The attempt, with its token.
    public var attempt: AttemptName
    /// What the worker asks for: `terminated`, `cancelled`, or `available` (given back, or lost, by its status).
    public var state: TaskState
    /// How it ended, as text: its exit status, a signal, or why it is given back.
    public var exitStatus: String?
    /// Milliseconds since 1970 on the worker's clock.
    public var timeTerminated: Int64?
    /// What it used until its end; nil: nothing was measured.
    public var usage: AttemptUsage?

    /// For a worker to report.
    public init(
      attempt: AttemptName, state: TaskState, exitStatus: String?, timeTerminated: Int64?, usage: AttemptUsage? = nil
    ) {
      self.attempt = attempt
      self.state = state
      self.exitStatus = exitStatus
      self.timeTerminated = timeTerminated
      self.usage = usage
    }
  }

  /// For a worker to send.
  public init(id: MessageID? = nil, results: [Result]) {
    self.id = id
    self.results = results
  }

  /// Reads a message. Whether a state may be asked for is the queue's to judge.
  init(_ node: MessageFields) {
    id = MessageID(of: node)
    (results, faults) = node.items("results") { one in
      Result(
        attempt: AttemptName(claimed: one), state: Self.state(one), exitStatus: one.optionalText("exit_status"),
        timeTerminated: one.optionalDate("time_terminated"),
        usage: one.optionalObject("usage") { usage in AttemptUsage(usage) })
    }
  }

  private static func state(_ result: MessageFields) -> TaskState {
    let word = result.text("state")
    if let state = TaskState(name: word) { return state }
    if !word.isEmpty { result.fail("state", "\(word.prefix(64)); give terminated, cancelled or available") }
    return .terminated
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "report")
      id?.write(to: &message)
      message.array("results") { list in
        for result in results {
          list.object { object in
            result.attempt.write(to: &object)
            object.set("state", result.state.name)
            object.set("exit_status", ifPresent: result.exitStatus)
            object.set("time_terminated", ifPresent: result.timeTerminated.map(WireDate.text))
            if let usage = result.usage { object.object("usage") { usage.write(to: &$0) } }
          }
        }
      }
    }
  }
}
