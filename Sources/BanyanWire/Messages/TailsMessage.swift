import BanyanJSON

/// The ends of logs, sent before the report so that they outlive the worker: `tails`.
public struct TailsMessage: Sendable, Hashable {
  /// The last bytes of streams, an element for each stream.
  public var tasks: [Tail]
  /// What could not be read of the list.
  public private(set) var faults: [ItemFault] = []

  /// The end of a stream.
  public struct Tail: Sendable, Hashable {
    /// The attempt that wrote it, with its token.
    public var attempt: AttemptName
    /// Which of the two.
    public var stream: OutputStream
    /// Its last bytes, at most 64 KiB.
    public var data: [UInt8]
    /// How long the whole stream is.
    public var size: Int64

    /// The end of a stream.
    public init(attempt: AttemptName, stream: OutputStream, data: [UInt8], size: Int64) {
      self.attempt = attempt
      self.stream = stream
      self.data = data
      self.size = size
    }
  }

  /// For a worker to send.
  public init(tasks: [Tail]) { self.tasks = tasks }

  init(_ node: MessageFields) {
    (tasks, faults) = node.items("tasks") { one in
      Tail(
        attempt: AttemptName(claimed: one), stream: one.outputStream("stream"), data: one.base64("data"),
        size: one.integer("size", atLeast: 0))
    }
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "tails")
      message.array("tasks") { list in
        for tail in tasks {
          list.object { object in
            tail.attempt.write(to: &object)
            object.set("stream", tail.stream.rawValue)
            object.set("data", Base64.text(of: tail.data))
            object.set("size", tail.size)
          }
        }
      }
    }
  }
}
