import Collections

/// The queue at one moment, for reading elsewhere: snapshots, lists, filters. Shares all with the state until the
/// state changes it.
public struct QueueView: Sendable {
  let tasks: TaskTable
  /// Every registered worker, in the order of registration.
  public let workers: [WorkerView]
  let barred: OrderedDictionary<WorkerID, QueueState.BarredName>
  /// Every user, in the order in which they were made.
  public let users: [User]
  let keys: KeyBook
  /// The queues' numbers, by which workers name those that they claim from.
  let queues: Names
  let reservations: Reservations
  let avoidances: Avoidances
  /// The sequence number of the last event that it shows.
  public let sequence: UInt64
  /// The number of the server's start in which it was taken, from 1.
  public let epoch: UInt32
  /// The server's clock at that event, milliseconds since 1970.
  public let time: Int64
  /// The turn that the next waiting task gets.
  public let nextTurn: UInt64

  /// How many tasks there are.
  public var taskCount: Int { tasks.count }

  /// How many tasks stand in a state.
  public func count(_ state: TaskState) -> Int { tasks.counts[Int(state.rawValue)] }

  /// Everything about one task; nil: there is no such task.
  public func record(_ id: TaskID) -> TaskRecord? { tasks.record(id) }

  /// Every task, in the table's order, until the body answers false.
  public func forEachTask<Failure: Error>(_ body: (TaskRecord) throws(Failure) -> Bool) throws(Failure) {
    for slot in 0..<Slot(tasks.slotCount) where tasks.holdsTask(slot) {
      guard try body(tasks.record(slot)) else { return }
    }
  }

  /// The identifiers of all tasks, sorted.
  public func allIDs() -> [TaskID] {
    var ids: [TaskID] = []
    ids.reserveCapacity(tasks.count)
    tasks.forEachSlot { ids.append(tasks[$0].id) }
    return ids.sorted()
  }

  /// Every task of a name, the newest first: those that have not ended, then the others.
  public func tasks(named name: String) -> [TaskRecord] { tasks.all(named: name).map { tasks.record($0) } }

  /// The task that an attempt is of, by the identifier of the attempt's record. It reads every row, and nothing else of
  /// the tasks: some milliseconds for a million.
  public func task(ofAttempt id: RecordID) -> TaskRecord? {
    for slot in 0..<Slot(tasks.slotCount) where !tasks.rows.isUnwritten(slot: slot) && tasks.holdsTask(slot) {
      if tasks[slot].attempts.contains(where: { $0.id == id }) { return tasks.record(slot) }
    }
    return nil
  }

  /// The tasks that a worker holds.
  public func tasks(heldBy worker: WorkerID) -> [TaskRecord] {
    workers.first { $0.record.id == worker }?.live.compactMap { tasks.record($0) } ?? []
  }

  /// Names that were unregistered: the identifier that the registration had, its user, its name.
  public var barredNames: [(id: WorkerID, user: UserID, name: String)] {
    barred.map { ($0.key, $0.value.user, $0.value.name.text) }
  }

  /// Requests whose repeats are answered as they were, the oldest first.
  public var rememberedKeys: [(key: IdempotencyKey, answer: IdempotentAnswer)] {
    keys.answers.map { ($0.key, $0.value) }
  }
}

/// A registered worker and what it holds.
public struct WorkerView: Sendable {
  /// What the server durably knows of the worker.
  public let record: WorkerRecord
  /// Its live attempts' tasks, sorted.
  public let live: [TaskID]
  /// Cores that live attempts reserve.
  public let usedCores: Int64
  /// Memory that live attempts reserve, in bytes.
  public let usedMemoryBytes: Int64
  /// GPUs that live attempts hold, sorted.
  public let usedGPUs: [Int64]
  /// Custom resources that live attempts reserve.
  public let usedCustom: [CodePoints: Int64]
  /// Until when it stays, by its own word and the server's clock, milliseconds since 1970; nil: it didn't say, or isn't
  /// there.
  public var endsAt: Int64? { entry.isPresent ? entry.stay?.until : nil }
  let entry: WorkerEntry

  init(_ entry: WorkerEntry, _ tasks: TaskTable) {
    self.entry = entry
    record = entry.record
    live = entry.live.ids(tasks)
    usedCores = Int64(clamping: entry.used.cores)
    usedMemoryBytes = Int64(clamping: entry.used.memoryBytes)
    usedGPUs = entry.used.gpus.sorted()
    usedCustom = entry.used.custom.mapValues { Int64(clamping: $0) }
  }
}
