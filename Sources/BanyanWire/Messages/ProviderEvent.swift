import BanyanCore
import BanyanJSON

/// Something happened: `event`. It is about a task, about several (`forgotten`), or about a worker.
public struct EventMessage: Sendable, Hashable {
  /// The `id` of the `subscribe` that asked for it.
  public var subscription: MessageID?
  /// The event's sequence in the journal, which only rises.
  public var sequence: UInt64
  /// Milliseconds since 1970, the server's clock.
  public var time: Int64
  /// The task that it is about.
  public var task: TaskID?
  /// The worker that it is about, where no task is.
  public var worker: WorkerID?
  /// What happened, in a word.
  public var kind: String
  /// Where the task stands behind it; nil where it stays as it was.
  public var state: TaskState?
  /// Where the job stands that it is about (`job_changed`).
  public var jobState: JobState?
  /// What else there is to tell, by name.
  public var detail: [FieldValue.Member]

  /// An event of the journal, as it is told; at its task's place, if that is known.
  public init(subscription: MessageID?, sequence: UInt64, time: Int64, _ event: Event, at place: JobPlace? = nil) {
    var told = event.told
    if let place, !told.detail.contains(where: { $0.0 == "job" }) {
      told.detail.append(("job", .integer(Int64(clamping: place.job.value))))
      told.detail.append(("member", .integer(Int64(place.member))))
    }
    self.subscription = subscription
    self.sequence = sequence
    self.time = time
    task = told.task
    worker = told.worker
    kind = told.kind
    state = told.state
    detail = told.detail.compactMap { $0.1 == .missing ? nil : FieldValue.Member($0.0, $0.1) }
  }

  /// An event about members of a job, as it is told of one of their tasks.
  public init(
    subscription: MessageID?, sequence: UInt64, time: Int64, _ event: Event, of task: TaskID, at place: JobPlace
  ) {
    self.init(subscription: subscription, sequence: sequence, time: time, event)
    self.task = task
    detail.removeAll { ["job", "members"].contains($0.name) }
    detail.append(FieldValue.Member("job", .integer(Int64(clamping: place.job.value))))
    detail.append(FieldValue.Member("member", .integer(Int64(place.member))))
    // A job was made, or is gone, with it.
    switch event {
    case .jobMade: (kind, state) = ("created", .inactive)
    default: break
    }
  }

  /// How a job stands: `job_changed`, or `job_forgotten` where there is no record of it any more.
  /// All of the subscription up to the sequence is told; the job's record may be newer, never older. The time is when it
  /// last changed, milliseconds since 1970.
  public init(subscription: MessageID?, sequence: UInt64, job: JobNumber, _ record: JobRecord?, time: Int64) {
    self.subscription = subscription
    self.sequence = sequence
    self.time = time
    kind = record == nil ? "job_forgotten" : "job_changed"
    jobState = record?.state
    detail = [FieldValue.Member("job", .integer(Int64(clamping: job.value)))]
    guard let record else { return }
    let details: [(String, FieldValue)] = [
      ("name", FieldValue(record.name)), ("task_count", .integer(Int64(record.memberCount))),
      ("counts", JobDocument.counts(record.counts)), ("started", FieldValue(date: record.started)),
      ("ended", FieldValue(date: record.ended)),
    ]
    detail += details.compactMap { $0.1 == .missing ? nil : FieldValue.Member($0.0, $0.1) }
  }

  private static let own: Set<String> = [
    "type", "subscription", "sequence", "time", "task", "worker", "kind", "state",
  ]

