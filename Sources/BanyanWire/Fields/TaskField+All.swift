import BanyanCore

extension TaskField {
  /// Every field of a task, in the order of documents.
  public static let all: [TaskField] = identity + work + scheduling + limits + progress

  /// The largest integer that any field takes, 2^53: every JSON reader keeps it exact, and sums stay far from the
  /// ends of 64 bits.
  static let largestInteger: Int64 = 1 << 53
  static let mostContinuations = TaskFields.mostContinuations

  private static let identity = [
    TaskField(
      "_id", .identifier, by: .server, from: .record { .identifier($0.id) },
      "24 hex digits; sorts by time of creation."),
    TaskField("_created", .date, by: .server, from: .record { .date($0.id.created) }, "When it was made."),
    TaskField("_updated", .date, by: .server, from: .record { .date($0.updated) }, "Moves with every change."),
    TaskField(
      "owner", .text, by: .server, from: .record { .text($0.spec.owner) }, "The name of the user who made it."),
    TaskField(
      "name", .text, by: .providerWhileInactive, .text(.name) { .name($0) },
      from: .record { FieldValue($0.spec.name) }, "Unique among its owner's tasks that have not ended."),
    TaskField(
      "state", .text, by: .onRequest, .state(whenMade: ["inactive", "available"]),
      from: .record { .text($0.state.name) }, "Where it stands; to ask for another is a request."),
    TaskField(
      "outcome", .text, by: .server, from: .record { FieldValue($0.outcome?.rawValue) },
      "How it ended: succeeded, failed or cancelled; absent until then."),
    TaskField(
      "exit_status", .text, by: .server, from: .record { FieldValue($0.exitStatus) },
      "How its newest attempt ended; absent until the task has."),
    TaskField(
      "cause", .text, by: .server, from: .record { FieldValue($0.cause?.description) },
      "Why it ended, if not in success."),
  ]

  private static let work = [
    TaskField(
      "command", .text, by: .providerWhileInactive, .text(.command) { .command($0) },
      from: .record { if case .shell(let line) = $0.spec.work { .text(line) } else { .missing } },
      "Run by /bin/sh -c. Neither this nor arguments: a group."),
    TaskField(
      "arguments", .texts, by: .providerWhileInactive, .texts(.arguments) { .arguments($0) },
      from: .record {
        if case .program(let words) = $0.spec.work { .list(words.map(FieldValue.text)) } else { .missing }
      },
      "The program and its arguments, no shell; instead of command."),
    TaskField(
      "environment", .object, by: .providerWhileInactive, .map(.environment) { .environment($0) },
      from: .fields { FieldValue($0.environment) }, "Variables on top of a small documented environment."),
    TaskField(
      "working_directory", .text, by: .providerWhileInactive, .text(.absolutePath) { .workingDirectory($0) },
      from: .fields { FieldValue($0.workingDirectory) }, "Where it runs; else a fresh folder for each attempt."),
    TaskField(
      "stdin_path", .text, by: .providerWhileInactive, .text(.path) { .stdinPath($0) },
      from: .fields { FieldValue($0.stdinPath) }, "A path on the worker; %t task, %n name, %a attempt."),
    TaskField(
      "stdout_path", .text, by: .providerWhileInactive, .text(.path) { .stdoutPath($0) },
      from: .fields { FieldValue($0.stdoutPath) }, "A path on the worker; %t task, %n name, %a attempt."),
    TaskField(
      "stderr_path", .text, by: .providerWhileInactive, .text(.path) { .stderrPath($0) },
      from: .fields { FieldValue($0.stderrPath) }, "A path on the worker; %t task, %n name, %a attempt."),
    TaskField(
      "requested_resources", .object, by: .providerWhileInactive, .resources { .resources($0) },
      from: .record { $0.spec.resources.map(ResourceDocument.value) ?? .missing },
      "What it reserves on its worker; a command needs it, a group has none."),
  ]

