import Collections

/// Which workers a waiting task is not given to. Derived from the events, so that a replay comes to the same; a restart
/// from a snapshot forgets it, and a worker may be tried once more.
struct Avoidances: Sendable {
  /// How long a worker is passed over for another one that could run the task, in milliseconds.
  static let patience: Int64 = 60_000

  /// Of one task.
  struct Entry: Sendable {
    /// Workers that lack its folder: until they start anew.
    var lacking: [WorkerID] = []
    /// The worker on which its last attempt failed or could not be started: another one first.
    var last: WorkerID?
    /// When that is over, milliseconds since 1970.
    var until: Int64 = 0
  }

  private(set) var entries: [TaskID: Entry] = [:]
  /// When a preference ends, the soonest first. An entry whose task has another time by now is passed over.
  private var ends = Heap<QueueState.Delay>()

  var isEmpty: Bool { entries.isEmpty }

  subscript(task: TaskID) -> Entry? { entries[task] }

  /// The workers that a task is not given to now, sorted; nil: none.
  func workers(_ task: TaskID) -> [WorkerID]? {
    guard !entries.isEmpty, let entry = entries[task] else { return nil }
    let workers = Set(entry.lacking + [entry.last].compactMap { $0 })
    return workers.isEmpty ? nil : workers.sorted()
  }

  mutating func lacks(_ worker: WorkerID, _ task: TaskID) {
    if entries[task]?.lacking.contains(worker) != true { entries[task, default: Entry()].lacking.append(worker) }
  }

  /// Another worker first, for a while.
  mutating func prefer(otherThan worker: WorkerID, for task: TaskID, until: Int64) {
    entries[task, default: Entry()].last = worker
    entries[task]?.until = until
    ends.insert(QueueState.Delay(due: until, task: task))
  }

  mutating func endPreference(_ task: TaskID) {
    guard !entries.isEmpty else { return }
    entries[task]?.last = nil
    entries[task]?.until = 0
    if entries[task]?.lacking.isEmpty == true { entries[task] = nil }
  }

  mutating func forget(_ task: TaskID) { if !entries.isEmpty { entries[task] = nil } }

  /// A worker started anew and may have by now what it lacked.
  /// - Returns: the tasks that it may be given again, in order.
  mutating func startedAnew(_ worker: WorkerID) -> [TaskID] {
    guard !entries.isEmpty else { return [] }
    let tasks = entries.filter { $0.value.lacking.contains(worker) }.map(\.key).sorted()
    for task in tasks {
      entries[task]?.lacking.removeAll { $0 == worker }
      if entries[task]?.lacking.isEmpty == true, entries[task]?.last == nil { entries[task] = nil }
    }
    return tasks
  }

  // MARK: Time

  /// When the next preference ends; nil: there is none.
  var nextEnd: Int64? { ends.min?.due }

  /// A task whose preference is over by now, out of the row of those that are to end.
  mutating func popEnded(at now: Int64) -> TaskID? {
    while let end = ends.min, end.due <= now {
      ends.removeMin()
      if entries[end.task]?.until == end.due { return end.task }
    }
    return nil
  }
}

extension QueueState {
  /// After an attempt after which its task waits again: who shall not have it next.
  mutating func avoid(_ slot: Slot, _ end: AttemptEnd, at time: Int64) {
    guard let worker = tasks[slot].attempts.last?.workerID else { return }
    switch end.outcome {
    case .givenBack where ExitStatus.lacksFolder(end.exitStatus): avoidances.lacks(worker, tasks[slot].id)
    case .givenBack where ExitStatus.lacksSomething(end.exitStatus): preferOther(slot, than: worker, from: time)
    case .retried(let until): preferOther(slot, than: worker, from: max(time, until))
    default: break
    }
  }

  private mutating func preferOther(_ slot: Slot, than worker: WorkerID, from start: Int64) {
    let spec = tasks[slot].spec
    let isAlone = !workers.values.contains { entry in
      entry.record.id != worker && entry.isPresent && Self.isOpen(entry.record)
        && entry.wholeOffer?.fits(spec.shape) == true
    }
    if isAlone { return }
    avoidances.prefer(
      otherThan: worker, for: tasks[slot].id, until: start.saturating(plus: Avoidances.patience))
  }

  /// A registration that may be given tasks.
  static func isOpen(_ worker: WorkerRecord) -> Bool {
    worker.permissions.contains(.claim) && worker.unregistering == nil && worker.pause == nil && !worker.isDraining
      && worker.quarantine == nil
  }
}
