import Collections

/// Which workers a waiting task is not given to. Derived from the events, so that a replay comes to the same; a restart
/// from a snapshot forgets it, and a worker may be tried once more.
struct Avoidances: Sendable {
  /// How long a worker is passed over for another one that could run the task, in milliseconds.
  static let patience: Int64 = 60_000
  /// How long one is passed over that lacks the task's folder: it may come, as the disk of another machine does. Twice as
  /// long after each time that it still lacked it, up to an hour; in milliseconds.
  static let (minPause, maxPause): (Int64, Int64) = (300_000, 3_600_000)

  /// The workers that one task is not given to.
  struct Entry: Sendable {
    /// Workers that lack its folder, or the time for it.
    var lacking: [Lack] = []
    /// The worker on which its last attempt failed or could not be started: another one first.
    var last: WorkerID?
    /// When that is over, milliseconds since 1970.
    var until: Int64 = 0
  }

  /// A worker that lacks a task's folder, or the time for it: until it starts anew, or is asked again.
  struct Lack: Sendable {
    var worker: WorkerID
    /// When the task may be given to it again, milliseconds since 1970.
    var until: Int64
    /// It is the time: who starts anew has no more of it.
    var isTime = false
  }

  private(set) var entries: [TaskID: Entry] = [:]
  /// For how many tasks another worker than this one goes first.
  private var lastCounts: [WorkerID: Int] = [:]
  /// When something of it ends, the soonest first. An entry whose task has other times by now is passed over.
  private var ends = Heap<QueueState.Delay>()

  subscript(task: TaskID) -> Entry? { entries[task] }

  /// The workers that a task is not given to at a time; nil: none.
  func avoided(_ task: TaskID, at time: Int64) -> Avoided? {
    guard !entries.isEmpty, let entry = entries[task] else { return nil }
    let lacking = entry.lacking.lazy.filter { $0.until > time }.map(\.worker).sorted()
    let last = entry.until > time ? entry.last : nil
    return lacking.isEmpty && last == nil ? nil : Avoided(lacking: lacking, last: last)
  }

  /// Whether there are tasks for which others than this worker go first.
  func putsOthersBefore(_ worker: WorkerID) -> Bool { !lastCounts.isEmpty && lastCounts[worker] != nil }

  /// The workers that tasks are given to only if no other could run them.
  var last: some Sequence<WorkerID> { lastCounts.keys }

  mutating func lacks(_ worker: WorkerID, _ task: TaskID, isTime: Bool, until: Int64) {
    entries[task, default: Entry()].lacking.removeAll { $0.worker == worker }
    entries[task]?.lacking.append(Lack(worker: worker, until: until, isTime: isTime))
    ends.insert(QueueState.Delay(due: until, task: task))
  }

  /// Another worker first, for a while.
  mutating func prefer(otherThan worker: WorkerID, for task: TaskID, until: Int64) {
    setLast(worker, of: task)
    entries[task]?.until = until
    ends.insert(QueueState.Delay(due: until, task: task))
  }

  mutating func endPreference(_ task: TaskID) {
    guard !entries.isEmpty, entries[task] != nil else { return }
    setLast(nil, of: task)
    entries[task]?.until = 0
    tidy(task)
  }

  /// What is over by now is no longer known.
  mutating func end(_ task: TaskID, at time: Int64) {
    guard let entry = entries[task] else { return }
    entries[task]?.lacking.removeAll { $0.until <= time }
    if entry.until <= time { endPreference(task) } else { tidy(task) }
  }

  mutating func forget(_ task: TaskID) {
    guard !entries.isEmpty, entries[task] != nil else { return }
    setLast(nil, of: task)
    entries[task] = nil
  }

  /// A worker started anew and may have by now what it lacked.
  /// - Returns: the tasks that it may be given again, in order.
  mutating func startedAnew(_ worker: WorkerID) -> [TaskID] {
    guard !entries.isEmpty else { return [] }
    let tasks = entries.filter { $0.value.lacking.contains { $0.worker == worker && !$0.isTime } }.map(\.key).sorted()
    for task in tasks {
      entries[task]?.lacking.removeAll { $0.worker == worker && !$0.isTime }
      tidy(task)
    }
    return tasks
  }

  private mutating func setLast(_ worker: WorkerID?, of task: TaskID) {
    if let old = entries[task]?.last {
      let count = (lastCounts[old] ?? 1) - 1
      lastCounts[old] = count > 0 ? count : nil
    }
    entries[task, default: Entry()].last = worker
    if let worker { lastCounts[worker, default: 0] += 1 }
  }

