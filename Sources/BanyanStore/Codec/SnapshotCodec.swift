import BanyanCore
import BanyanJSON

/// The records of a snapshot: lists that begin with their kind. Users, workers, barred names and remembered requests come
/// first, then the tasks. An empty list is null.
public enum SnapshotCodec {
  /// What the elements behind the kind are, by kind, for the header.
  public static let columns: JSONObject = [
    "user": .array(UserCodec.columns),
    "worker": ["registration"],
    "barred": ["_id", "user", "name"],
    "key": .array(UserCodec.keyColumns),
    "job": ["number", "owner", "name", "_created", "_updated", "started", "last_end", "task_count"],
    "task": .array(taskColumns),
  ]

  private static let taskColumns: [JSON] =
    [
      "_id", "_updated", "state", "held", "pending_dependency_count", "attempt_count", "loss_count", "claim_number",
      "cause", "available_since", "turn", "delayed_until", "kill_due", "continuations",
    ] + SpecCodec.columns + ["attempts", "ended_at", "_created", "job", "member", "replaces"]

  /// The header of a view's snapshot.
  public static func header(of view: QueueView) -> SnapshotHeader {
    SnapshotHeader(
      sequence: view.sequence, epoch: view.epoch, time: view.time, nextTurn: view.nextTurn,
      nextJob: view.nextJob, columns: columns)
  }

  /// Writes every record of a view.
  public static func write(_ view: QueueView, to writer: SnapshotWriter) throws(StoreError) {
    try forEachLine(of: view) { line throws(StoreError) in try writer.add { $0 += line } }
  }

  /// Calls `body` with the line of every record of a view, without its end.
  static func forEachLine(of view: QueueView, _ body: ([UInt8]) throws(StoreError) -> Void) throws(StoreError) {
    var buffer: [UInt8] = []
    func add(_ kind: String, _ build: (inout JSONArrayWriter) -> Void) throws(StoreError) {
      buffer.removeAll(keepingCapacity: true)
      JSONText.array(into: &buffer) { list in
        list.append(kind)
        build(&list)
      }
      try body(buffer)
    }
    for user in view.users { try add("user") { UserCodec.write(user, to: &$0) } }
    for worker in view.workers { try add("worker") { WorkerCodec.write(worker.record, to: &$0) } }
    for barred in view.barredNames {
      try add("barred") { list in
        list.append(id: barred.id)
        list.append(id: barred.user)
        list.append(barred.name)
      }
    }
    for (key, answer) in view.rememberedKeys { try add("key") { UserCodec.write(key, answer, to: &$0) } }
    try view.forEachWrittenJob { job throws(StoreError) in
      try add("job") { write(job, to: &$0) }
      return true
    }
    try view.forEachTask { record throws(StoreError) in
      try add("task") { write(record, to: &$0) }
      return true
    }
  }

  private static func write(_ job: JobRecord, to list: inout JSONArrayWriter) {
    list.append(Int64(clamping: job.number.value))
    list.append(job.owner)
    list.append(job.name)
    list.append(job.created)
    list.append(job.updated)
    list.append(job.started)
    list.append(job.lastEnd)
    list.append(job.memberCount)
  }

  private static func write(_ record: TaskRecord, to list: inout JSONArrayWriter) {
    list.append(id: record.id)
    list.append(record.updated)
    list.append(record.state.name)
    list.append(record.isHeld)
    list.append(record.pendingDependencyCount)
    list.append(record.attemptCount)
    list.append(record.lossCount)
    list.append(record.claimNumber)
    list.append(record.cause?.description)
    list.append(record.availableSince)
    list.append(Int64(clamping: record.turn))
    list.append(record.delayedUntil)
    list.append(record.killDue)
    list.append(ids: record.allContinuations)
    SpecCodec.write(record.spec, to: &list)
    if record.attempts.isEmpty {
      list.appendNull()
    } else {
      list.array { attempts in
        for attempt in record.attempts { attempts.array { AttemptCodec.write(attempt, to: &$0) } }
      }
    }
    list.append(record.endedAt)
    list.append(record.created)
    if let place = record.place {
      list.append(Int64(clamping: place.job.value))
      list.append(place.member)
      list.append(record.replaces?.description)
    }
  }

