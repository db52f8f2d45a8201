import BanyanCore
import BanyanJSON

/// Tasks to be made, as a client writes them: `submit`. They are REST's documents.
public struct SubmitMessage: Sendable, Hashable {
  /// Ties the answer to it.
  public var id: MessageID?
  /// A document for each task, as REST takes it; empty beside a job.
  public var tasks: [JSON]
  /// The document of a job, as REST takes it; nil: single tasks are made.
  public var job: JSON?
  /// What the client calls this request, so that it can ask again.
  public var key: String?

  /// For a client to send; without a key, asking again makes the tasks again.
  public init(id: MessageID? = nil, tasks: [JSON], key: String? = nil) {
    self.id = id
    self.tasks = tasks
    self.key = key
  }

  /// For a client to send that makes a job.
  public init(id: MessageID? = nil, job: JSON, key: String? = nil) {
    self.id = id
    tasks = []
    self.job = job
    self.key = key
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "submit")
      id?.write(to: &message)
      message.set("key", ifPresent: key)
      if let job {
        message.set("job", job)
      } else {
        message.array("tasks") { list in
          for task in tasks { list.append(task) }
        }
      }
    }
  }
}

/// Tasks to be made, as the server reads them.
public struct SubmitRequest: Sendable {
  /// Ties the answer to it.
  public var id: MessageID?
  /// What is to be made.
  public var content: Content
  /// What the client calls this request.
  public var key: String?
  /// Where there is a key: what is to be made as text that is the same for the same value, for telling another body under
  /// it.
  public var canonicalBody: [UInt8]?

  /// What is to be made.
  public enum Content: Sendable {
    /// A draft for each task, checked, in the order of the request.
    case tasks([TaskDraft])
    /// A job, checked.
    case job(JobRequest)
  }

  /// Reads a message. Wrong fields are told by their paths, as in `tasks.3.name` or `job.tasks.3.name`.
  public init(_ node: JSONNode) throws(Rejection) {
    let message = MessageFields(node)
    id = MessageID(of: message)
    key = message.optionalText("key")
    if let key, let trouble = IdempotencyKey.trouble(with: key) { message.fail("key", trouble) }
    let (tasks, job) = (node["tasks"], node["job"])
    if job != nil, tasks != nil { message.fail("tasks", "given beside job; give one of them") }
    if job == nil, tasks?.isArray != true { message.fail("tasks", tasks, "give a list of tasks, or a job") }
    do throws(MessageError) { try message.check() } catch { throw Rejection(error) }
    guard let body = job ?? tasks else { throw Rejection.field("tasks", "missing; give a list of tasks, or a job") }
    content = job == nil ? .tasks(try TaskDocument.drafts(body, at: "tasks")) : .job(try JobRequest(body, at: "job"))
    canonicalBody = key == nil ? nil : body.value.encoded(sortedKeys: true)
  }
}

/// Tasks were made, and it is durable: `submitted`.
public struct SubmittedMessage: Sendable, Hashable {
  /// The `id` of the request that it answers.
  public var id: MessageID?
  /// In the order of the request; of a job's tasks, where they are more than ``maxTasks``, none.
  public var tasks: [TaskID]
  /// The job that was asked for; nil: single tasks were.
  public var job: Job?

  /// A job that was made.
  public struct Job: Sendable, Hashable {
    /// Its number.
    public var number: JobNumber
    /// How many members it has.
    public var taskCount: Int
    /// How many of them had succeeded in the job that it resumes.
    public var takenOver: Int
    /// What could be other than it was meant.
    public var remarks: [String]
  }

  /// So many of a job's tasks are named.
  public static let maxTasks = 10_000

  /// For a server to send once the tasks are durable.
  public init(id: MessageID? = nil, tasks: [TaskID]) {
    self.id = id
    self.tasks = tasks
  }

  /// For a server to send once a job is durable.
  public init(id: MessageID? = nil, _ receipt: JobReceipt, remarks: [String]) {
    self.id = id
    tasks = receipt.taskCount <= Self.maxTasks ? Array(receipt.tasks) : []
    job = Job(
      number: receipt.number, taskCount: receipt.taskCount, takenOver: receipt.takenOver, remarks: remarks)
  }

  init(_ node: MessageFields) {
    id = MessageID(of: node)
    tasks = node.taskIDs("tasks", required: node["job"] == nil)
    guard node["job"] != nil else { return }
    job = Job(
      number: JobNumber(UInt64(clamping: node.integer("job", atLeast: 1))),
      taskCount: Int(clamping: node.integer("task_count", atLeast: 0)),
      takenOver: Int(clamping: node.integer("taken_over", atLeast: 0)),
      remarks: node.texts("remarks", required: false))
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "submitted")
      id?.write(to: &message)
      if let job {
        message.set("job", Int64(clamping: job.number.value))
        message.set("task_count", job.taskCount)
        message.set("taken_over", job.takenOver)
        if !job.remarks.isEmpty {
          message.array("remarks") { list in
            for remark in job.remarks { list.append(remark) }
          }
        }
      }
      guard job == nil || !tasks.isEmpty else { return }
      message.array("tasks") { list in
        for task in tasks { list.append(task) }
      }
    }
  }
}
