import BanyanJSON

/// The server wants attempts ended: `cancel`, pushed to their worker.
public struct CancelPush: Sendable, Hashable {
  /// The attempts to be ended, each with its own grace.
  public var tasks: [Order]

  /// An attempt to be ended.
  public struct Order: Sendable, Hashable {
    /// The attempt, with the token that its worker got for it.
    public var attempt: AttemptName
    /// Between SIGTERM and SIGKILL; asking again may shorten it, 0 kills at once.
    public var maxShutdownTimeMilliseconds: Int64

    /// An attempt to be ended.
    public init(attempt: AttemptName, maxShutdownTimeMilliseconds: Int64) {
      self.attempt = attempt
      self.maxShutdownTimeMilliseconds = maxShutdownTimeMilliseconds
    }
  }

  /// For the server to push.
  public init(tasks: [Order]) { self.tasks = tasks }

  init(_ node: MessageFields) {
    tasks = node.list("tasks") { one in
      Order(
        attempt: AttemptName(one),
        maxShutdownTimeMilliseconds: one.integer("max_shutdown_time_milliseconds", atLeast: 0))
    }
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "cancel")
      message.array("tasks") { list in
        for order in tasks {
          list.object { object in
            order.attempt.write(to: &object)
            object.set("max_shutdown_time_milliseconds", order.maxShutdownTimeMilliseconds)
          }
        }
      }
    }
  }
}
