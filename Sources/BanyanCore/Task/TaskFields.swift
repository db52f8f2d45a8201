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
  /// What it runs; nil: nothing, it is a group.
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
  /// Tasks of a larger priority are given out first.
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
  /// How long its provider thinks that it runs, in milliseconds; nothing enforces it. nil: unknown.
  public var estimatedRuntime: Int64?
  /// Milliseconds; the worker stops it then.
  public var maxRuntime: Int64?
  /// Milliseconds between SIGTERM and SIGKILL.
  public var maxShutdownTime: Int64 = Self.defaultShutdownTime
  /// How many attempts it has, 1 or more; when the last of them fails, the task has failed.
  public var maxAttemptCount: UInt32 = 1
  /// How often an attempt may be lost with its worker.
  public var maxLossCount: UInt32 = 3
  /// Milliseconds before the second attempt.
  public var retryDelay: Int64 = 0

  /// The queue of a task that names none.
  public static let defaultQueue = "default"
  /// How many continuations a task has at most.
  public static let maxContinuations = 100_000
  /// The grace of a task that doesn't name one: 10 minutes, in milliseconds.
  public static let defaultShutdownTime: Int64 = 600_000

  /// A group without a name.
  public init() {}

  /// Whether others are these, text by text: `==` goes by what Unicode calls equivalent, and a command that is written in
  /// another form is another command.
  func isSame(as other: TaskFields) -> Bool {
    self == other && zip(texts, other.texts).allSatisfy { $0.isSame(as: $1) }
  }

  /// What may stand in several forms. (Names of labels, variables and resources are told apart as they are.)
  private var texts: [String?] {
    let words: [String] =
      switch work {
      case nil: []
      case .shell(let line): [line]
      case .program(let words): words
      }
    return [name, workingDirectory, stdinPath, stdoutPath, stderrPath, queue, array?.name] + words
  }
}

extension TaskFields {
  /// Nothing but name, work, queue, priority and resources differs from the defaults: most tasks are kept without a copy
  /// of this. (Asked of each task that is made: to compare with a whole value of defaults takes twice as long.)
  var isPlain: Bool {
    environment.isEmpty && workingDirectory == nil && stdinPath == nil && stdoutPath == nil && stderrPath == nil
      && labels.isEmpty && array == nil && notBefore == nil && onLostContact == .stop && estimatedRuntime == nil
      && maxRuntime == nil && maxShutdownTime == Self.defaultShutdownTime && maxAttemptCount == 1 && maxLossCount == 3
      && retryDelay == 0
  }
}
