import BanyanCore
import BanyanJSON

/// What running attempts use: `usage`.
public struct UsageMessage: Sendable, Hashable {
  /// What each running attempt uses.
  public var tasks: [Figures]
  /// What could not be read of the list.
  public private(set) var faults: [ItemFault] = []
  /// What is used on the whole machine, by whomever.
  public var worker: AttemptUsage?
  /// What a round trip to the server took, in milliseconds.
  public var roundTrip: Double?

  /// What an attempt uses.
  public struct Figures: Sendable, Hashable {
    /// The attempt, with its token.
    public var attempt: AttemptName
    /// What its processes use together.
    public var usage: AttemptUsage

    /// Figures of an attempt.
    public init(attempt: AttemptName, usage: AttemptUsage) {
      self.attempt = attempt
      self.usage = usage
    }
  }

  /// For a worker to send, now and then and when it is asked.
  public init(tasks: [Figures], worker: AttemptUsage? = nil, roundTrip: Double? = nil) {
    self.tasks = tasks
    self.worker = worker
    self.roundTrip = roundTrip
  }

  init(_ node: MessageFields) {
    (tasks, faults) = node.items("tasks", required: false) { one in
      Figures(attempt: AttemptName(claimed: one), usage: AttemptUsage(one))
    }
    worker = node.optionalObject("worker") { one in AttemptUsage(one) }
    roundTrip = node.optionalDouble("round_trip")
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
