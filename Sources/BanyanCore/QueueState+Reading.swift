/// What is read of the queue.
extension QueueState {
  /// Everything about one task; nil: there is no such task.
  public func record(_ id: TaskID) -> TaskRecord? { tasks.record(id) }

  /// A job; nil: there is none of this number.
  public func job(_ number: JobNumber) -> JobRecord? { tasks.job(number) }

  /// A view of this moment. Taking it costs nothing; the state copies what it changes while somebody holds the view.
  public var view: QueueView {
    QueueView(
      tasks: tasks, workers: workers.values.map { WorkerView($0, tasks) }, barred: barred, users: Array(users.values),
      keys: keys, queues: queues, reservations: reservations, avoidances: avoidances, sequence: sequence, epoch: epoch,
      time: time,
      nextTurn: nextTurn)
  }

  /// A worker and what it holds; nil: it isn't registered.
  public func worker(_ id: WorkerID) -> WorkerView? { workers[id].map { WorkerView($0, tasks) } }

  /// Every registered worker, in the order of registration.
  public var allWorkers: [WorkerView] { workers.values.map { WorkerView($0, tasks) } }

  /// Workers that hold attempts.
  public var holdingWorkers: [WorkerID] { workers.values.filter { !$0.live.isEmpty }.map(\.record.id) }

  /// The registration of a name under a user; nil: there is none.
  public func workerID(named name: String, user: UserID) -> WorkerID? {
    workers.values.first { $0.record.user == user && $0.record.name.isSame(as: name) }?.record.id
  }

  /// The registrations under a user.
  public func workerIDs(of user: UserID) -> [WorkerID] {
    workers.values.compactMap { $0.record.user == user ? $0.record.id : nil }
  }

  /// The user with this hash of a token.
  public func user(tokenHash: [UInt8]) -> User? { users.values.first { $0.tokenHash == tokenHash } }

  /// A user; nil: there is none.
  public func user(_ id: UserID) -> User? { users[id] }

  /// Every user, in the order in which they were made.
  public var allUsers: [User] { Array(users.values) }

  /// How many tasks stand in a state.
  public func count(_ state: TaskState) -> Int { tasks.counts[Int(state.rawValue)] }

  /// How many tasks could be claimed now.
  public var claimableCount: Int { index.count }

  /// Rises whenever more may be claimable than before: a claim that found nothing needs no second look until then.
  public var matchingGeneration: UInt64 { index.generation }

  /// The worker that is kept free for a task that has waited long; nil: none is.
  public func reservedWorker(for task: TaskID) -> WorkerID? { reservations[task] }

  /// What a name means to somebody: one of their own; one that has not ended first, then the newest.
  public func task(named name: String, asker: String) -> TaskID? {
    tasks.find(named: name, asker: asker).map { tasks[$0].id }
  }

  /// What is wrong with a token that a worker's user sent for a task; nil: it is the newest attempt's. Tokens are judged
  /// before anything else is said.
  public func refusal(of token: AttemptProof, for task: TaskID, user: UserID) -> Rejection? {
    guard let slot = tasks.slot(task) else { return Rejection(.notFound, "There is no task \(task).") }
    do throws(Rejection) {
      _ = try judge(slot, token, .user(user))
      return nil
    } catch {
      return error
    }
  }

  /// When a task last became available, milliseconds since 1970; nil: there is no such task, or it never did.
  public func availableSince(of task: TaskID) -> Int64? {
    guard let slot = tasks.slot(task), tasks[slot].availableSince > 0 else { return nil }
    return tasks[slot].availableSince
  }

  /// The attempt that a worker's message is about: its task's owner and its newest record.
  public func attempt(of task: TaskID) -> AttemptRecord? {
    tasks.slot(task).flatMap { tasks[$0].attempts.last }
  }
}

extension TaskTable {
  func record(_ id: TaskID) -> TaskRecord? { slot(id).map { record($0) } }

  /// - Parameter isWhole: what a member of a family shares with others is put together with what is its own.
  func record(_ slot: Slot, isWhole: Bool = true) -> TaskRecord {
    // Nearly all of it is told: one copy costs less than a look at the table for each field.
    let entry = isUnwritten(slot) ? self[slot] : self[written: slot]
    let (id, state, due, children) = (entry.id, entry.state, entry.due, entry.children)
    let (spec, isFamilial, member) = (entry.spec, entry.isFamilial, entry.member)
    let family = isFamilial ? jobs.book(of: entry.job)?.spec.family(of: member) : nil
    let isTakenOver =
      family != nil && state == .terminated && entry.cause == nil && entry.attempts.isEmpty
    return TaskRecord(
      id: id, created: entry.created, updated: entry.updated,
      spec: isWhole ? family?.spec(of: member, from: spec) ?? spec : spec, state: state, isHeld: entry.isHeld,
      pendingDependencyCount: isWhole && isFamilial ? pendingParents(slot) : entry.pending,
      attemptCount: entry.attemptCount,
      lossCount: entry.lossCount, claimNumber: entry.claimNumber, cause: entry.cause,
      availableSince: entry.availableSince, turn: entry.turn,
      delayedUntil: state.delayedUntil(due), killDue: state.killDue(due), endedAt: state.endedAt(due),
      allContinuations: children.isEmpty ? [] : children.map { self[$0].id },
      continuations: children.isEmpty
        ? [] : children.compactMap { self[$0].state == .cancelled || isTie($0) ? nil : self[$0].id },
      attempts: entry.attempts, place: JobPlace(job: jobs.number(of: entry.job), member: member),
      replaces: replacements.predecessors[id], replacedBy: entry.isReplaced ? replacements.successors[id] : nil,
      takenOverFrom: isTakenOver ? originOfSuccess(slot) : nil, family: family,
      specSource: family.map { spec === $0.spec ? .family : spec.isTemplate ? .shared : .own } ?? .own)
  }

  /// How many tasks have yet to succeed before this one: through a tie, all that it ties.
  private func pendingParents(_ slot: Slot) -> UInt32 {
    guard self[slot].pending > 0 else { return 0 }
    return self[slot].parents.reduce(0) { sum, parent in
      sum + (self[parent].hasSucceeded ? 0 : isTie(parent) ? max(1, self[parent].pending) : 1)
    }
  }

  /// The task of an earlier job whose success was taken over; nil: it was not, or is forgotten.
  private func originOfSuccess(_ slot: Slot) -> TaskID? {
    guard let book = jobs.book(of: self[slot].job), let resumed = book.spec.resumes,
      let member = book.takenOver.origin(of: self[slot].member), let row = jobs.row(resumed)
    else { return nil }
    // Where that one was forgotten, what failed before it stands in its place.
    return newest(of: row, member).flatMap { self[$0].hasSucceeded ? self[$0].id : nil }
  }

  /// What a task is called, within its job if it is of a family.
  func name(of entry: TaskEntry) -> String? {
    guard entry.isFamilial else { return entry.spec.name }
    guard entry.spec.isTemplate else { return entry.spec.name }
    return jobs.book(of: entry.job)?.spec.family(of: entry.member)?.name(of: entry.member)
  }

  /// A task's place in its job.
  func place(_ slot: Slot) -> JobPlace { JobPlace(job: jobs.number(of: self[slot].job), member: self[slot].member) }
}
