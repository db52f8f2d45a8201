import BanyanCore
import BanyanJSON

/// The records of a snapshot: lists that begin with their kind. Users, workers, barred names and remembered requests come
/// first, then jobs, then the tasks. An empty list is null.
///
/// Of a member of a family that is as the family was written, the specification's columns are null; `shared` tells that what stands there is shared with others of the family. Members to whom nothing happened yet are
/// one record as many as stand in a row (`run`), and knots between families have one of their own (`tie`).
public enum SnapshotCodec {
  /// What the elements behind the kind are, by kind, for the header.
  public static let columns: JSONObject = [
    "user": .array(UserCodec.columns),
    "worker": ["registration"],
    "barred": ["_id", "user", "name"],
    "key": .array(UserCodec.keyColumns),
    "job": .array(
      ["number", "owner", "name", "_created", "_updated", "started", "last_end", "task_count"] + FamilyCodec.columns),
    "run": .array(runColumns),
    "tie": [
      "_id", "job", "_updated", "state", "pending_dependency_count", "cause", "ended_at", "continuations", "replaced",
    ],
    "task": .array(taskColumns),
  ]

  private static let taskColumns: [JSON] =
    [
      "_id", "_updated", "state", "held", "pending_dependency_count", "attempt_count", "loss_count", "claim_number",
      "cause", "available_since", "turn", "delayed_until", "kill_due", "continuations",
    ] + SpecCodec.columns + ["attempts", "ended_at", "_created", "job", "member", "replaces", "shared"]

  private static let runColumns: [JSON] =
    ["_id", "count", "job", "member", "_created", "_updated", "state", "held", "available_since", "turn"]
    + SpecCodec.columns

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
    try view.forEachRun { first, count throws(StoreError) in try add("run") { write(first, count: count, to: &$0) } }
    try view.forEachWrittenTask { record throws(StoreError) in
      try add("task") { write(record, to: &$0) }
      return true
    }
    try view.forEachTie { tie, isReplaced throws(StoreError) in
      try add("tie") { write(tie: tie, isReplaced: isReplaced, to: &$0) }
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
    FamilyCodec.write(
      labels: job.labels, resumes: job.resumes, takenOver: job.takenOver, job.families, to: &list)
  }

  private static func write(_ first: TaskRecord, count: Int, to list: inout JSONArrayWriter) {
    list.append(id: first.id)
    list.append(count)
    list.append(Int64(clamping: first.place?.job.value ?? 0))
    list.append(first.place?.member ?? 0)
    list.append(first.created)
    list.append(first.updated)
    list.append(first.state.name)
    list.append(first.isHeld)
    list.append(first.availableSince)
    list.append(Int64(clamping: first.turn))
    writeSpec(of: first, to: &list)
  }

  private static func write(tie: TaskRecord, isReplaced: Bool, to list: inout JSONArrayWriter) {
    list.append(id: tie.id)
    list.append(Int64(clamping: tie.place?.job.value ?? 0))
    list.append(tie.updated)
    list.append(tie.state.name)
    list.append(tie.pendingDependencyCount)
    list.append(tie.cause?.description)
    list.append(tie.endedAt)
    list.append(ids: tie.allContinuations)
    list.append(isReplaced)
  }

  private static func writeSpec(of record: TaskRecord, to list: inout JSONArrayWriter) {
    guard record.specSource == .family else { return SpecCodec.write(record.spec, to: &list) }
    for _ in SpecCodec.columns { list.appendNull() }
  }

