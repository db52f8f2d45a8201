import BanyanCore

/// What a keeper knows and decides, without a system call: the attempts, their deadlines, the lease.
///
/// ```
///            SIGTERM, with a deadline        main process ends      tree is empty
///  running ─────────────────────────▶ ending ────────────────▶ sweeping ────────▶ ended ──▶ forgotten
///     └───────────────────────────────────────────────────────────▲
///                        main process ends (what is left of its tree is killed at once)
/// ```
///
/// Moments are milliseconds of the boot clock unless a name says `time`, which is since 1970.
struct KeeperState: Sendable {
  /// How often what was killed is looked at again, until nothing is left.
  static let sweepInterval: Int64 = 50

  var attempts: [AttemptKey: Attempt] = [:]
  var lease: LeaseClock?
  private(set) var instance: String?
  /// How many attempts it has room for at once; nil: no limit is known.
  var maxTasks: Int64?
  /// Whether the former keeper's journal named all that had begun.
  private var isComplete = false
  var keys: [Int32: AttemptKey] = [:]

  /// An attempt that the keeper holds.
  struct Attempt: Sendable, Hashable {
    var order: StartOrder
    var start: ProcessStart?
    var phase: Phase
  }

  /// Where an attempt stands: the boxes of the drawing above.
  enum Phase: Sendable, Hashable {
    /// Its main process runs; `stopsAt` is its own limit of time.
    case running(stopsAt: Int64?)
    /// SIGTERM was sent to its processes; SIGKILL follows at the deadline.
    case ending(End)
    /// Its main process has ended, others of its tree have not; those are killed at `end.killsAt`.
    case sweeping(AttemptEnding, End)
    /// Over; kept until it is forgotten.
    case ended(AttemptEnding)
  }

  /// How an attempt is being ended, from its first signal on.
  struct End: Sendable, Hashable {
    var cause: AttemptEnding.Cause
    /// When SIGKILL is due for the first time.
    var killsAt: Int64
    /// When SIGTERM was sent to the group.
    var askedAt: Int64
    /// When it is looked next whether somebody of the tree has not had SIGTERM, after the main process has ended.
    var remindsAt: Int64?
    /// When SIGKILL was sent: what appeared in the tree meanwhile gets it too, again and again.
    var killedAt: Int64?

    /// When SIGKILL is due, for the first time or again.
    var isDue: Int64 { killedAt.map { $0 + KeeperState.sweepInterval } ?? killsAt }

    /// Whether those who are left may still end by themselves.
    func isInGrace(_ now: Int64) -> Bool { killedAt == nil && killsAt > now }
  }

  /// What the keeper has to do, as its state decided it.
  enum Action: Sendable, Hashable {
    /// Send SIGTERM (and SIGCONT, for what is stopped) to the process group that the main process leads.
    case terminate(pid: Int32)
    /// The main process has ended in its grace: send SIGTERM to those of its tree that have not had it, because they had
    /// left its group, or because they were just being started: of a child that still is a copy of a shell with a trap
    /// the signal is lost when it becomes a program.
    case terminateRest(AttemptKey)
    /// Kill the whole tree of an attempt.
    case kill(AttemptKey)
    /// Write it down, and tell the worker.
    case tell(KeeperEvent)
  }

  /// Whether an attempt has yet to end.
  var isBusy: Bool { attempts.values.contains { !$0.isEnded } }

  /// Attempts whose main process runs or whose tree is not empty.
  var live: [AttemptKey] { attempts.filter { !$0.value.isEnded }.map(\.key) }

  /// The attempt whose main process is `pid`.
  func attempt(ofMainProcess pid: Int32) -> AttemptKey? { keys[pid] }

  /// The main process of an attempt, while it runs.
  func mainProcess(of key: AttemptKey) -> Int32? {
    switch attempts[key]?.phase {
    case .running, .ending: attempts[key]?.start?.pid
    case .sweeping, .ended, nil: nil
    }
  }

  /// Whether nobody has asked a main process to end.
  func isUnasked(_ pid: Int32) -> Bool {
    guard let key = keys[pid], case .running = attempts[key]?.phase else { return false }
    return true
  }

  // MARK: A worker comes

  /// Takes the worker's instance, or keeps the former one's while it holds anything, and tells all that it holds.
  mutating func attach(instance: String) -> KeeperEvent {
    if attempts.isEmpty || self.instance == nil { self.instance = instance }
    let held = attempts.values.map { attempt in
      var ending: AttemptEnding?
      if case .ended(let known) = attempt.phase { ending = known }
      return HeldAttempt(order: attempt.order, start: attempt.start, ending: ending)
    }
    return .holding(
      KeeperEvent.Holding(
        instance: self.instance ?? instance, attempts: held, isComplete: isComplete,
        maxTasks: maxTasks))
  }

  /// The server answered something that the worker had sent at a moment: the lease begins there anew.
  mutating func hear(sentAt: Int64, leaseMilliseconds: Int64) {
    if lease == nil {
      lease = LeaseClock(answeredAt: sentAt, leaseMilliseconds: leaseMilliseconds)
    } else {
      lease?.hear(sentAt: sentAt, leaseMilliseconds: leaseMilliseconds)
    }
  }

  /// Takes up attempts that ended before this keeper's start, and the instance that they belong to; `isComplete`: there
  /// were no others that had begun.
  mutating func remember(_ ended: [HeldAttempt], instance: String?, isComplete: Bool) {
    self.instance = instance
    self.isComplete = isComplete
    for held in ended {
      guard let ending = held.ending else { continue }
      attempts[held.order.key] = Attempt(order: held.order, start: held.start, phase: .ended(ending))
    }
  }

  // MARK: Starts

  /// Whether an attempt may be started now: it is new, and the lease is less than half over.
  func admits(_ key: AttemptKey, now: Int64) -> Admission {
    if attempts[key] != nil { return .known }
    if let lease, now >= lease.stopsAt { return .tooLate }
    return .welcome
  }

  /// An answer to whether an attempt may be started.
  enum Admission: Sendable, Hashable {
    case welcome
    /// It was started before: the order is a repeat.
    case known
    /// The server may give it to somebody else soon.
    case tooLate
  }

  /// An attempt's process was started.
  mutating func started(_ order: StartOrder, _ start: ProcessStart, now: Int64) -> [Action] {
    let stopsAt = order.maxRuntimeMilliseconds.map { now.clampedSum($0) }
    attempts[order.key] = Attempt(order: order.afterStart, start: start, phase: .running(stopsAt: stopsAt))
    if let pid = start.pid { keys[pid] = order.key }
    return [.tell(.started(order.key, start))]
  }

  /// It could not be started.
  mutating func refused(_ order: StartOrder, _ ending: AttemptEnding) -> [Action] {
    attempts[order.key] = Attempt(order: order.afterStart, start: nil, phase: .ended(ending))
    return [.tell(.ended(order.key, ending))]
  }
}

extension KeeperState.Attempt {
  var isEnded: Bool {
    if case .ended = phase { true } else { false }
  }
}

extension Int64 {
  /// The sum, or the largest number there is.
  func clampedSum(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
