import BanyanCore
import BanyanJSON

/// Attempts ended: `report`.
public struct ReportMessage: Sendable, Hashable {
  /// Ties the answer to it.
  public var id: MessageID?
  /// How.
  public var results: [Result]

  /// How an attempt ended.
  public struct Result: Sendable, Hashable {
    /// The attempt.
    public var attempt: AttemptName
    /// What the worker asks for: `terminated`, `cancelled`, or `available` (given back, or lost, by its status).
    public var state: TaskState
    /// In words.
    public var exitStatus: String?
    /// Milliseconds since 1970 on the worker's clock.
    public var timeTerminated: Int64?
    /// Last figures.
    public var usage: AttemptUsage?

    /// An end.
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

  /// A report.
  public init(id: MessageID? = nil, results: [Result]) {
    self.id = id
    self.results = results
  }

  /// Reads a message. Whether a state may be asked for is the queue's to judge.
  public init(_ node: JSONNode) throws(MessageError) {
    id = try MessageID(of: node)
    results = try node.list("results") { one throws(MessageError) in
      let word = try one.text("state")
      guard let state = TaskState(name: word) else {
        throw MessageError(field: "state", problem: word, remedy: "give terminated, cancelled or available")
      }
      return Result(
        attempt: try AttemptName(claimed: one), state: state, exitStatus: try one.optionalText("exit_status"),
        timeTerminated: try one.optionalDate("time_terminated"),
        usage: try one.optionalObject("usage") { usage throws(MessageError) in try AttemptUsage(usage) })
    }
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
