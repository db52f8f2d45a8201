import BanyanJSON

/// The worker is being unregistered: `deregister`. It claims nothing more and ends its tasks.
public struct DeregisterPush: Sendable, Hashable {
  /// Milliseconds since 1970 on the server's clock: what has not ended then is abandoned.
  public var deadline: Int64
  /// Why, as a phrase for the worker's log.
  public var reason: String

  /// For the server to push.
  public init(deadline: Int64, reason: String) {
    self.deadline = deadline
    self.reason = reason
  }

  init(_ node: MessageFields) {
    deadline = node.date("deadline")
    reason = node.optionalText("reason") ?? "unregistered"
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "deregister")
      message.set("deadline", WireDate.text(deadline))
      message.set("reason", reason)
    }
  }
}
