import BanyanCore
import BanyanJSON

/// A worker tells that attempts' processes run: `started`. It isn't answered.
public struct StartedMessage: Sendable, Hashable {
  /// The attempts whose processes run now.
  public var tasks: [Start]
  /// What could not be read of the list.
  public private(set) var faults: [ItemFault] = []

  /// A process that runs.
  public struct Start: Sendable, Hashable {
    /// The attempt, with its token.
    public var attempt: AttemptName
    /// Milliseconds since 1970 on the worker's clock.
    public var timeStarted: Int64
    /// The path of the directory in which it runs, on the worker's machine.
    public var workingDirectory: String?

    /// A process that runs.
    public init(attempt: AttemptName, timeStarted: Int64, workingDirectory: String? = nil) {
      self.attempt = attempt
      self.timeStarted = timeStarted
      self.workingDirectory = workingDirectory
    }
  }

  /// A message about `tasks`.
  public init(tasks: [Start]) { self.tasks = tasks }

  init(_ node: MessageFields) {
    (tasks, faults) = node.items("tasks") { one in
      Start(
        attempt: AttemptName(claimed: one), timeStarted: one.date("time_started"),
        workingDirectory: one.optionalText("working_directory"))
    }
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "started")
      message.array("tasks") { list in
        for start in tasks {
          list.object { object in
            start.attempt.write(to: &object)
            object.set("time_started", WireDate.text(start.timeStarted))
            object.set("working_directory", ifPresent: start.workingDirectory)
          }
        }
      }
    }
  }
}
