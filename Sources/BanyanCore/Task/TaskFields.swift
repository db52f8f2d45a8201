/// What a task runs.
public enum Work: Hashable, Sendable {
  /// A line for `/bin/sh -c`.
  case shell(String)
  /// A program and its arguments, no shell.
  case program([String])
}

/// What the worker does with a task while the server stays away.
public enum LostContact: String, Sendable, CaseIterable {
  /// Ends it before its lease does.
  case stop
  /// Lets it run on; the server keeps the attempt.
  case `continue`
}

/// The fields of a task that its provider writes, as one value with its defaults filled in.
///
/// The store of tasks keeps them in a smaller form (``TaskSpec``).
public struct TaskFields: Hashable, Sendable {
  /// 1 to 256 characters.
  public var name: String?
  /// nil: a group.
  public var work: Work?
  /// On top of the worker's small one.
  public var environment = TextMap()
  /// An absolute path; nil: a fresh folder for the attempt.
  public var workingDirectory: String?
  /// A path on the worker; nil: `/dev/null`.
  public var stdinPath: String?
  /// A path on the worker; nil: the worker's log folder.
  public var stdoutPath: String?
  /// A path on the worker; nil: the worker's log folder.
  public var stderrPath: String?
  /// A worker claims from the queues it names.
  public var queue: String = Self.defaultQueue
  /// Larger first.
  public var priority: Int16 = 0
  /// For filters and pictures.
  public var labels = TextMap()
  /// Required by `work`; a group has none.
  public var resources: ResourceRequest?
  /// nil: not of an array.
  public var array: ArrayPlace?
  /// Milliseconds since 1970; not claimable earlier.
  public var notBefore: Int64?
  /// What its worker does while the server stays away.
  public var onLostContact: LostContact = .stop
  /// Not enforced.
  public var estimatedRuntime: Int64?
  /// Milliseconds; the worker stops it then.
  public var maxRuntime: Int64?
  /// Milliseconds between SIGTERM and SIGKILL.
  public var maxShutdownTime: Int64 = Self.defaultShutdownTime
  /// At least 1.
  public var maxAttemptCount: UInt32 = 1
  /// How often an attempt may be lost with its worker.
  public var maxLossCount: UInt32 = 3
  /// Milliseconds before the second attempt.
  public var retryDelay: Int64 = 0

  /// The queue of a task that names none.
  public static let defaultQueue = "default"
  /// How many continuations a task has at most.
  public static let mostContinuations = 100_000
  /// 10 minutes.
  public static let defaultShutdownTime: Int64 = 600_000

  /// A group without a name.
  public init() {}
}

/// One field set to a value: what a POST is made of, and a PATCH.
public enum FieldChange: Hashable, Sendable {
  case name(String)
  case command(String)
  case arguments([String])
  case environment(TextMap)
  case workingDirectory(String)
  case stdinPath(String)
  case stdoutPath(String)
  case stderrPath(String)
  case queue(String)
  case priority(Int16)
  case labels(TextMap)
  case held(Bool)
  case resources(ResourceRequest)
  case array(ArrayPlace)
  case notBefore(Int64)
  case onLostContact(LostContact)
  case estimatedRuntime(Int64)
  case maxRuntime(Int64)
  case maxShutdownTime(Int64)
  case maxAttemptCount(UInt32)
  case maxLossCount(UInt32)
  case retryDelay(Int64)
  /// A field that a task need not have is taken away.
  case absent(OptionalField)

  /// The fields that a task need not have.
  public enum OptionalField: String, CaseIterable, Sendable {
    case name, command, arguments, environment, labels
    case workingDirectory = "working_directory"
    case stdinPath = "stdin_path"
    case stdoutPath = "stdout_path"
    case stderrPath = "stderr_path"
    case resources = "requested_resources"
    case notBefore = "not_before"
    case estimatedRuntime = "estimated_runtime_milliseconds"
    case maxRuntime = "max_runtime_milliseconds"
  }

  /// The field's name on the wire.
  public var field: String {
    switch self {
    case .name: "name"
    case .command: "command"
    case .arguments: "arguments"
    case .environment: "environment"
    case .workingDirectory: "working_directory"
    case .stdinPath: "stdin_path"
    case .stdoutPath: "stdout_path"
    case .stderrPath: "stderr_path"
    case .queue: "queue"
    case .priority: "priority"
    case .labels: "labels"
    case .held: "held"
    case .resources: "requested_resources"
    case .array: "array"
    case .notBefore: "not_before"
    case .onLostContact: "on_lost_contact"
    case .estimatedRuntime: "estimated_runtime_milliseconds"
    case .maxRuntime: "max_runtime_milliseconds"
    case .maxShutdownTime: "max_shutdown_time_milliseconds"
    case .maxAttemptCount: "max_attempt_count"
    case .maxLossCount: "max_loss_count"
    case .retryDelay: "retry_delay_milliseconds"
    case .absent(let field): field.rawValue
    }
  }

  /// Labels and the hold may change at any time, every other field only while the task is inactive.
  public var isWritableAnyTime: Bool {
    switch self {
    case .labels, .held, .absent(.labels): true
    default: false
    }
  }
}

extension TaskFields {
  /// Sets one field. `held` is no field of a specification (it is the task's own) and changes nothing here.
  public mutating func set(_ change: FieldChange) {
    switch change {
    case .name(let value): name = value
    case .command(let value): work = .shell(value)
    case .arguments(let value): work = .program(value)
    case .environment(let value): environment = value
    case .workingDirectory(let value): workingDirectory = value
    case .stdinPath(let value): stdinPath = value
    case .stdoutPath(let value): stdoutPath = value
    case .stderrPath(let value): stderrPath = value
    case .queue(let value): queue = value
    case .priority(let value): priority = value
    case .labels(let value): labels = value
    case .held: break
    case .resources(let value): resources = value
    case .array(let value): array = value
    case .notBefore(let value): notBefore = value
    case .onLostContact(let value): onLostContact = value
    case .estimatedRuntime(let value): estimatedRuntime = value
    case .maxRuntime(let value): maxRuntime = value
    case .maxShutdownTime(let value): maxShutdownTime = value
    case .maxAttemptCount(let value): maxAttemptCount = value
    case .maxLossCount(let value): maxLossCount = value
    case .retryDelay(let value): retryDelay = value
    case .absent(let field): remove(field)
    }
  }

  private mutating func remove(_ field: FieldChange.OptionalField) {
    switch field {
    case .name: name = nil
    case .command: if case .shell = work { work = nil }
    case .arguments: if case .program = work { work = nil }
    case .environment: environment = TextMap()
    case .labels: labels = TextMap()
    case .workingDirectory: workingDirectory = nil
    case .stdinPath: stdinPath = nil
    case .stdoutPath: stdoutPath = nil
    case .stderrPath: stderrPath = nil
    case .resources: resources = nil
    case .notBefore: notBefore = nil
    case .estimatedRuntime: estimatedRuntime = nil
    case .maxRuntime: maxRuntime = nil
    }
  }
}
