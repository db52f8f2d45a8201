import BanyanCore

extension TaskFields {
  /// Every field differs from its default; a shell line runs.
  package static var saying: TaskFields {
    var fields = TaskFields()
    fields.name = "n"
    fields.work = .shell("true")
    fields.environment = ["A": "1"]
    fields.workingDirectory = "/w"
    fields.stdinPath = "/i"
    fields.stdoutPath = "/o"
    fields.stderrPath = "/e"
    fields.queue = "night"
    fields.priority = -3
    fields.labels = ["k": "v"]
    fields.resources = ResourceRequest()
    fields.array = ArrayPlace(name: "a", index: 7)
    fields.notBefore = 9
    fields.onLostContact = .continue
    fields.estimatedRuntime = 1
    fields.maxRuntime = 2
    fields.maxShutdownTime = 3
    fields.maxAttemptCount = 4
    fields.maxLossCount = 5
    fields.retryDelay = 6
    return fields
  }

  /// The same; a program runs.
  package static var sayingMore: TaskFields {
    var fields = saying
    fields.work = .program(["true", ""])
    return fields
  }
}