  /// Reads a message. Dates in the details stay texts.
  init(_ node: MessageFields) {
    subscription = MessageID(of: node, "subscription")
    sequence = UInt64(clamping: node.integer("sequence", atLeast: 0))
    time = node.date("time")
    task = node.optionalTaskID("task")
    worker = node.optionalTaskID("worker")
    kind = node.text("kind")
    let word = node.optionalText("state")
    if kind == "job_changed" {
      jobState = word.flatMap(JobState.init(rawValue:))
    } else {
      state = word.flatMap(TaskState.init(name:))
    }
    detail = []
    for (key, value) in node.node.members where !Self.own.contains(key) {
      detail.append(FieldValue.Member(key, FieldValue(value)))
    }
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "event")
      subscription?.write("subscription", to: &message)
      message.set("sequence", Int64(clamping: sequence))
      message.set("time", WireDate.text(time))
      message.set("task", ifPresent: task?.description)
      message.set("worker", ifPresent: worker?.description)
      message.set("kind", kind)
      message.set("state", ifPresent: state?.name ?? jobState?.rawValue)
      FieldValue.write(detail, to: &message, dates: .iso8601)
    }
  }

  /// A detail that is a text.
  public func text(_ name: String) -> String? {
    guard case .text(let text)? = detail.first(where: { $0.name == name })?.value else { return nil }
    return text
  }
}

extension Event {
  /// How watchers are told.
  struct Told {
    var kind: String
    var task: TaskID?
    var worker: WorkerID?
    var state: TaskState?
    var detail: [(String, FieldValue)] = []

    init(
      _ kind: String, task: TaskID? = nil, worker: WorkerID? = nil, state: TaskState? = nil,
      _ detail: [(String, FieldValue)] = []
    ) {
      self.kind = kind
      self.task = task
      self.worker = worker
      self.state = state
      self.detail = detail
    }
  }

  private static func number(_ job: JobNumber) -> FieldValue { .integer(Int64(clamping: job.value)) }

  private static func members(_ job: JobNumber, _ ranges: [ClosedRange<UInt32>]) -> [(String, FieldValue)] {
    [("job", number(job)), ("members", .text(MemberRanges.text(ranges)))]
  }

