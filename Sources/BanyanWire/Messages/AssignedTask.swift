import BanyanCore
import BanyanJSON

/// A task as a worker gets it: what to run, and the attempt that it is.
public struct AssignedTask: Sendable, Hashable {
  /// The task's identifier; with its token it names the attempt.
  public var id: TaskID
  /// The user who made it.
  public var owner: String?
  /// What its provider wrote, as far as a worker needs it; the message holds the whole document of the task.
  public var fields: TaskFields
  /// The attempt's fencing token.
  public var token: String
  /// The number among the attempts that count.
  public var attemptCount: Int64
  /// Rises with every claim: `BANYAN_ATTEMPT`.
  public var claimNumber: Int64
  /// The ordinals of the GPUs that it may use.
  public var gpus: [Int64]
  /// The number of its job; nil: an older server, which doesn't say.
  public var job: Int64?
  /// Its place in its job, from 1; nil: an older server, which doesn't say.
  public var member: Int64?
  /// The name of the family of its job that it is of; nil: of none.
  public var family: String?
  /// What it differs in from others of its family; empty: in nothing.
  public var parameters = TextMap()

  /// An assigned task of its parts.
  public init(
    id: TaskID, owner: String?, fields: TaskFields, token: String, attemptCount: Int64, claimNumber: Int64,
    gpus: [Int64] = []
  ) {
    self.id = id
    self.owner = owner
    self.fields = fields
    self.token = token
    self.attemptCount = attemptCount
    self.claimNumber = claimNumber
    self.gpus = gpus
  }

  /// Its task and token.
  public var name: AttemptName { AttemptName(task: id, token: token) }
}

extension AssignedTask {
  init(_ node: MessageFields) {
    id = node.taskID("_id")
    owner = node.optionalText("owner")
    token = node.text("token")
    attemptCount = node.integer("attempt_count", atLeast: 0)
    claimNumber = node.integer("claim_number", atLeast: 0)
    gpus = node.counts("gpus", required: false)
    job = node.optionalInteger("job", atLeast: 1)
    member = node.optionalInteger("member", atLeast: 1)
    family = node.optionalText("family")
    parameters = node.textMap("parameters")
    fields = TaskFields()
    // Without a look at limits: the server has looked, and a newer one's may be wider.
    for field in ProvidedField.all { node.read(field, into: &fields) }
    if fields.work == nil, node["command"] == nil, node["arguments"] == nil {
      node.fail("arguments", "neither this nor command; assign only tasks that have a command")
    }
  }

  /// The core's answer to a claim as it stands, without a value of this type in between: a claim may hold hundreds. It is
  /// the whole document of the task, and what belongs to the attempt alone.
  /// - Parameters:
  ///   - documents: of all tasks of the answer.
  ///   - token: sets the member `token`.
  static func write(
    _ claimed: ClaimedTask, to object: inout JSONObjectWriter, _ documents: inout TaskDocumentWriter,
    token: (inout JSONObjectWriter) -> Void
  ) {
    documents.write(claimed.record, to: &object)
    token(&object)
    write(gpus: claimed.attempt.gpus, to: &object)
  }

  private static func write(gpus: [Int64], to object: inout JSONObjectWriter) {
    guard !gpus.isEmpty else { return }
    object.array("gpus") { list in
      for ordinal in gpus { list.append(ordinal) }
    }
  }

  func write(to object: inout JSONObjectWriter) {
    object.set("_id", id)
    object.set("owner", ifPresent: owner)
    for field in ProvidedField.all {
      FieldValue.reader(of: field.form)(fields).write(field.key, to: &object, dates: .iso8601)
    }
    object.set("attempt_count", attemptCount)
    object.set("claim_number", claimNumber)
    object.set("job", ifPresent: job)
    object.set("member", ifPresent: member)
    object.set("family", ifPresent: family)
    FieldValue(parameters).write("parameters", to: &object, dates: .iso8601)
    object.set("token", token)
    Self.write(gpus: gpus, to: &object)
  }
}
