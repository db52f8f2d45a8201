import Collections

/// Builds a state from a snapshot's records, in any order of tasks. What the records don't say (indexes, counts,
/// sums, parents) is derived. The journal's events are applied afterwards.
public struct Restoration: Sendable {
  private var state = QueueState()
  private var edges: [(parent: Slot, children: [TaskID])] = []
  private var waiting: [(turn: UInt64, slot: Slot)] = []
  /// Ties in whose places others stand.
  private var replacedTies: [Slot] = []
  private var ended: [FinishedTasks.Place] = []
  private var replaced: [(old: TaskID, new: TaskID)] = []
  /// Tasks that say nothing of a job.
  private var unplaced: [Slot] = []
  private var troubles: [String] = []

  /// Starts from the numbers in a snapshot's header.
  public init(sequence: UInt64, epoch: UInt32, time: Int64, nextTurn: UInt64, nextJob: UInt64) {
    state.sequence = sequence
    state.epoch = epoch
    state.time = time
    state.nextTurn = nextTurn
    state.jobs.next = nextJob
  }

  /// Adds a user as it was.
  public mutating func add(_ user: User) { state.users[user.id] = user }

  /// Adds a worker's registration. What it holds comes with the tasks' records.
  public mutating func add(_ worker: WorkerRecord) { state.workers[worker.id] = WorkerEntry(record: worker) }

  /// A name that was unregistered.
  public mutating func addBarred(id: WorkerID, user: UserID, name: String) {
    state.barred[id] = QueueState.BarredName(user: user, name: name)
  }

  /// An answer that is kept for a repeat; the oldest first.
  public mutating func add(_ key: IdempotencyKey, _ answer: IdempotentAnswer) { state.keys.insert(answer, for: key) }

  /// A job that has words of its own, or several members. It has to be in before its tasks.
  public mutating func add(_ job: JobRecord) {
    var book = JobBook(
      JobSpec(
        number: job.number, owner: job.owner, name: job.name, created: job.created, labels: job.labels,
        families: job.families, resumes: job.resumes))
    book.takenOver = job.takenOver
    book.members = [Slot](repeating: .none, count: job.memberCount)
    book.updated = job.updated
    book.started = job.started ?? 0
    book.lastEnd = job.lastEnd
    guard state.jobs.row(job.number) == nil else {
      troubles.append("the job \(job.number) stands twice in the snapshot, or behind its tasks")
      return
    }
    state.jobs.open(book, for: state.jobs.make(job.number))
  }

  /// A task. Workers and jobs have to be in before.
  public mutating func add(_ record: TaskRecord) {
    guard state.tasks.slot(record.id) == nil else {
      troubles.append("the task \(record.id) stands twice in the snapshot")
      return
    }
    guard var entry = entry(of: record) else { return }
    entry.state = record.state
    entry.pending = record.pendingDependencyCount
    entry.attemptCount = record.attemptCount
    entry.lossCount = record.lossCount
    entry.claimNumber = record.claimNumber
    entry.cause = record.cause
    entry.availableSince = record.availableSince
    entry.turn = record.turn
    entry.delayedUntil = record.delayedUntil
    entry.killDue = record.killDue
    // Format 1 of snapshots did not say when a task ended.
    if record.state.isEnded { entry.endedAt = record.endedAt == 0 ? record.updated : record.endedAt }
    entry.attempts = record.attempts
    let slot = state.tasks.restore(entry)
    state.joinArray(slot)
    if entry.isTie {
      if !record.allContinuations.isEmpty { edges.append((slot, record.allContinuations)) }
      return
    }
    if let place = record.place { state.restoreJob(of: slot, place) } else { unplaced.append(slot) }
    if let old = record.replaces { replaced.append((old, record.id)) }
    if record.state.isEnded { ended.append(FinishedTasks.Place(slot: slot, endedAt: entry.endedAt)) }
    if !record.allContinuations.isEmpty { edges.append((slot, record.allContinuations)) }
    if record.turn != 0, record.state == .available { waiting.append((record.turn, slot)) }
    if record.delayedUntil != 0, record.state == .available {
      state.delays.insert(QueueState.Delay(due: record.delayedUntil, task: record.id))
    }
    if record.state.isLive, let attempt = record.attempts.last {
      state.hold(slot, attempt)
    }
  }

