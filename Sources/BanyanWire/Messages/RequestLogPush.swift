import BanyanCore
import BanyanJSON

/// Somebody reads a log: `request_log`, answered by ``LogMessage``.
public struct RequestLogPush: Sendable, Hashable {
  /// Ties the answer to it.
  public var id: MessageID
  /// The task whose log is wanted.
  public var task: TaskID
  /// The number of the claim that began the attempt.
  public var claimNumber: Int64
  /// Which of the attempt's streams.
  public var stream: OutputStream
  /// From which byte on; negative: so many bytes before the end.
  public var offset: Int64
  /// How many bytes at most.
  public var limit: Int64

  /// For the server to push when somebody reads a log that lies with this worker.
  public init(id: MessageID, task: TaskID, claimNumber: Int64, stream: OutputStream, offset: Int64, limit: Int64) {
    self.id = id
    self.task = task
    self.claimNumber = claimNumber
    self.stream = stream
    self.offset = offset
    self.limit = limit
  }

  init(_ node: MessageFields) {
    id = MessageID(of: node, orElse: "give a string or an integer")
    task = node.taskID("task")
    claimNumber = node.integer("claim_number", atLeast: 0)
    stream = node.outputStream("stream")
    offset = node.integer("offset")
    limit = node.integer("limit", atLeast: 0)
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "request_log")
      id.write(to: &message)
      message.set("task", task)
      message.set("claim_number", claimNumber)
      message.set("stream", stream.rawValue)
      message.set("offset", offset)
      message.set("limit", limit)
    }
  }
}