  private mutating func tidy(_ task: TaskID) {
    if let entry = entries[task], entry.lacking.isEmpty, entry.last == nil { entries[task] = nil }
  }

  // MARK: Time

  /// When something of it ends next; nil: there is nothing.
  var nextEnd: Int64? { ends.min?.due }

  /// A task that may be given to others by now, out of the row of those that are to end.
  mutating func popEnded(at now: Int64) -> TaskID? {
    while let end = ends.min, end.due <= now {
      ends.removeMin()
      guard let entry = entries[end.task] else { continue }
      if entry.until == end.due || entry.lacking.contains(where: { $0.until == end.due }) { return end.task }
    }
    return nil
  }
}

/// The workers that a task is not given to.
struct Avoided: Hashable, Sendable {
  /// Those that lack its folder, sorted.
  var lacking: [WorkerID]
  /// Not to this one, as long as another could run it now.
  var last: WorkerID?
}

extension QueueState {
  /// After an attempt after which its task waits again: who shall not have it next.
  mutating func avoid(_ slot: Slot, _ end: AttemptEnd, at time: Int64) {
    guard let worker = tasks[written: slot].attempts.last?.workerID else { return }
    switch end.outcome {
    case .givenBack where ExitStatus.lacksFolder(end.exitStatus):
      passOver(worker, slot, isTime: false, at: time, where: ExitStatus.lacksFolder)
    case .givenBack where end.exitStatus == ExitStatus.outOfTime:
      passOver(worker, slot, isTime: true, at: time) { $0 == ExitStatus.outOfTime }
    case .givenBack where ExitStatus.lacksSomething(end.exitStatus): preferOther(slot, than: worker, from: time)
    case .retried(let until): preferOther(slot, than: worker, from: max(time, until))
    default: break
    }
  }

  /// Not to this worker for a while, the longer the more often the same was so before.
  private mutating func passOver(
    _ worker: WorkerID, _ slot: Slot, isTime: Bool, at time: Int64, where isSame: (String) -> Bool
  ) {
    let before = tasks[slot].attempts.count { $0.workerID == worker && $0.exitStatus.map(isSame) == true }
    let pause = min(Avoidances.minPause << Int64(min(before, 8)), Avoidances.maxPause)
    avoidances.lacks(worker, tasks[slot].id, isTime: isTime, until: time.saturating(plus: pause))
  }

  /// By what the journal knows: whether one of the others is there, and has room, is seen when the worker claims
  /// (``Rivals``).
  private mutating func preferOther(_ slot: Slot, than worker: WorkerID, from start: Int64) {
    guard othersCouldRun(slot, than: worker) else { return }
    avoidances.prefer(
      otherThan: worker, for: tasks[slot].id, until: start.saturating(plus: Avoidances.patience))
  }

  /// Whether another worker that may be given tasks offers enough for this one.
  private func othersCouldRun(
    _ slot: Slot, than worker: WorkerID, where isMeant: (WorkerEntry) -> Bool = { _ in true }
  ) -> Bool {
    let shape = tasks[slot].spec.shape
    return workers.values.contains { entry in
      entry.record.id != worker && isMeant(entry) && Self.isOpen(entry.record)
        && entry.wholeOffer?.fits(shape) == true
    }
  }

  /// Whether a task is not given to a worker at a time, or to another first that is there.
  func isPassedOver(_ worker: WorkerID, for slot: Slot, at now: Int64) -> Bool {
    guard let avoided = avoidances.avoided(tasks[slot].id, at: now) else { return false }
    if avoided.lacking.contains(worker) { return true }
    return avoided.last == worker && othersCouldRun(slot, than: worker, where: \.isPresent)
  }

  /// The workers that a task is not given to, or to others first: what events say of it, so that a replay knows the same.
  public func passedOver(for task: TaskID) -> [WorkerID] {
    guard let entry = avoidances[task] else { return [] }
    return (entry.lacking.map(\.worker) + [entry.last].compactMap { $0 }).sorted()
  }

  /// A registration that may be given tasks.
  static func isOpen(_ worker: WorkerRecord) -> Bool {
    worker.permissions.contains(.claim) && worker.unregistering == nil && worker.pause == nil && !worker.isDraining
      && worker.quarantine == nil
  }
}
