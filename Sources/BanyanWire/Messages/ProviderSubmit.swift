import BanyanCore
import BanyanJSON

/// Tasks to be made, as a client writes them: `submit`. They are REST's documents.
public struct SubmitMessage: Sendable, Hashable {
  /// Ties the answer to it.
  public var id: MessageID?
  /// A document for each task, as REST takes it.
  public var tasks: [JSON]
  /// What the client calls this request, so that it can ask again.
  public var key: String?

  /// For a client to send; without a key, asking again makes the tasks again.
  public init(id: MessageID? = nil, tasks: [JSON], key: String? = nil) {
    self.id = id
    self.tasks = tasks
    self.key = key
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "submit")
      id?.write(to: &message)
      message.set("key", ifPresent: key)
      message.array("tasks") { list in
        for task in tasks { list.append(task) }
      }
    }
  }
}

/// Tasks to be made, as the server reads them.
public struct SubmitRequest: Sendable {
  /// Ties the answer to it.
  public var id: MessageID?
  /// A draft for each task, checked, in the order of the request.
  public var drafts: [TaskDraft]
  /// What the client calls this request.
  public var key: String?
  /// Where there is a key: the tasks as text that is the same for the same value, for telling another body under it.
  public var canonicalBody: [UInt8]?

  /// Reads a message. Wrong fields are told by their paths, as in `tasks.3.name`.
  public init(_ node: JSONNode) throws(Rejection) {
    let message = MessageFields(node)
    id = MessageID(of: message)
    key = message.optionalText("key")
    if let key, let trouble = IdempotencyKey.trouble(with: key) { message.fail("key", trouble) }
    let tasks = node["tasks"]
    if tasks?.isArray != true { message.fail("tasks", tasks, "give a list of tasks") }
    do throws(MessageError) { try message.check() } catch { throw Rejection(error) }
    guard let tasks else { throw Rejection.field("tasks", "missing; give a list of tasks") }
    drafts = try TaskDocument.drafts(tasks, at: "tasks")
    canonicalBody = key == nil ? nil : tasks.value.encoded(sortedKeys: true)
  }
}

/// Tasks were made, and it is durable: `submitted`.
public struct SubmittedMessage: Sendable, Hashable {
  /// The `id` of the request that it answers.
  public var id: MessageID?
  /// In the order of the request.
  public var tasks: [TaskID]

  /// For a server to send once the tasks are durable.
  public init(id: MessageID? = nil, tasks: [TaskID]) {
    self.id = id
    self.tasks = tasks
  }

  init(_ node: MessageFields) {
    id = MessageID(of: node)
    tasks = node.taskIDs("tasks")
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "submitted")
      id?.write(to: &message)
      message.array("tasks") { list in
        for task in tasks { list.append(task) }
      }
    }
  }
}
