import BanyanCore

extension TaskField {
  /// Every field of a task, in the order of documents.
  public static let all: [TaskField] =
    origin + provided(ProvidedField.identity) + standing + provided(ProvidedField.work)
    + provided(ProvidedField.scheduling, held, behind: .labels) + edges + provided(ProvidedField.limits) + progress

  /// The largest integer that any field takes: 2^53, which every JSON reader keeps exact.
  static let maxInteger = ProvidedField.maxInteger
  static let maxContinuations = TaskFields.maxContinuations

  private static func provided(_ fields: [ProvidedField]) -> [TaskField] { fields.map { TaskField($0) } }

  /// The same with one more behind one of them.
  private static func provided(
    _ fields: [ProvidedField], _ further: TaskField, behind place: ProvidedField
  ) -> [TaskField] {
    fields.flatMap { $0 == place ? [TaskField($0), further] : [TaskField($0)] }
  }

  private static let held = TaskField(
    "held", .flag, by: .providerAnyTime, .held, from: .record { .bool($0.isHeld) }, "Not claimable while true.")

  private static let origin = [
    TaskField(
      "_id", .identifier, by: .server, from: .record { .identifier($0.id) },
      "24 hex digits; sorts by time of creation."),
    TaskField("_created", .date, by: .server, from: .record { .date($0.created) }, "When it was made."),
    TaskField("_updated", .date, by: .server, from: .record { .date($0.updated) }, "Moves with every change."),
    TaskField(
      "owner", .text, by: .server, from: .record { .text($0.spec.owner) }, "The name of the user who made it."),
  ]

  private static let standing = [
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

  private static let edges = [
    TaskField(
      "continuations", .identifiers, by: .providerWhileInactive,
      .references(.continuations, atMost: maxContinuations),
      from: .record { .list($0.continuations.map(FieldValue.identifier)) },
      "Tasks that are released when this one succeeds."),
    TaskField(
      "after", .identifiers, by: .whenMade, .references(.after, atMost: maxContinuations), from: .nowhere,
      "Tasks that this one waits for: the inverse of continuations."),
    TaskField(
      "pending_dependency_count", .integer, by: .server,
      from: .record { .integer(Int64($0.pendingDependencyCount)) }, "Parents that have yet to succeed."),
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
      "last_worker_id", .identifier, by: .server, from: .record { FieldValue($0.attempts.last?.workerID) },
      "Who holds or held its newest attempt."),
    TaskField(
      "started", .date, by: .server, from: .record { FieldValue(date: $0.attempts.last?.timeStarted) },
      "When its newest attempt began, by its worker's word."),
    TaskField(
      "ended", .date, by: .server, from: .record { FieldValue(date: $0.endedAt > 0 ? $0.endedAt : nil) },
      "When it ended."),
    TaskField(
      "execution_data_id", .identifier, by: .server, from: .record { FieldValue($0.executionDataID) },
      "The newest attempt's record."),
    TaskField(
      "job", .integer, by: .server, from: .record { FieldValue($0.place.map { Int64(clamping: $0.job.value) }) },
      "The number of its job: what one submission made is one."),
    TaskField(
      "member", .integer, by: .server, from: .record { FieldValue($0.place.map { Int64($0.member) }) },
      "Its place in its job, from 1."),
    TaskField(
      "family", .text, by: .server, from: .record { FieldValue($0.family?.name) },
      "The name of the family of its job that it is of."),
    TaskField(
      "parameters", .object, by: .server,
      from: .record { record in
        let parameters = record.parameters
        return parameters.isEmpty ? .missing : .object(of: parameters.map { ($0.name, .text($0.value)) })
      },
      "What it differs in from others of its family, as texts by name."),
    TaskField(
      "replaces", .identifier, by: .server, from: .record { FieldValue($0.replaces) },
      "The task that it tries again, at the same place of its job."),
    TaskField(
      "replaced_by", .identifier, by: .server, from: .record { FieldValue($0.replacedBy) },
      "The task that tries it again."),
    TaskField(
      "taken_over_from", .identifier, by: .server, from: .record { FieldValue($0.takenOverFrom) },
      "The task of an earlier job whose success stands for its own: it did not run."),
  ]
}
