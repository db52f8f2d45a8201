import BanyanCore

extension ExecutionDocument {
  /// The fields that are dates, for filters.
  public static let dateFields: Set<String> = [
    "_created", "_updated", "time_started", "time_terminated", "last_update",
  ]

  /// All fields, for filters.
  public static let fieldNames = [
    "_id", "_created", "_updated", "task_id", "attempt_count", "claim_number", "worker_id", "working_directory",
    "exit_status", "time_started", "time_terminated", "last_update", "memory", "cpu_usage", "gpu_usage",
    "peak_memory_bytes", "cpu_seconds",
  ]

  /// The record of one of a task's attempts.
  public static func document(_ attempt: AttemptRecord, of task: TaskID) -> Document {
    let usage = attempt.usage
    return Document([
      ("_id", .identifier(attempt.id)),
      ("_created", .date(attempt.timeClaimed)),
      ("_updated", .date(attempt.lastUpdate)),
      ("task_id", .identifier(task)),
      ("attempt_count", .integer(Int64(attempt.attemptCount))),
      ("claim_number", .integer(Int64(attempt.claimNumber))),
      ("worker_id", .identifier(attempt.workerID)),
      ("working_directory", FieldValue(attempt.workingDirectory)),
      ("exit_status", FieldValue(attempt.exitStatus)),
      ("time_started", FieldValue(date: attempt.timeStarted)),
      ("time_terminated", FieldValue(date: attempt.timeTerminated)),
      ("last_update", .date(attempt.lastUpdate)),
      (
        "memory",
        group([
          ("resident_memory_bytes", FieldValue(usage.residentMemoryBytes)),
          ("virtual_memory_bytes", FieldValue(usage.virtualMemoryBytes)),
        ])
      ),
      ("cpu_usage", group([("utilization_percent", FieldValue(usage.cpuPercent))])),
      (
        "gpu_usage",
        usage.gpus.isEmpty
          ? .missing
          : .list(
            usage.gpus.map { gpu in
              .object(of: [("ordinal", .integer(gpu.ordinal)), ("used_memory_bytes", .integer(gpu.usedMemoryBytes))])
            })
      ),
      ("peak_memory_bytes", FieldValue(usage.peakMemoryBytes)),
      ("cpu_seconds", FieldValue(usage.cpuSeconds)),
    ])
  }

  private static func group(_ members: [(String, FieldValue)]) -> FieldValue {
    let object = FieldValue.object(of: members)
    return object == .object([]) ? .missing : object
  }
}
