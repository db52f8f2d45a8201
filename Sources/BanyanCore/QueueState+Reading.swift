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
    let entry = self[slot]
    let family = entry.isFamilial ? jobs.book(of: entry.job)?.spec.family(of: entry.member) : nil
    var record = TaskRecord(
      id: entry.id, created: entry.created, updated: entry.updated,
      spec: isWhole ? family?.spec(of: entry.member, from: entry.spec) ?? entry.spec : entry.spec, state: entry.state,
      isHeld: entry.isHeld,
      pendingDependencyCount: entry.pending, attemptCount: entry.attemptCount, lossCount: entry.lossCount,
      claimNumber: entry.claimNumber, cause: entry.cause, availableSince: entry.availableSince, turn: entry.turn,
      delayedUntil: entry.delayedUntil, killDue: entry.killDue, endedAt: entry.endedAt,
      allContinuations: entry.children.map { self[$0].id },
      continuations: entry.children.compactMap {
        self[$0].state == .cancelled || self[$0].isTie ? nil : self[$0].id
      },
      attempts: entry.attempts, place: place(slot), replaces: replacements.predecessors[entry.id],
      replacedBy: entry.isReplaced ? replacements.successors[entry.id] : nil)
    record.family = family
    if let family { record.specSource = entry.spec === family.spec ? .family : entry.spec.isTemplate ? .shared : .own }
    if family != nil, entry.hasSucceeded, entry.attempts.isEmpty { record.takenOverFrom = originOfSuccess(slot) }
    return record
  }

  /// The task of an earlier job whose success was taken over; nil: it was not, or is forgotten.
  private func originOfSuccess(_ slot: Slot) -> TaskID? {
    guard let book = jobs.book(of: self[slot].job), let resumed = book.spec.resumes,
      let member = book.takenOver.origin(of: self[slot].member), let row = jobs.row(resumed)
    else { return nil }
    // Where that one was forgotten, what failed before it stands in its place.
    return newest(of: row, member).flatMap { self[$0].hasSucceeded ? self[$0].id : nil }
  }

  /// A task's place in its job.
  func place(_ slot: Slot) -> JobPlace { JobPlace(job: jobs.number(of: self[slot].job), member: self[slot].member) }
}