  var told: Told {
    switch self {
    case .jobCreated(let job):
      Told(
        "job_created",
        [
          ("job", .integer(Int64(clamping: job.number.value))), ("name", FieldValue(job.name)),
          ("owner", .text(job.owner)),
        ])
    case .jobMade(let making):
      Told(
        "job_created",
        [
          ("job", Self.number(making.spec.number)), ("name", FieldValue(making.spec.name)),
          ("owner", .text(making.spec.owner)), ("task_count", .integer(Int64(making.spec.familyMemberCount))),
        ])
    case .membersMadeAvailable(let job, let members, let until):
      Told(
        "available", state: .available,
        Self.members(job, members) + [("not_before", FieldValue(date: until == 0 ? nil : until))])
    case .membersCancelled(let job, let members, let cause):
      Told(
        "cancelled", state: .cancelled,
        Self.members(job, members) + [
          ("outcome", .text(TaskOutcome.cancelled.rawValue)), ("cause", .text(cause.description)),
        ])
    case .membersHeld(let job, let members, let isHeld):
      Told(isHeld ? "held" : "unheld", Self.members(job, members))
    case .membersEdited(let job, let members, _): Told("edited", Self.members(job, members))
    case .tieMade(_, let job, let parents, let ranges):
      Told("tied", Self.members(job, ranges) + [("count", .integer(Int64(parents.count)))])
    case .tiePassed: Told("tie_passed")
    case .tieCut(_, let cause): Told("tie_cut", [("cause", .text(cause.description))])
    case .jobLabelled(let job, _): Told("job_edited", [("job", Self.number(job))])
    case .jobLimited(let job, let limit):
      Told("job_edited", [("job", Self.number(job)), ("max_running", FieldValue(limit.map { Int64($0) }))])
    case .jobForgotten(let job): Told("forgotten", [("job", Self.number(job))])
    case .tasksRemade(let pairs, _):
      Told(
        "remade",
        [
          (
            "tasks",
            .list(pairs.map { .object(of: [("_id", .identifier($0.new)), ("copy_of", .identifier($0.old))]) })
          )
        ])
    case .taskCreated(let id, let spec, let isHeld, let place):
      Told(
        "created", task: id, state: .inactive,
        [
          ("name", FieldValue(spec.name)), ("owner", .text(spec.owner)), ("held", .bool(isHeld)),
          ("job", place.map { .integer(Int64(clamping: $0.job.value)) } ?? .missing),
          ("member", place.map { .integer(Int64($0.member)) } ?? .missing),
        ])
    case .taskEdited(let id, _): Told("edited", task: id)
    case .taskHeld(let id, let isHeld): Told(isHeld ? "held" : "unheld", task: id)
    case .continuationsAdded(let id, let children):
      Told("continuations_added", task: id, [("continuations", .list(children.map(FieldValue.identifier)))])
    case .continuationsRemoved(let id, let children):
      Told("continuations_removed", task: id, [("continuations", .list(children.map(FieldValue.identifier)))])
    case .taskMadeAvailable(let id, let until):
      Told("available", task: id, state: .available, [("not_before", FieldValue(date: until == 0 ? nil : until))])
    case .taskDue(let id): Told("due", task: id)
    case .groupPassed(let id):
      Told("passed", task: id, state: .terminated, [("outcome", .text(TaskOutcome.succeeded.rawValue))])
    case .taskCancelled(let id, let cause):
      Told(
        "cancelled", task: id, state: .cancelled,
        [("outcome", .text(TaskOutcome.cancelled.rawValue)), ("cause", .text(cause.description))])
    case .tasksForgotten(let ids): Told("forgotten", [("tasks", .list(ids.map(FieldValue.identifier)))])
    case .taskClaimed(let id, let attempt):
      Told(
        "claimed", task: id, state: .running,
        [
          ("worker_id", .identifier(attempt.workerID)), ("claim_number", .integer(Int64(attempt.claimNumber))),
          ("attempt_count", .integer(Int64(attempt.attemptCount))), ("execution_data_id", .identifier(attempt.id)),
        ])
    case .attemptStarted(let id, let time, let folder):
      Told("started", task: id, [("time_started", .date(time)), ("working_directory", FieldValue(folder))])
    case .attemptUpdated(let id, let update):
      Told("updated", task: id, [("time_started", FieldValue(date: update.timeStarted))])
    case .cancellationRequested(let id, let due, let grace, let cause):
      Told(
        "cancellation_requested", task: id, state: .pendingCancellation,
        [
          ("kill_due", .date(due)), ("shutdown_time_milliseconds", .integer(grace)),
          ("cause", .text(cause.description)),
        ])
    case .attemptEnded(let id, let end):
      Told(
        "ended", task: id, state: end.outcome.state,
        [
          ("outcome", FieldValue(end.outcome.word?.rawValue)), ("exit_status", .text(end.exitStatus)),
          ("time_terminated", FieldValue(date: end.timeTerminated)),
          ("cause", FieldValue(end.cause?.description)),
        ])
    case .workerChanged(let worker): Told("worker_changed", worker: worker.id, [("name", .text(worker.name))])
    case .workerRemoved(let id, _, let name): Told("worker_removed", worker: id, [("name", .text(name))])
    default: Told("other")
    }
  }
}

extension AttemptEnd.Outcome {
  /// Where it leaves the task.
  fileprivate var state: TaskState {
    switch self {
    case .succeeded, .failed, .succeededTooLate, .lostTooOften: .terminated
    case .cancelled: .cancelled
    case .retried, .givenBack, .lost: .available
    }
  }

  /// How the task ended by it; nil: it goes on.
  fileprivate var word: TaskOutcome? {
    switch self {
    case .succeeded: .succeeded
    case .failed, .lostTooOften: .failed
    case .succeededTooLate, .cancelled: .cancelled
    case .retried, .givenBack, .lost: nil
    }
  }
}