  /// Reads the record that a snapshot's line holds.
  static func read(_ line: UnsafeRawBufferPointer) throws(RecordError) -> SnapshotRecord {
    var list = try RecordReader(line)
    let kind = try list.text()
    do throws(RecordError) {
      let record = try record(kind, &list)
      try list.finish()
      return record
    } catch {
      throw error.at(kind)
    }
  }

  private static func record(_ kind: String, _ list: inout RecordReader) throws(RecordError) -> SnapshotRecord {
    switch kind {
    case "task": return .task(try task(&list))
    case "job": return .job(try job(&list))
    case "user": return .user(try UserCodec.read(&list))
    case "worker": return .worker(try WorkerCodec.read(list.node()))
    case "barred": return .barred(id: try list.id(), user: try list.id(), name: try list.text())
    case "key":
      let (key, answer) = try UserCodec.readAnswer(&list)
      return .key(key, answer)
    default: throw RecordError("there is no such kind of record")
    }
  }

  private static func job(_ list: inout RecordReader) throws(RecordError) -> JobRecord {
    let number = JobNumber(try list.number(UInt64.self))
    let owner = try list.text()
    let name = try list.textOrNone()
    let (created, updated) = (try list.number(), try list.number())
    let (started, lastEnd) = (try list.numberOrNone(), try list.number())
    return JobRecord(
      number: number, name: name, owner: owner, created: created, updated: updated, counts: JobCounts(),
      memberCount: Int(try list.number(UInt32.self)), started: started, lastEnd: lastEnd)
  }

  private static func task(_ list: inout RecordReader) throws(RecordError) -> TaskRecord {
    let id = try list.id()
    let updated = try list.number()
    guard let state = try AttemptCodec.state(list.text()) else { throw RecordError("a task without a state") }
    let isHeld = try list.flag()
    let pending = try list.number(UInt32.self)
    let attemptCount = try list.number(UInt32.self)
    let lossCount = try list.number(UInt32.self)
    let claimNumber = try list.number(UInt32.self)
    let cause = try list.textOrNone().map { Cause($0) }
    let availableSince = try list.number()
    let turn = try list.number(UInt64.self)
    let delayedUntil = try list.number()
    let killDue = try list.number()
    let continuations = try list.ids()
    let spec = try SpecCodec.read(&list)
    var attempts: [AttemptRecord] = []
    if var records = try list.listOrNone() {
      while !records.isAtEnd {
        var record = try records.list()
        attempts.append(try AttemptCodec.read(&record))
      }
    }
    // Format 1 did not say when a task ended.
    let endedAt = list.isAtEnd ? 0 : try list.number()
    // Before format 4 only the identifier told when it was made, to the second.
    let created = list.isAtEnd ? nil : try list.number()
    // Before format 4 there were no jobs.
    var place: JobPlace?
    var replaces: TaskID?
    if !list.isAtEnd {
      place = JobPlace(job: JobNumber(try list.number(UInt64.self)), member: try list.number(UInt32.self))
      if let text = try list.textOrNone() {
        guard let id = TaskID(text) else { throw RecordError("replaces is no identifier") }
        replaces = id
      }
    }
    return TaskRecord(
      id: id, created: created, updated: updated, spec: spec, state: state, isHeld: isHeld,
      pendingDependencyCount: pending,
      attemptCount: attemptCount, lossCount: lossCount, claimNumber: claimNumber, cause: cause,
      availableSince: availableSince, turn: turn, delayedUntil: delayedUntil, killDue: killDue, endedAt: endedAt,
      allContinuations: continuations, continuations: continuations, attempts: attempts, place: place,
      replaces: replaces)
  }
}
