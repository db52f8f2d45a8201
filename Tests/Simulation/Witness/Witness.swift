import BanyanCore

/// Somebody who sees only what is asked, answered and journalled, who knows the task model, and who has never seen the
/// engine: what it holds true of every task follows from those histories. Each event has to be justified by the
/// command that it came from; each answer, by the events.
package struct Witness: Sendable {
  /// A task as the history tells.
  package struct Task: Sendable {
    package let id: TaskID
    package let owner: String
    package var fields: TaskFields
    package var isHeld: Bool
    package var state: TaskState = .inactive
    package var hasSucceeded = false
    package var parents: [TaskID] = []
    package var children: [TaskID] = []
    package var attempts: UInt32 = 0
    package var losses: UInt32 = 0
    package var holds: [Hold] = []
    /// 0: no delay, or it is over.
    package var delayedUntil: Int64 = 0
    /// When it last became available, whether it could be claimed at once or not.
    var waitingSince: Int64 = 0
    /// Its place among those that can be claimed; 0: it can't be.
    package var turn: UInt64 = 0
    package var killDue: Int64 = 0
    package var endedAt: Int64 = 0
    /// Workers that may be passed over for it: its last attempt failed there, or lacked something.
    var passedOver: Set<WorkerID> = []
    /// It may be that they aren't: nobody else was there then, or the server started since and may have forgotten it.
    var isPassingUnsure = false
    /// Workers that lack its folder, as long as they don't start anew, and until when.
    var lacking: [WorkerID: Int64] = [:]
    /// The same, but the server started since and may have forgotten it, or it is time to ask them again.
    var perhapsLacking: Set<WorkerID> = []
    /// The parent that took it with it.
    package var failedParent: TaskID?

    package var claim: UInt32 { holds.last?.claim ?? 0 }
    package var live: Hold? { state.isLive ? holds.last : nil }
    var isClaimable: Bool { state == .available && !isHeld && delayedUntil == 0 }
    /// It ended, and not well.
    var hasFailed: Bool { state.isEnded && !hasSucceeded }
    /// It ran, and failed for good.
    var hasFailedForGood: Bool { state == .terminated && !hasSucceeded && holds.last?.status != ExitStatus.success }
  }

  /// An attempt, as it is told by the events about it.
  package struct Hold: Sendable {
    package var claim: UInt32
    package var epoch: UInt32
    package var worker: WorkerID
    var claimed: Int64
    var cores: Int64
    var gpus: [Int64]
    var request: ResourceRequest
    var started: Int64?
    /// How its worker said that it ended. A repeat of it is told by this.
    var said: Said?
    var status: String?
  }

  package internal(set) var tasks: [TaskID: Task] = [:]
  /// Those that are not forgotten, in the order in which they were made.
  package internal(set) var order: [TaskID] = []
  package internal(set) var machines: [WorkerID: WorkerRecord] = [:]
  /// The tasks of each worker's live attempts.
  var heldTasks: [WorkerID: Set<TaskID>] = [:]
  var users: [UserID: User] = [:]
  var barred: [WorkerID: (user: UserID, name: String)] = [:]
  var keys: [IdempotencyKey: IdempotentAnswer] = [:]
  /// Tasks that failed at once on a worker, one after another; workers on which something ever succeeded.
  var streaks: [WorkerID: Set<TaskID>] = [:]
  var successes: Set<WorkerID> = []
  var forgotten: Set<TaskID> = []
  package internal(set) var epoch: UInt32 = 0
  var nextTurn: UInt64 = 1
  /// Where each task stands in its job, and the tasks that stood there, in the order in which they were made.
  var places: [TaskID: JobPlace] = [:]
  var standing: [JobPlace: [TaskID]] = [:]
  var nextJob: UInt64 = 1
  /// The job that the submission at hand makes.
  var openedJob: JobNumber?

  /// Tasks that the command at hand concerned.
  var touched: [TaskID] = []
  var succeeded: Set<TaskID> = []
  var orders: [Cancellation] = []
  var made: [TaskID] = []
  /// Attempts that the command at hand has to end.
  var doomed: [(task: TaskID, claim: UInt32)] = []
  /// What the retry at hand has to copy; nil: it has to be refused.
  var originals: [TaskID]?
  var keepFinished = KeepFinished()
  /// Owners take turns; else the order is that of becoming available.
  var isFair = true
  /// After so many milliseconds a worker is kept free for who is next in turn: a claim needn't be what a plain scan
  /// gives. nil: never.
  var reserveAfter: Int64?
  var isReserving: Bool { reserveAfter != nil }
  /// By the task that has waited long: who may be kept free for it.
  var keepers: [TaskID: Keepers] = [:]
  /// Workers that were heard since the server's start, and the queues that each last claimed from; none: all.
  var present: [WorkerID: [String]] = [:]
  /// Those of them that were missed since.
  var missed: Set<WorkerID> = []
  /// What each offered in its last claim, if less than all.
  var limits: [WorkerID: ResourceOffer] = [:]
  /// How long each stays, if it said so.
  var stays: [WorkerID: Stay] = [:]
  /// When the command at hand is done, and the latest that it ever was: clocks go back.
  var now: Int64 = 0 {
    didSet { latest = max(latest, now) }
  }
  private(set) var latest: Int64 = 0
  /// Workers that were silent past their lease and have not come back.
  var outOfContact: Set<WorkerID> = []
  /// Folders that workers left, and to which nobody came back within their lease.
  var silentFolders: Set<LeftPlace> = []
  /// Tasks that have to be gone behind it.
  var leaving: [TaskID] = []
  /// The worker that says hello is the start of its process that was known.
  var isBack = false
  var broken: [Failure] = []

  package init() {}

  /// A command was done.
  /// - Parameter state: the engine's state after it; of this only what concerned tasks show is compared.
  package mutating func saw(
    _ command: Command, at now: Int64, _ outcome: QueueState.Outcome, _ state: QueueState
  ) -> [Failure] {
    begin(at: now)
    hear(command)
    checkRights(command)
    switch command {
    case .report(let worker, let reports): judge(reports, of: worker, outcome, at: now)
    case .claim(let claim): judge(claim, outcome, at: now)
    case .update(let patches, let by) where by.role == .worker && patches.count == 1:
      judge(patches[0], by: by, outcome, at: now)
    default:
      demand(command, state.keepFinished, at: now)
      for event in outcome.events { observe(event, of: command, at: now) }
    }
    checkConsequences()
    checkArrays()
    checkJobs(state)
    checkAnswer(command, outcome, at: now)
    for id in Set(touched) {
      compare(id, state)
      if let task = tasks[id] {
        require(task.state.isEnded == (state.record(id)?.endedAt != 0), .history, "when \(id) ended")
      }
    }
    return broken
  }

  /// The server starts anew: which worker lacks what may be forgotten; who is kept free for whom is.
  package mutating func restart() {
    keepers = [:]
    present = [:]
    missed = []
    limits = [:]
    stays = [:]
    outOfContact = []
    silentFolders = []
    for id in order {
      tasks[id]?.isPassingUnsure = true
      guard let task = tasks[id], !task.lacking.isEmpty else { continue }
      tasks[id]?.perhapsLacking.formUnion(task.lacking.keys)
      tasks[id]?.lacking = [:]
    }
  }

  /// A command was refused: judges whether it had to be, and by the right words.
  package mutating func saw(_ command: Command, at now: Int64, refused rejection: Rejection) -> [Failure] {
    begin(at: now)
    checkRefusal(command, rejection)
    return broken
  }

  private mutating func begin(at now: Int64) {
    self.now = now
    touched.removeAll(keepingCapacity: true)
    succeeded.removeAll(keepingCapacity: true)
    orders.removeAll(keepingCapacity: true)
    made.removeAll(keepingCapacity: true)
    doomed.removeAll(keepingCapacity: true)
    leaving.removeAll(keepingCapacity: true)
    broken.removeAll(keepingCapacity: true)
    openedJob = nil
  }

  mutating func fail(_ check: Check, _ words: String) { broken.append(Failure(check, words)) }

  /// Says what is wrong unless something is so.
  mutating func require(_ holds: Bool, _ check: Check, _ words: @autoclosure () -> String) {
    if !holds { broken.append(Failure(check, words())) }
  }

  /// A task that an event is about; it has to be there.
  mutating func change(_ id: TaskID, _ body: (inout Task, inout [Failure]) -> Void) {
    touched.append(id)
    guard let place = tasks.index(forKey: id) else {
      return fail(.history, "an event is about the task \(id), which isn't there")
    }
    body(&tasks.values[place], &broken)
  }

  /// What can be claimed gets its place, behind all that could be before.
  mutating func line(up task: inout Task) {
    guard task.isClaimable, task.turn == 0 else { return }
    task.turn = nextTurn
    nextTurn += 1
  }

  /// What follows from an end has happened by the end of the command.
  private mutating func checkConsequences() {
    for id in touched {
      guard let task = tasks[id], task.state.isEnded else { continue }
      for child in task.children {
        guard let below = tasks[child] else { continue }
        if task.hasFailed {
          require(
            below.state == .cancelled, .cascade,
            "task \(child) is \(below.state.name) below \(id), which didn't succeed")
        } else if below.state == .inactive, succeeded.contains(id) {
          require(
            below.parents.contains { tasks[$0]?.hasSucceeded != true }, .release,
            "all parents of the task \(child) have succeeded, and it is inactive")
        }
      }
    }
  }

  /// Of an array that has had enough failures nothing runs any more.
  private mutating func checkArrays() {
    for id in touched {
      guard let place = tasks[id]?.fields.array, let batch = place.batch, hasStopped(batch, place.stopAfterFailures)
      else { continue }
      for member in order {
        guard let task = tasks[member], task.fields.array?.batch == batch else { continue }
        require(
          task.state.isEnded || task.state == .pendingCancellation, .arrays,
          "task \(member) is \(task.state.name), and its array has stopped")
      }
    }
  }

  /// So many tasks of an array have failed for good that the rest is cancelled.
  func hasStopped(_ batch: TaskID, _ limit: UInt32?) -> Bool {
    guard let limit else { return false }
    return order.count { tasks[$0]?.fields.array?.batch == batch && tasks[$0]?.hasFailedForGood == true } >= limit
  }

  /// As many of its array run as may.
  func isFull(_ task: Task) -> Bool {
    guard let place = task.fields.array, let most = place.maxRunning, let batch = place.batch else { return false }
    return heldTasks.values.joined().count { tasks[$0]?.fields.array?.batch == batch } >= most
  }

  func isStopped(_ id: TaskID) -> Bool {
    guard let place = tasks[id]?.fields.array, let batch = place.batch else { return false }
    return hasStopped(batch, place.stopAfterFailures)
  }

  /// What the state shows of a task is what the history tells.
  private mutating func compare(_ id: TaskID, _ state: QueueState) {
    guard let task = tasks[id] else {
      return require(state.record(id) == nil, .history, "the forgotten task \(id) is still there")
    }
    guard let record = state.record(id) else { return fail(.history, "the task \(id) is gone") }
    require(
      record.state == task.state, .history, "task \(id) is \(record.state.name), by its history \(task.state.name)")
    require(record.isHeld == task.isHeld, .history, "task \(id): held is \(record.isHeld)")
    require(record.spec.fields == task.fields, .history, "task \(id): its fields are \(record.spec.fields)")
    require(record.spec.owner == task.owner, .history, "task \(id): its owner is \(record.spec.owner)")
    require(
      record.attemptCount == task.attempts && record.lossCount == task.losses, .counts,
      "task \(id) counts \(record.attemptCount) attempts and \(record.lossCount) losses, by its history \(task.attempts) and \(task.losses)"
    )
    require(
      record.claimNumber == task.claim, .claimNumbers,
      "task \(id) has the claim number \(record.claimNumber), by its history \(task.claim)")
    require(
      record.workerID == task.live?.worker, .oneLiveAttempt,
      "task \(id) is held by \(record.workerID.map { "\($0)" } ?? "nobody"), by its history by \(task.live.map { "\($0.worker)" } ?? "nobody")"
    )
    require(
      record.allContinuations == task.children, .edges,
      "task \(id) continues into \(record.allContinuations), by its history into \(task.children)")
    require(
      record.continuations == task.children.filter { tasks[$0]?.state != .cancelled }, .edges,
      "task \(id) lists \(record.continuations), cancelled ones taken out of \(task.children)")
    if task.state != .cancelled {
      let pending = task.parents.count { tasks[$0]?.hasSucceeded != true }
      require(
        Int(record.pendingDependencyCount) == pending, .release,
        "task \(id) waits for \(record.pendingDependencyCount) parents, by its history for \(pending)")
    }
    require(
      record.attempts.count == task.holds.count, .history,
      "task \(id) has \(record.attempts.count) records of attempts, by its history \(task.holds.count)")
    require(
      (record.cause == nil) == (!task.hasFailed && task.state != .pendingCancellation), .history,
      "task \(id) is \(record.state.name) with the cause \(record.cause?.description ?? "none")")
  }
}

extension Witness {
  /// How a worker said that an attempt ended.
  struct Said {
    var state: TaskState
    /// The exit status that the attempt's record has.
    var status: String
    var time: Int64?
    /// It was taken for a release.
    var isGivenBack: Bool

    /// Whether these are the same words: what a report may leave out means the word that stands for it.
    func contains(_ report: AttemptReport) -> Bool {
      guard report.state == state, report.timeTerminated == time else { return false }
      switch state {
      case .available: return (report.exitStatus ?? "released") == status
      case .cancelled where isGivenBack: return (report.exitStatus ?? "cancelled").hasPrefix("cancelled")
      case .cancelled: return (report.exitStatus ?? "cancelled") == status
      default: return report.exitStatus == status
      }
    }
  }
}
