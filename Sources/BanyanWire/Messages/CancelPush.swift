import BanyanJSON

/// The server wants attempts ended: `cancel`, pushed to their worker.
public struct CancelPush: Sendable, Hashable {
  /// Which.
  public var tasks: [Order]

  /// An attempt to be ended.
  public struct Order: Sendable, Hashable {
    /// Which.
    public var attempt: AttemptName
    /// Between SIGTERM and SIGKILL; asking again may shorten it, 0 kills at once.
    public var maxShutdownTimeMilliseconds: Int64

    /// An attempt to be ended.
    public init(attempt: AttemptName, maxShutdownTimeMilliseconds: Int64) {
      self.attempt = attempt
      self.maxShutdownTimeMilliseconds = maxShutdownTimeMilliseconds
    }
  }

  /// A push.
  public init(tasks: [Order]) { self.tasks = tasks }

  /// Reads a message.
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