  /// A row of what a record says, with what its family shares where it says so.
  private mutating func entry(of record: TaskRecord) -> TaskEntry? {
    var spec = record.spec
    var job = Slot.none
    var family: Family?
    if let place = record.place, let row = state.jobs.row(place.job) {
      job = row
      family = state.jobs.book(of: row)?.spec.family(of: place.member)
    }
    switch record.specSource {
    case .own where record.place?.member == 0 && job != .none:
      spec = TaskSpec(owner: state.jobs.book(of: job)?.spec.owner ?? "", fields: TaskFields())
    case .own: break
    case .shared: spec = TaskSpec(owner: spec.owner, fields: spec.fields, isTemplate: true)
    case .family:
      guard let family else {
        troubles.append("the task \(record.id) is of a family that is not in the snapshot")
        return nil
      }
      spec = family.spec
    }
    var entry = TaskEntry(id: record.id, spec: spec, isHeld: record.isHeld, created: record.created, at: record.updated)
    entry.isFamilial = family != nil || record.place?.member == 0
    if entry.isFamilial { entry.job = job }
    entry.member = record.place?.member ?? 0
    return entry
  }

  /// Members of a family to whom nothing happened yet: the first of them, and how many.
  public mutating func add(run first: TaskRecord, count: Int) {
    guard let entry = entry(of: first), entry.isFamilial, entry.member > 0, count > 0, count <= 1_000_000,
      count % TaskRows.pieceSize == 0
    else {
      troubles.append("the tasks from \(first.id) on are no members of a family")
      return
    }
    var row = entry
    row.state = first.state
    row.availableSince = first.availableSince
    row.turn = first.turn
    let slot = state.tasks.insert(run: row, count: count)
    state.restoreJob(ofRun: slot..<slot + Slot(count))
    if row.spec.limitedArray != nil { for slot in slot..<slot + Slot(count) { state.joinArray(slot) } }
    if first.turn != 0 { waiting.append((first.turn, slot)) }
  }

  /// A tie between families.
  public mutating func add(tie record: TaskRecord, isReplaced: Bool) {
    add(record)
    if isReplaced, let slot = state.tasks.ties[record.id] { replacedTies.append(slot) }
  }

  /// The state, with all that is derived.
  /// - Throws: what doesn't fit together, in words.
  public consuming func finish() throws(RestorationError) -> QueueState {
    state.tasks.linkLatecomers()
    state.restoreNewest(replaced: replaced)
    for slot in unplaced.sorted(by: { state.tasks[$0].id < state.tasks[$1].id }) { state.adopt(slot) }
    for (parent, children) in edges {
      for child in children {
        guard let slot = state.tasks.slot(child) ?? state.tasks.ties[child] else {
          troubles.append("the task \(state.tasks[parent].id) continues into \(child), which is not in the snapshot")
          continue
        }
        state.tasks[parent].children.append(slot)
        state.tasks[slot].parents.append(parent)
      }
    }
    waiting.sort { $0.turn < $1.turn }
    for (_, slot) in waiting {
      if let run = state.tasks.rows.run(of: slot), state.tasks.rows.runs[run].slot == slot,
        state.tasks.rows.isUnwritten(run)
      {
        state.insertIntoIndex(run: run)
      } else {
        state.insertIntoIndex(slot)
      }
    }
    for slot in replacedTies { state.tasks.setReplaced(true, of: slot) }
    ended.sort { ($0.endedAt, state.tasks[$0.slot].id) < ($1.endedAt, state.tasks[$1.slot].id) }
    for place in ended { state.finished.add(place.slot, at: place.endedAt) }
    state.measureCapacity()
    state.keepAnAdmin()
    guard troubles.isEmpty else { throw RestorationError(troubles: troubles) }
    return state
  }
}

/// Records that don't fit together.
public struct RestorationError: Error, Sendable, CustomStringConvertible {
  /// What doesn't fit, a sentence each.
  public let troubles: [String]
  /// The first five of the troubles, which are enough to find the place.
  public var description: String { troubles.prefix(5).joined(separator: "; ") }
}
