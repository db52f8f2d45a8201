import BanyanCore
import BanyanJSON

/// A task as a worker gets it: what to run, and the attempt that it is.
public struct AssignedTask: Sendable, Hashable {
  /// Its identifier.
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
  init(_ node: JSONNode) throws(MessageError) {
    id = try node.taskID("_id")
    owner = try node.optionalText("owner")
    token = try node.text("token")
    attemptCount = try node.integer("attempt_count", atLeast: 0)
    claimNumber = try node.integer("claim_number", atLeast: 0)
    gpus = try node.list("gpus", required: false) { one throws(MessageError) in try one.asCount() }
    fields = TaskFields()
    fields.name = try node.optionalText("name")
    fields.work = try Self.work(of: node)
    fields.environment = try Self.environment(of: node)
    fields.workingDirectory = try node.optionalText("working_directory")
    fields.stdinPath = try node.optionalText("stdin_path")
    fields.stdoutPath = try node.optionalText("stdout_path")
    fields.stderrPath = try node.optionalText("stderr_path")
    fields.queue = try node.optionalText("queue") ?? TaskFields.defaultQueue
    fields.maxRuntime = try node.optionalInteger("max_runtime_milliseconds", atLeast: 1)
    fields.maxShutdownTime =
      try node.optionalInteger("max_shutdown_time_milliseconds", atLeast: 0) ?? TaskFields.defaultShutdownTime
    fields.onLostContact = try Self.onLostContact(of: node)
    fields.array = try node.optionalObject("array") { array throws(MessageError) in
      ArrayPlace(name: try array.text("name"), index: try array.integer("index"))
    }
    fields.resources = try node.optionalObject("requested_resources") { one throws(MessageError) in
      try ResourceRequest(one)
    }
  }

  private static func work(of node: JSONNode) throws(MessageError) -> Work {
    if let command = try node.optionalText("command") { return .shell(command) }
    let arguments = try node.list("arguments", required: false) { one throws(MessageError) in try one.asText() }
    guard !arguments.isEmpty else {
      throw MessageError(
        field: "arguments", problem: "neither this nor command", remedy: "assign only tasks that have a command")
    }
    return .program(arguments)
  }

  private static func environment(of node: JSONNode) throws(MessageError) -> TextMap {
    let given = try node.optionalObject("environment") { object throws(MessageError) in
      var made: [(String, String)] = []
      made.reserveCapacity(object.count)
      for (name, value) in object.members {
        // The value may be a secret: an error names the key alone.
        guard let text = value.string else {
          throw MessageError(field: name, problem: value.kindName, remedy: "give a string")
        }
        made.append((name, text))
      }
      return TextMap(made)
    }
    return given ?? TextMap()
  }

  private static func onLostContact(of node: JSONNode) throws(MessageError) -> LostContact {
    guard let word = try node.optionalText("on_lost_contact") else { return .stop }
    guard let choice = LostContact(rawValue: word) else {
      throw MessageError(field: "on_lost_contact", problem: "\(word)", remedy: "give stop or continue")
    }
    return choice
  }

  /// The core's answer to a claim as it stands, without a value of this type in between: a claim may hold hundreds. It is
  /// the whole document of the task, and what belongs to the attempt alone.
  /// - Parameter token: sets the member `token`.
  static func write(
    _ claimed: ClaimedTask, to object: inout JSONObjectWriter, token: (inout JSONObjectWriter) -> Void
  ) {
    TaskDocument.write(claimed.record, to: &object, DocumentOptions(dates: .iso8601))
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
    object.set("name", ifPresent: fields.name)
    switch fields.work {
    case .shell(let command): object.set("command", command)
    case .program(let arguments):
      object.array("arguments") { list in
        for argument in arguments { list.append(argument) }
      }
    case nil: break
    }
    if !fields.environment.isEmpty {
      object.object("environment") { environment in
        for (name, value) in fields.environment { environment.set(dynamicKey: name, value) }
      }
    }
    object.set("working_directory", ifPresent: fields.workingDirectory)
    object.set("stdin_path", ifPresent: fields.stdinPath)
    object.set("stdout_path", ifPresent: fields.stdoutPath)
    object.set("stderr_path", ifPresent: fields.stderrPath)
    object.set("queue", fields.queue)
    object.set("max_runtime_milliseconds", ifPresent: fields.maxRuntime)
    object.set("max_shutdown_time_milliseconds", fields.maxShutdownTime)
    if fields.onLostContact != .stop { object.set("on_lost_contact", fields.onLostContact.rawValue) }
    if let array = fields.array {
      object.object("array") { place in
        place.set("name", array.name)
        place.set("index", array.index)
      }
    }
    if let resources = fields.resources { object.object("requested_resources") { resources.write(to: &$0) } }
    object.set("token", token)
    object.set("attempt_count", attemptCount)
    object.set("claim_number", claimNumber)
    Self.write(gpus: gpus, to: &object)
  }
}
