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
    "task": .array(taskColumns),
  ]

  private static let taskColumns: [JSON] =
    [
      "_id", "_updated", "state", "held", "pending_dependency_count", "attempt_count", "loss_count", "claim_number",
      "cause", "available_since", "turn", "delayed_until", "kill_due", "continuations",
    ] + SpecCodec.columns + ["attempts", "ended_at"]

  /// The header of a view's snapshot.
  public static func header(of view: QueueView) -> SnapshotHeader {
    SnapshotHeader(
      sequence: view.sequence, epoch: view.epoch, time: view.time, nextTurn: view.nextTurn, columns: columns)
  }

  /// Writes every record of a view.
  public static func write(_ view: QueueView, to writer: SnapshotWriter) throws(StoreError) {
    for user in view.users { try add("user", to: writer) { UserCodec.write(user, to: &$0) } }
    for worker in view.workers { try add("worker", to: writer) { WorkerCodec.write(worker.record, to: &$0) } }
    for barred in view.barredNames {
      try add("barred", to: writer) { list in
        list.append(id: barred.id)
        list.append(id: barred.user)
        list.append(barred.name)
      }
    }
    for (key, answer) in view.rememberedKeys { try add("key", to: writer) { UserCodec.write(key, answer, to: &$0) } }
    var failure: StoreError?
    view.forEachTask { record in
      do throws(StoreError) {
        try add("task", to: writer) { write(record, to: &$0) }
        return true
      } catch {
        failure = error
        return false
      }
    }
    if let failure { throw failure }
  }

  private static func add(
    _ kind: String, to writer: SnapshotWriter, _ build: (inout JSONArrayWriter) -> Void
  ) throws(StoreError) {
    try writer.add { buffer in
      JSONText.array(into: &buffer) { list in
        list.append(kind)
        build(&list)
      }
    }
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
  }

  /// Reads one record into a state that is being restored.
  static func read(_ line: UnsafeRawBufferPointer, into restoration: inout Restoration) throws(RecordError) {
    let root: JSONNode
    do {
      root = try JSONDocument(parsing: line, limits: EventCodec.limits).root
    } catch {
      throw RecordError("\(error)")
    }
    var list = try RecordReader(root)
    let kind = try list.text()
    do throws(RecordError) {
      switch kind {
      case "task": restoration.add(try task(&list))
      case "user": restoration.add(try UserCodec.read(&list))
      case "worker": restoration.add(try WorkerCodec.read(list.node()))
      case "barred": restoration.addBarred(id: try list.id(), user: try list.id(), name: try list.text())
      case "key":
        let (key, answer) = try UserCodec.readAnswer(&list)
        restoration.add(key, answer)
      default: throw RecordError("there is no such kind of record")
      }
    } catch {
      throw error.at(kind)
    }
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
    for element in try list.node().elements {
      var record = try RecordReader(element)
      attempts.append(try AttemptCodec.read(&record))
    }
    // Format 1 did not say when a task ended.
    let endedAt = list.isAtEnd ? 0 : try list.number()
    return TaskRecord(
      id: id, updated: updated, spec: spec, state: state, isHeld: isHeld, pendingDependencyCount: pending,
      attemptCount: attemptCount, lossCount: lossCount, claimNumber: claimNumber, cause: cause,
      availableSince: availableSince, turn: turn, delayedUntil: delayedUntil, killDue: killDue, endedAt: endedAt,
      allContinuations: continuations, continuations: continuations, attempts: attempts)
  }
}