  private static let scheduling = [
    TaskField(
      "queue", .text, by: .providerWhileInactive, .text(.queue) { .queue($0) },
      from: .record { .text($0.spec.queue) }, "A worker claims from the queues it names, or from all."),
    TaskField(
      "priority", .integer, by: .providerWhileInactive,
      .integer(Int64(Int16.min)...Int64(Int16.max)) { .priority(Int16(clamping: $0)) },
      from: .record { .integer(Int64($0.spec.priority)) }, "Larger first."),
    TaskField(
      "labels", .object, by: .providerAnyTime, .map(.labels) { .labels($0) },
      from: .fields { FieldValue($0.labels) }, "For filters and pictures."),
    TaskField(
      "held", .flag, by: .providerAnyTime, .flag { .held($0) }, from: .record { .bool($0.isHeld) },
      "Not claimable while true."),
    TaskField(
      "array", .object, by: .whenMade, .arrayPlace { .array($0) },
      from: .fields { $0.array.map(FieldValue.init) ?? .missing },
      "Its place among tasks that were made as one array, and the array's limits."),
    TaskField(
      "not_before", .date, by: .providerWhileInactive, .date { .notBefore($0) },
      from: .fields { FieldValue(date: $0.notBefore) }, "Not claimable earlier."),
    TaskField(
      "continuations", .identifiers, by: .providerWhileInactive,
      .references(.continuations, atMost: mostContinuations),
      from: .record { .list($0.continuations.map(FieldValue.identifier)) },
      "Tasks that are released when this one succeeds."),
    TaskField(
      "after", .identifiers, by: .whenMade, .references(.after, atMost: mostContinuations), from: .nowhere,
      "Tasks that this one waits for: the inverse of continuations."),
    TaskField(
      "pending_dependency_count", .integer, by: .server,
      from: .record { .integer(Int64($0.pendingDependencyCount)) }, "Parents that have yet to succeed."),
  ]

  private static let limits = [
    TaskField(
      "on_lost_contact", .text, by: .providerWhileInactive,
      .word(LostContact.allCases.map(\.rawValue)) { LostContact(rawValue: $0).map { .onLostContact($0) } },
      from: .fields { .text($0.onLostContact.rawValue) }, "What its worker does when the server stays away."),
    TaskField(
      "estimated_runtime_milliseconds", .integer, by: .providerWhileInactive,
      .integer(0...largestInteger) { .estimatedRuntime($0) },
      from: .fields { FieldValue($0.estimatedRuntime) }, "Not enforced; feeds estimates."),
    TaskField(
      "max_runtime_milliseconds", .integer, by: .providerWhileInactive,
      .integer(1...largestInteger) { .maxRuntime($0) },
      from: .fields { FieldValue($0.maxRuntime) }, "The worker stops it then: timed out, a failed attempt."),
    TaskField(
      "max_shutdown_time_milliseconds", .integer, by: .providerWhileInactive,
      .integer(0...largestInteger) { .maxShutdownTime($0) },
      from: .fields { .integer($0.maxShutdownTime) }, "Time between SIGTERM and SIGKILL."),
    TaskField(
      "max_attempt_count", .integer, by: .providerWhileInactive,
      .integer(1...Int64(Int32.max)) { .maxAttemptCount(UInt32(clamping: $0)) },
      from: .record { .integer(Int64($0.spec.maxAttemptCount)) }, "Attempts that may fail."),
    TaskField(
      "max_loss_count", .integer, by: .providerWhileInactive,
      .integer(0...Int64(Int32.max)) { .maxLossCount(UInt32(clamping: $0)) },
      from: .record { .integer(Int64($0.spec.maxLossCount)) },
      "How often an attempt may be lost with its worker and be given out again."),
    TaskField(
      "retry_delay_milliseconds", .integer, by: .providerWhileInactive,
      .integer(0...largestInteger) { .retryDelay($0) },
      from: .record { .integer($0.spec.retryDelay) }, "Before the second attempt; doubles each time up to an hour."),
  ]

  private static let progress = [
    TaskField(
      "attempt_count", .integer, by: .server, spellings: ["retry_count"],
      from: .record { .integer(Int64($0.attemptCount)) }, "Attempts that count against the maximum."),
    TaskField(
      "loss_count", .integer, by: .server, from: .record { .integer(Int64($0.lossCount)) },
      "Attempts lost with a worker."),
    TaskField(
      "claim_number", .integer, by: .server, from: .record { .integer(Int64($0.claimNumber)) },
      "Rises with every claim, for ever."),
    TaskField(
      "worker_id", .identifier, by: .server, from: .record { FieldValue($0.workerID) }, "While an attempt is live."),
    TaskField(
      "execution_data_id", .identifier, by: .server, from: .record { FieldValue($0.executionDataID) },
      "The newest attempt's record."),
  ]
}