  /// - Returns: nil where it is what the task's family was written with.
  private static func readSpec(_ list: inout RecordReader) throws(RecordError) -> TaskSpec? {
    if list.kind == .null {
      for _ in SpecCodec.columns where try list.hasValue() { throw RecordError("a specification without an owner") }
      return nil
    }
    return try SpecCodec.read(&list)
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
    writeSpec(of: record, to: &list)
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
      if record.specSource == .shared { list.append(true) } else { list.appendNull() }
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
    case "run": return try run(&list)
    case "tie": return try tie(&list)
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
    var record = JobRecord(
      number: number, name: name, owner: owner, created: created, updated: updated, counts: JobCounts(),
      memberCount: Int(try list.number(UInt32.self)), started: started, lastEnd: lastEnd)
    guard record.memberCount <= Int(JobPlace.maxMembers) else {
      throw RecordError("a job of \(record.memberCount) members")
    }
    if !list.isAtEnd {
      let words = try FamilyCodec.read(&list)
      record.labels = words.labels
      record.families = words.families
      record.resumes = words.resumes
      record.takenOver = words.takenOver
    }
    return record
  }

  private static let nothing = TaskSpec(owner: "", fields: TaskFields())

  private static func run(_ list: inout RecordReader) throws(RecordError) -> SnapshotRecord {
    let id = try list.id()
    let count = Int(try list.number(UInt32.self))
    let place = JobPlace(job: JobNumber(try list.number(UInt64.self)), member: try list.number(UInt32.self))
    let (created, updated) = (try list.number(), try list.number())
    guard let state = try AttemptCodec.state(list.text()) else { throw RecordError("a run without a state") }
    let isHeld = try list.flag()
    let availableSince = try list.number()
    let turn = try list.number(UInt64.self)
    let spec = try readSpec(&list)
    var first = TaskRecord(
      id: id, created: created, updated: updated, spec: spec ?? nothing, state: state, isHeld: isHeld,
      pendingDependencyCount: 0, attemptCount: 0, lossCount: 0, claimNumber: 0, cause: nil,
      availableSince: availableSince, turn: turn, delayedUntil: 0, killDue: 0, allContinuations: [],
      continuations: [], attempts: [], place: place)
    first.specSource = spec == nil ? .family : .shared
    return .run(first, count: count)
  }

  private static func tie(_ list: inout RecordReader) throws(RecordError) -> SnapshotRecord {
    let id = try list.id()
    let job = JobNumber(try list.number(UInt64.self))
    let updated = try list.number()
    guard let state = try AttemptCodec.state(list.text()) else { throw RecordError("a tie without a state") }
    let pending = try list.number(UInt32.self)
    let cause = try list.textOrNone().map { Cause($0) }
    let endedAt = try list.number()
    let continuations = try list.ids()
    let isReplaced = try list.flag()
    let tie = TaskRecord(
      id: id, updated: updated, spec: nothing, state: state, isHeld: false, pendingDependencyCount: pending,
      attemptCount: 0, lossCount: 0, claimNumber: 0, cause: cause, availableSince: 0, turn: 0, delayedUntil: 0,
      killDue: 0, endedAt: endedAt, allContinuations: continuations, continuations: [], attempts: [],
      place: JobPlace(job: job, member: 0))
    return .tie(tie, isReplaced: isReplaced)
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
    let spec = try readSpec(&list)
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
    var isShared = false
    if !list.isAtEnd {
      place = JobPlace(job: JobNumber(try list.number(UInt64.self)), member: try list.number(UInt32.self))
      if let text = try list.textOrNone() {
        guard let id = TaskID(text) else { throw RecordError("replaces is no identifier") }
        replaces = id
      }
      if !list.isAtEnd, try list.hasValue() { isShared = try list.flag() }
    }
    var record = TaskRecord(
      id: id, created: created, updated: updated, spec: spec ?? nothing, state: state, isHeld: isHeld,
      pendingDependencyCount: pending,
      attemptCount: attemptCount, lossCount: lossCount, claimNumber: claimNumber, cause: cause,
      availableSince: availableSince, turn: turn, delayedUntil: delayedUntil, killDue: killDue, endedAt: endedAt,
      allContinuations: continuations, continuations: continuations, attempts: attempts, place: place,
      replaces: replaces)
    record.specSource = spec == nil ? .family : isShared ? .shared : .own
    return record
  }
}
