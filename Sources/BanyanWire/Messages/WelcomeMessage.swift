import BanyanCore
import BanyanJSON

/// The answer to `hello`: `welcome`.
public struct WelcomeMessage: Sendable, Hashable {
  /// The `id` of the `hello` that it answers.
  public var id: MessageID?
  /// The identifier of the worker's registration, new or found again by its name.
  public var workerID: WorkerID
  /// Of the server's program.
  public var serverVersion: String
  /// Which server it is: the same for every start on its data folder, and for no other; nil: an older one, which doesn't
  /// say.
  public var serverIdentity: String?
  /// How long the server holds attempts for a worker that is silent.
  public var leaseMilliseconds: Int64
  /// How often the worker has to say something.
  public var heartbeatMilliseconds: Int64
  /// Attempts that the worker named and goes on with.
  public var attached: [TaskID]
  /// Attempts that the server holds for it and that it didn't name: to be started or given back.
  public var held: [AttemptName]
  /// Attempts that the worker named and must stop.
  public var refused: [RefusedAttempt]

  /// An attempt that is not, or no longer, this worker's.
  public struct RefusedAttempt: Sendable, Hashable {
    /// The task of the attempt.
    public var task: TaskID
    /// Why, as a phrase for the worker's log.
    public var reason: String

    /// Takes the attempt's task and the reason of the refusal.
    public init(task: TaskID, reason: String) {
      self.task = task
      self.reason = reason
    }
  }

  /// For a server to send.
  public init(
    id: MessageID? = nil, workerID: WorkerID, serverVersion: String, serverIdentity: String? = nil,
    leaseMilliseconds: Int64, heartbeatMilliseconds: Int64, attached: [TaskID] = [], held: [AttemptName] = [],
    refused: [RefusedAttempt] = []
  ) {
    self.id = id
    self.workerID = workerID
    self.serverVersion = serverVersion
    self.serverIdentity = serverIdentity
    self.leaseMilliseconds = leaseMilliseconds
    self.heartbeatMilliseconds = heartbeatMilliseconds
    self.attached = attached
    self.held = held
    self.refused = refused
  }

  init(_ node: MessageFields) {
    id = MessageID(of: node)
    workerID = node.taskID("worker_id")
    serverVersion = node.text("server_version")
    serverIdentity = node.optionalText("server_identity")
    leaseMilliseconds = node.integer("lease_milliseconds", atLeast: 1)
    heartbeatMilliseconds = node.integer("heartbeat_milliseconds", atLeast: 1)
    attached = node.taskIDs("attached", required: false)
    held = node.list("held", required: false) { one in AttemptName(one) }
    refused = node.list("refused", required: false) { one in
      RefusedAttempt(task: one.taskID("task"), reason: one.text("reason"))
    }
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "welcome")
      id?.write(to: &message)
      message.set("worker_id", workerID)
      message.set("server_version", serverVersion)
      if let serverIdentity { message.set("server_identity", serverIdentity) }
      message.set("lease_milliseconds", leaseMilliseconds)
      message.set("heartbeat_milliseconds", heartbeatMilliseconds)
      message.array("attached") { list in
        for task in attached { list.append(task) }
      }
      message.array("held") { list in
        for attempt in held { list.object { attempt.write(to: &$0) } }
      }
      message.array("refused") { list in
        for one in refused {
          list.object { object in
            object.set("task", one.task)
            object.set("reason", one.reason)
          }
        }
      }
    }
  }
}
