import BanyanCore
import BanyanJSON

/// The events in a journal's payloads: a line each, a JSON list that begins with the event's name.
///
/// | name | elements |
/// | --- | --- |
/// | `job_created` | number, owner, name, when it was made |
/// | `job_made` | number, owner, name, when it was made, the first task, and what it was written as (`FamilyCodec`) |
/// | `members_available` | job, members, delayed until (0: not) |
/// | `members_cancelled` | job, members, cause |
/// | `members_held` | job, members, held |
/// | `members_edited` | job, members, and the changes (`MemberCodec`) |
/// | `job_labelled` | job, an object of labels |
/// | `job_limited` | job, how many of each family may be live at a time |
/// | `tasks_remade` | list of tasks, each followed by the one in whose place it was made, and the changes |
/// | `job_forgotten` | job |
/// | `tie_made` | tie, job, list of parents, members |
/// | `tie_passed` | tie |
/// | `tie_cut` | tie, cause |
/// | `task_created` | task, held, the specification (`SpecCodec`), its job and member |
/// | `task_edited` | task, and the specification |
/// | `task_held` | task, held |
/// | `continuations_added`, `continuations_removed` | task, list of children |
/// | `task_available` | task, delayed until (0: not) |
/// | `task_due`, `group_passed` | task |
/// | `task_cancelled` | task, cause |
/// | `tasks_forgotten` | list of tasks |
/// | `task_claimed` | task, the attempt (`AttemptCodec`) |
/// | `attempt_started` | task, time, working directory |
/// | `attempt_updated` | task, time of its start, working directory, usage |
/// | `cancellation_requested` | task, time of SIGKILL, grace, cause |
/// | `attempt_ended` | task, outcome (`retried` with the time until which it waits), exit status, time, cause, usage, the state asked for |
/// | `worker_changed` | the worker (`WorkerCodec`) |
/// | `worker_removed` | worker, user, name |
/// | `worker_name_allowed` | user, name |
/// | `user_changed` | id, name, role, SHA-256 of the token, admin, when it was made |
/// | `user_revoked` | user |
/// | `key_remembered` | user, key, digest of the body, list of tasks, time, list of what they are copies of |
/// | `keys_expired` | list of pairs of user and key |
/// | `server_started` | epoch |
///
/// Times are milliseconds since 1970. What may be missing is null, and so is an empty list. A change of this table gets a new ``format``.
public enum EventCodec {
  /// The format of the events, which stands in each segment's header.
  public static let format: UInt32 = 4

  /// Appends events to a payload.
  public static func encode(_ events: [Event], into buffer: inout [UInt8]) {
    for event in events {
      JSONText.array(into: &buffer) { write(event, to: &$0) }
      buffer.append(UInt8(ascii: "\n"))
    }
  }

