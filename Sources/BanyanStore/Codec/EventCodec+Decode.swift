import BanyanCore
import BanyanJSON

extension EventCodec {
  /// Calls `body` with each event of a payload.
  /// - Returns: how many there were.
  static func decode(_ payload: UnsafeRawBufferPointer, _ body: (Event) -> Void) throws(RecordError) -> Int {
    var count = 0
    var rest = payload[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      do throws(RecordError) {
        body(try event(UnsafeRawBufferPointer(rebasing: rest[..<end])))
      } catch {
        throw error.at("event \(count + 1)")
      }
      count += 1
      rest = rest[(end + 1)...]
    }
    guard rest.isEmpty else { throw RecordError("event \(count + 1) has no end of line") }
    return count
  }

  static func event(_ line: UnsafeRawBufferPointer) throws(RecordError) -> Event {
    var list = try RecordReader(line)
    let name = try list.text()
    do throws(RecordError) {
      let event = try event(name, &list)
      try list.finish()
      return event
    } catch {
      throw error.at(name)
    }
  }

  private static func event(_ name: String, _ list: inout RecordReader) throws(RecordError) -> Event {
    switch name {
    case "job_created":
      return .jobCreated(
        JobSpec(
          number: JobNumber(try list.number(UInt64.self)), owner: try list.text(), name: try list.textOrNone(),
          created: try list.number()))
    case "job_made":
      let number = try job(&list)
      let (owner, name, created) = (try list.text(), try list.textOrNone(), try list.number())
      let firstTask = try list.id()
      let words = try FamilyCodec.read(&list)
      return .jobMade(
        JobMaking(
          spec: JobSpec(
            number: number, owner: owner, name: name, created: created, labels: words.labels,
            families: words.families, resumes: words.resumes), firstTask: firstTask, takenOver: words.takenOver))
    case "members_available":
      return .membersMadeAvailable(try job(&list), try MemberCodec.read(&list), delayedUntil: try list.number())
    case "members_cancelled":
      return .membersCancelled(try job(&list), try MemberCodec.read(&list), cause: Cause(try list.text()))
    case "members_held": return .membersHeld(try job(&list), try MemberCodec.read(&list), try list.flag())
    case "members_edited":
      return .membersEdited(try job(&list), try MemberCodec.read(&list), try MemberCodec.readChanges(&list))
    case "job_labelled":
      let number = try job(&list)
      guard let labels = try list.node().textMap else { throw RecordError("labels that are no object of strings") }
      return .jobLabelled(number, labels)
    case "job_limited":
      return .jobLimited(try job(&list), maxRunning: try list.numberOrNone().map { UInt32(clamping: $0) })
    case "tasks_remade":
      return .tasksRemade(try MemberCodec.readPairs(&list), try MemberCodec.readChanges(&list))
    case "job_forgotten": return .jobForgotten(try job(&list))
    case "tie_made":
      return .tieMade(
        try list.id(), try job(&list), parents: try list.ids(), members: try MemberCodec.read(&list))
    case "tie_passed": return .tiePassed(try list.id())
    case "tie_cut": return .tieCut(try list.id(), cause: Cause(try list.text()))
    case "task_created":
      let task = try list.id()
      let isHeld = try list.flag()
      let spec = try SpecCodec.read(&list)
      let place =
        list.isAtEnd
        ? nil : JobPlace(job: JobNumber(try list.number(UInt64.self)), member: try list.number(UInt32.self))
      return .taskCreated(task, spec: spec, isHeld: isHeld, place: place)
    case "task_edited":
      let task = try list.id()
      return .taskEdited(task, spec: try SpecCodec.read(&list))
    case "task_held": return .taskHeld(try list.id(), try list.flag())
    case "continuations_added": return .continuationsAdded(try list.id(), children: try list.ids())
    case "continuations_removed": return .continuationsRemoved(try list.id(), children: try list.ids())
    case "task_available": return .taskMadeAvailable(try list.id(), delayedUntil: try list.number())
    case "task_due": return .taskDue(try list.id())
    case "group_passed": return .groupPassed(try list.id())
    case "task_cancelled": return .taskCancelled(try list.id(), cause: Cause(try list.text()))
    case "tasks_forgotten": return .tasksForgotten(try list.ids())
    case "task_claimed":
      let task = try list.id()
      return .taskClaimed(task, try AttemptCodec.read(&list))
    case "attempt_started":
      return .attemptStarted(
        try list.id(), timeStarted: try list.number(), workingDirectory: try list.textOrNone())
    case "attempt_updated":
      return .attemptUpdated(
        try list.id(),
        AttemptUpdate(
          timeStarted: try list.numberOrNone(), workingDirectory: try list.textOrNone(),
          usage: try AttemptCodec.readUsage(&list)))
    case "cancellation_requested":
      return .cancellationRequested(
        try list.id(), killDue: try list.number(), grace: try list.number(), cause: Cause(try list.text()))
    case "attempt_ended":
      let task = try list.id()
      return .attemptEnded(task, try end(&list))
    case "worker_changed": return .workerChanged(try WorkerCodec.read(list.node()))
    case "worker_removed": return .workerRemoved(try list.id(), user: try list.id(), name: try list.text())
    case "worker_name_allowed": return .workerNameAllowed(user: try list.id(), name: try list.text())
    case "user_changed": return .userChanged(try UserCodec.read(&list))
    case "user_revoked": return .userRevoked(try list.id())
    case "key_remembered":
      let (key, answer) = try UserCodec.readAnswer(&list)
      return .keyRemembered(key, answer)
    case "keys_expired":
      var keys: [IdempotencyKey] = []
      var pairs = try list.list()
      while !pairs.isAtEnd {
        var pair = try pairs.list()
        keys.append(try UserCodec.readKey(&pair))
      }
      return .keysExpired(keys)
    case "server_started": return .serverStarted(epoch: try list.number(UInt32.self))
    default: throw RecordError("there is no such event")
    }
  }

  private static func job(_ list: inout RecordReader) throws(RecordError) -> JobNumber {
    JobNumber(try list.number(UInt64.self))
  }

  private static func end(_ list: inout RecordReader) throws(RecordError) -> AttemptEnd {
    let outcome = try outcome(&list)
    return AttemptEnd(
      exitStatus: try list.text(), timeTerminated: try list.numberOrNone(), outcome: outcome,
      cause: try list.textOrNone().map { Cause($0) }, usage: try AttemptCodec.readUsage(&list),
      reported: try AttemptCodec.state(list.textOrNone()))
  }

  private static func outcome(_ list: inout RecordReader) throws(RecordError) -> AttemptEnd.Outcome {
    if list.kind == .array {
      var pair = try list.list()
      guard try pair.text() == "retried" else { throw RecordError("there is no such outcome") }
      return .retried(until: try pair.number())
    }
    switch try list.text() {
    case "succeeded": return .succeeded
    case "failed": return .failed
    case "succeeded_too_late": return .succeededTooLate
    case "cancelled": return .cancelled
    case "given_back": return .givenBack
    case "lost": return .lost
    case "lost_too_often": return .lostTooOften
    default: throw RecordError("there is no such outcome")
    }
  }
}
