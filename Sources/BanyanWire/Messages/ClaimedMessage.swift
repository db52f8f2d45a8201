import BanyanJSON

/// The answer to `claim`: `claimed`, with no tasks where nothing fitted in time or a newer claim replaced it.
public struct ClaimedMessage: Sendable, Hashable {
  /// The claim's.
  public var id: MessageID?
  /// What the worker has to run now.
  public var tasks: [AssignedTask]

  /// An answer.
  public init(id: MessageID? = nil, tasks: [AssignedTask]) {
    self.id = id
    self.tasks = tasks
  }

  /// Reads a message.
  public init(_ node: JSONNode) throws(MessageError) {
    id = try MessageID(of: node)
    tasks = try node.list("tasks") { one throws(MessageError) in try AssignedTask(one) }
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "claimed")
      id?.write(to: &message)
      message.array("tasks") { list in
        for task in tasks { list.object { task.write(to: &$0) } }
      }
    }
  }
}
