import BanyanCore
import BanyanJSON

/// What running attempts use: `usage`.
public struct UsageMessage: Sendable, Hashable {
  /// By attempt.
  public var tasks: [Figures]
  /// What is used on the whole machine, by whomever.
  public var worker: AttemptUsage?
  /// What a round trip to the server took, in milliseconds.
  public var roundTrip: Double?

  /// What an attempt uses.
  public struct Figures: Sendable, Hashable {
    /// Which.
    public var attempt: AttemptName
    /// How much.
    public var usage: AttemptUsage

    /// Figures of an attempt.
    public init(attempt: AttemptName, usage: AttemptUsage) {
      self.attempt = attempt
      self.usage = usage
    }
  }

  /// A message.
  public init(tasks: [Figures], worker: AttemptUsage? = nil, roundTrip: Double? = nil) {
    self.tasks = tasks
    self.worker = worker
    self.roundTrip = roundTrip
  }

  /// Reads a message.
  public init(_ node: JSONNode) throws(MessageError) {
    tasks = try node.list("tasks", required: false) { one throws(MessageError) in
      Figures(attempt: try AttemptName(claimed: one), usage: try AttemptUsage(one))
    }
    worker = try node.optionalObject("worker") { one throws(MessageError) in try AttemptUsage(one) }
    roundTrip = try node.optionalDouble("round_trip")
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "usage")
      message.array("tasks") { list in
        for figures in tasks {
          list.object { object in
            figures.attempt.write(to: &object)
            figures.usage.write(to: &object)
          }
        }
      }
      if let worker { message.object("worker") { worker.write(to: &$0) } }
      message.set("round_trip", ifPresent: roundTrip)
    }
  }
}
