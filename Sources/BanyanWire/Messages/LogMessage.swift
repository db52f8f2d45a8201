import BanyanJSON

/// The answer to `request_log`: `log`. Where there is no such log, the worker answers an ``ErrorMessage`` of code 404.
public struct LogMessage: Sendable, Hashable {
  /// The `id` of the request that it answers.
  public var id: MessageID
  /// The piece of the stream; in base64 on the wire.
  public var data: [UInt8]
  /// Where the piece starts, in bytes from the start of the stream.
  public var offset: Int64
  /// How long the stream is now.
  public var size: Int64
  /// Nothing will be added: the attempt has ended.
  public var end: Bool

  /// For a worker to send.
  public init(id: MessageID, data: [UInt8], offset: Int64, size: Int64, end: Bool) {
    self.id = id
    self.data = data
    self.offset = offset
    self.size = size
    self.end = end
  }

  /// Bytes that no log has.
  private static let maxSize: Int64 = 1 << 60

  init(_ node: MessageFields) {
    id = MessageID(of: node, orElse: "give the id of the request_log")
    data = node.base64("data")
    offset = node.integer("offset", atLeast: 0)
    size = node.integer("size", atLeast: 0)
    // Whoever adds to either must not overflow.
    if max(offset, size) > Self.maxSize {
      node.fail("size", "is longer than any log; give at most \(Self.maxSize)")
    }
    end = node.bool("end")
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "log")
      id.write(to: &message)
      message.set("data", Base64.text(of: data))
      message.set("offset", offset)
      message.set("size", size)
      message.set("end", end)
    }
  }
}