  private static func write(_ event: Event, to list: inout JSONArrayWriter) {
    switch event {
    case .jobCreated(let job):
      list.append("job_created")
      list.append(Int64(clamping: job.number.value))
      list.append(job.owner)
      list.append(job.name)
      list.append(job.created)
    case .jobMade(let making):
      begin("job_made", making.spec.number, &list)
      list.append(making.spec.owner)
      list.append(making.spec.name)
      list.append(making.spec.created)
      list.append(id: making.firstTask)
      FamilyCodec.write(
        labels: making.spec.labels, resumes: making.spec.resumes, takenOver: making.takenOver, making.spec.families,
        to: &list)
    case .membersMadeAvailable(let job, let members, let delayedUntil):
      begin("members_available", job, &list)
      MemberCodec.write(members, to: &list)
      list.append(delayedUntil)
    case .membersCancelled(let job, let members, let cause):
      begin("members_cancelled", job, &list)
      MemberCodec.write(members, to: &list)
      list.append(cause.description)
    case .membersHeld(let job, let members, let isHeld):
      begin("members_held", job, &list)
      MemberCodec.write(members, to: &list)
      list.append(isHeld)
    case .membersEdited(let job, let members, let changes):
      begin("members_edited", job, &list)
      MemberCodec.write(members, to: &list)
      MemberCodec.write(changes, to: &list)
    case .jobLabelled(let job, let labels):
      begin("job_labelled", job, &list)
      list.object { object in
        for (name, text) in labels { object.set(dynamicKey: name, text) }
      }
    case .jobLimited(let job, let maxRunning):
      begin("job_limited", job, &list)
      list.append(maxRunning.map(Int64.init))
    case .tasksRemade(let pairs, let changes):
      list.append("tasks_remade")
      MemberCodec.write(pairs, to: &list)
      MemberCodec.write(changes, to: &list)
    case .jobForgotten(let job): begin("job_forgotten", job, &list)
    case .tieMade(let tie, let job, let parents, let members):
      begin("tie_made", tie, &list)
      list.append(Int64(clamping: job.value))
      list.append(ids: parents)
      MemberCodec.write(members, to: &list)
    case .tiePassed(let tie): begin("tie_passed", tie, &list)
    case .tieCut(let tie, let cause):
      begin("tie_cut", tie, &list)
      list.append(cause.description)
    case .taskCreated(let task, let spec, let isHeld, let place):
      begin("task_created", task, &list)
      list.append(isHeld)
      SpecCodec.write(spec, to: &list)
      if let place {
        list.append(Int64(clamping: place.job.value))
        list.append(place.member)
      }
    case .taskEdited(let task, let spec):
      begin("task_edited", task, &list)
      SpecCodec.write(spec, to: &list)
    case .taskHeld(let task, let isHeld):
      begin("task_held", task, &list)
      list.append(isHeld)
    case .continuationsAdded(let task, let children):
      begin("continuations_added", task, &list)
      list.append(ids: children)
    case .continuationsRemoved(let task, let children):
      begin("continuations_removed", task, &list)
      list.append(ids: children)
    case .taskMadeAvailable(let task, let delayedUntil):
      begin("task_available", task, &list)
      list.append(delayedUntil)
    case .taskDue(let task): begin("task_due", task, &list)
    case .groupPassed(let task): begin("group_passed", task, &list)
    case .taskCancelled(let task, let cause):
      begin("task_cancelled", task, &list)
      list.append(cause.description)
    case .tasksForgotten(let tasks):
      list.append("tasks_forgotten")
      list.append(ids: tasks)
    case .taskClaimed(let task, let attempt):
      begin("task_claimed", task, &list)
      AttemptCodec.write(attempt, to: &list)
    case .attemptStarted(let task, let timeStarted, let workingDirectory):
      begin("attempt_started", task, &list)
      list.append(timeStarted)
      list.append(workingDirectory)
    case .attemptUpdated(let task, let update):
      begin("attempt_updated", task, &list)
      list.append(update.timeStarted)
      list.append(update.workingDirectory)
      AttemptCodec.write(update.usage, to: &list)
    case .cancellationRequested(let task, let killDue, let grace, let cause):
      begin("cancellation_requested", task, &list)
      list.append(killDue)
      list.append(grace)
      list.append(cause.description)
    case .attemptEnded(let task, let end):
      begin("attempt_ended", task, &list)
      write(end, to: &list)
    case .workerChanged(let worker):
      list.append("worker_changed")
      WorkerCodec.write(worker, to: &list)
    case .workerRemoved(let worker, let user, let name):
      begin("worker_removed", worker, &list)
      list.append(id: user)
      list.append(name)
    case .workerNameAllowed(let user, let name):
      begin("worker_name_allowed", user, &list)
      list.append(name)
    case .userChanged(let user):
      list.append("user_changed")
      UserCodec.write(user, to: &list)
    case .userRevoked(let user): begin("user_revoked", user, &list)
    case .keyRemembered(let key, let answer):
      list.append("key_remembered")
      UserCodec.write(key, answer, to: &list)
    case .keysExpired(let keys):
      list.append("keys_expired")
      list.array { list in
        for key in keys { list.array { UserCodec.write(key, to: &$0) } }
      }
    case .serverStarted(let epoch):
      list.append("server_started")
      list.append(epoch)
    }
  }

  private static func begin(_ name: String, _ id: Identifier, _ list: inout JSONArrayWriter) {
    list.append(name)
    list.append(id: id)
  }

  private static func begin(_ name: String, _ job: JobNumber, _ list: inout JSONArrayWriter) {
    list.append(name)
    list.append(Int64(clamping: job.value))
  }

  private static func write(_ end: AttemptEnd, to list: inout JSONArrayWriter) {
    switch end.outcome {
    case .succeeded: list.append("succeeded")
    case .failed: list.append("failed")
    case .succeededTooLate: list.append("succeeded_too_late")
    case .cancelled: list.append("cancelled")
    case .retried(let until):
      list.array { outcome in
        outcome.append("retried")
        outcome.append(until)
      }
    case .givenBack: list.append("given_back")
    case .lost: list.append("lost")
    case .lostTooOften: list.append("lost_too_often")
    }
    list.append(end.exitStatus)
    list.append(end.timeTerminated)
    list.append(end.cause?.description)
    AttemptCodec.write(end.usage, to: &list)
    list.append(end.reported?.name)
  }
}
