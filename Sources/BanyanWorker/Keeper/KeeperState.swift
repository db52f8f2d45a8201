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

  private(set) var attempts: [AttemptKey: Attempt] = [:]
  private(set) var lease: LeaseClock?
  private(set) var instance: String?
  private var keys: [Int32: AttemptKey] = [:]

  /// An attempt.
  struct Attempt: Sendable, Hashable {
    var order: StartOrder
    var start: ProcessStart?
    var phase: Phase
  }

  /// Where an attempt stands.
  enum Phase: Sendable, Hashable {
    /// Its main process runs; `stopsAt` is its own limit of time.
    case running(stopsAt: Int64?)
    /// SIGTERM was sent.
    case ending(End)
    /// Its main process has ended, others of its tree have not; those are killed at `end.killsAt`.
    case sweeping(AttemptEnding, End)
    /// Over; kept until it is forgotten.
    case ended(AttemptEnding)
  }

  /// An end under way.
  struct End: Sendable, Hashable {
    var cause: AttemptEnding.Cause
    /// When SIGKILL is due.
    var killsAt: Int64
    /// When SIGKILL was sent: what appeared in the tree meanwhile gets it too, again and again.
    var killedAt: Int64?

    /// When something is to be done about it.
    var isDue: Int64 { killedAt.map { $0 + KeeperState.sweepInterval } ?? killsAt }
  }

  /// What is to be done.
  enum Deed: Sendable, Hashable {
    /// Send SIGTERM (and SIGCONT, for what is stopped) to the process group that the main process leads.
    case terminate(pid: Int32)
    /// The main process has ended in its grace: send SIGTERM to those of its tree that had left its group.
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

  // MARK: A worker comes

  /// Takes the worker's instance, or keeps the former one's while it holds anything, and tells all that it holds.
  mutating func attach(instance: String) -> KeeperEvent {
    if attempts.isEmpty || self.instance == nil { self.instance = instance }
    let held = attempts.values.map { attempt in
      var ending: AttemptEnding?
      if case .ended(let known) = attempt.phase { ending = known }
      return HeldAttempt(order: attempt.order, start: attempt.start, ending: ending)
    }
    return .holding(KeeperEvent.Holding(instance: self.instance ?? instance, attempts: held))
  }

  /// The server answered something.
  mutating func hear(sentAt: Int64, leaseMilliseconds: Int64) {
    if lease == nil {
      lease = LeaseClock(answeredAt: sentAt, leaseMilliseconds: leaseMilliseconds)
    } else {
      lease?.hear(sentAt: sentAt, leaseMilliseconds: leaseMilliseconds)
    }
  }

  /// Takes up attempts that ended before this keeper's start, and the instance that they belong to.
  mutating func remember(_ ended: [HeldAttempt], instance: String?) {
    self.instance = instance
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

  /// Its process runs.
  mutating func started(_ order: StartOrder, _ start: ProcessStart, now: Int64) -> [Deed] {
    let stopsAt = order.maxRuntimeMilliseconds.map { now.clampedSum($0) }
    attempts[order.key] = Attempt(order: order.afterStart, start: start, phase: .running(stopsAt: stopsAt))
    keys[start.pid] = order.key
    return [.tell(.started(order.key, start))]
  }

  /// It could not be started.
  mutating func refused(_ order: StartOrder, _ ending: AttemptEnding) -> [Deed] {
    attempts[order.key] = Attempt(order: order.afterStart, start: nil, phase: .ended(ending))
    return [.tell(.ended(order.key, ending))]
  }

  // MARK: Ends

  /// The worker wants it ended. A second order can hurry it, never slow it down; the first one's cause stands, unless
  /// nobody wants to hear of it any more.
  mutating func end(_ key: AttemptKey, graceMilliseconds: Int64, cause: AttemptEnding.Cause, now: Int64) -> [Deed] {
    guard let attempt = attempts[key] else { return [] }
    let killsAt = now.clampedSum(graceMilliseconds)
    switch attempt.phase {
    case .running:
      return begin(key, End(cause: cause, killsAt: killsAt), now: now)
    case .ending(var end):
      end.killsAt = min(end.killsAt, killsAt)
      if cause == .refused { end.cause = cause }
      attempts[key]?.phase = .ending(end)
    case .sweeping(let ending, var end):
      end.killsAt = min(end.killsAt, killsAt)
      attempts[key]?.phase = .sweeping(ending, end)
    case .ended:
      return []
    }
    return advance(now: now)
  }

  /// The keeper itself is told to go: everything ends, as lost.
  mutating func endAll(now: Int64) -> [Deed] {
    live.flatMap { key in
      end(key, graceMilliseconds: attempts[key]?.order.graceMilliseconds ?? 0, cause: .lost, now: now)
    }
  }

  private mutating func begin(_ key: AttemptKey, _ end: End, now: Int64) -> [Deed] {
    attempts[key]?.phase = .ending(end)
    var deeds: [Deed] = []
    if end.killsAt > now, let pid = attempts[key]?.start?.pid { deeds.append(.terminate(pid: pid)) }
    return deeds + advance(now: now)
  }

  /// A main process ended. `left` says how many others of its tree still run.
  mutating func mainProcessEnded(_ pid: Int32, _ ending: AttemptEnding, left: Int, now: Int64) -> [Deed] {
    guard let key = keys.removeValue(forKey: pid), let attempt = attempts[key] else { return [] }
    var ending = ending
    switch attempt.phase {
    case .running:
      // What a command leaves behind has no right to go on.
      ending.leftBehind = left
      let end = End(cause: .none, killsAt: now, killedAt: nil)
      return finish(key, ending, end, left: left, now: now)
    case .ending(let end):
      ending.cause = end.cause
      ending.killed = end.killedAt != nil
      // Others of its tree may use what is left of the grace: `sh -c 'a; b'` dies before `a` has tidied up.
      return finish(key, ending, end, left: left, now: now)
    case .sweeping, .ended:
      return []
    }
  }

  private mutating func finish(
    _ key: AttemptKey, _ ending: AttemptEnding, _ end: End, left: Int, now: Int64
  ) -> [Deed] {
    guard left > 0 else {
      attempts[key]?.phase = .ended(ending)
      return [.tell(.ended(key, ending))]
    }
    attempts[key]?.phase = .sweeping(ending, end)
    let isInGrace = end.killedAt == nil && end.killsAt > now
    return (isInGrace ? [.terminateRest(key)] : []) + advance(now: now)
  }

  /// Attempts whose main process has ended and whose trees have to be looked at.
  var swept: [AttemptKey] {
    attempts.compactMap { key, attempt in
      if case .sweeping = attempt.phase { key } else { nil }
    }
  }

  /// Nothing of its tree is left.
  mutating func treeIsEmpty(_ key: AttemptKey) -> [Deed] {
    guard case .sweeping(var ending, let end) = attempts[key]?.phase else { return [] }
    if end.cause != .none, end.killedAt != nil { ending.killed = true }
    attempts[key]?.phase = .ended(ending)
    return [.tell(.ended(key, ending))]
  }

  /// The server knows of these ends.
  mutating func forget(_ forgotten: [AttemptKey]) {
    for key in forgotten where attempts[key]?.isEnded == true { attempts[key] = nil }
  }

  // MARK: Time

  /// Does all that is due.
  mutating func advance(now: Int64) -> [Deed] {
    var deeds: [Deed] = []
    for (key, attempt) in attempts {
      let isBound = attempt.order.onLostContact == .stop
      if isBound, let lease, now >= lease.stopsAt { bind(key, to: lease) }
      if case .running(let stopsAt?) = attempts[key]?.phase, now >= stopsAt {
        attempts[key]?.phase = .ending(
          End(cause: .timedOut, killsAt: now.clampedSum(attempt.order.graceMilliseconds)))
      }
      if case .running = attempt.phase, case .ending(let end) = attempts[key]?.phase, end.killsAt > now,
        let pid = attempt.start?.pid
      {
        deeds.append(.terminate(pid: pid))
      }
      if kill(key, now: now) { deeds.append(.kill(key)) }
    }
    return deeds
  }

  /// Half of the lease is over: what runs is ended, whatever its own grace, before the server gives it to others.
  private mutating func bind(_ key: AttemptKey, to lease: LeaseClock) {
    switch attempts[key]?.phase {
    case .running:
      attempts[key]?.phase = .ending(End(cause: .lost, killsAt: lease.killsAt))
    case .ending(var end):
      end.killsAt = min(end.killsAt, lease.killsAt)
      attempts[key]?.phase = .ending(end)
    case .sweeping(let ending, var end):
      end.killsAt = min(end.killsAt, lease.killsAt)
      attempts[key]?.phase = .sweeping(ending, end)
    case .ended, nil: break
    }
  }

  private mutating func kill(_ key: AttemptKey, now: Int64) -> Bool {
    switch attempts[key]?.phase {
    case .ending(var end) where end.isDue <= now:
      end.killedAt = now
      attempts[key]?.phase = .ending(end)
      return true
    case .sweeping(let ending, var end) where end.isDue <= now:
      end.killedAt = now
      attempts[key]?.phase = .sweeping(ending, end)
      return true
    default:
      return false
    }
  }

  /// When ``advance(now:)`` has something to do next; nil: never.
  var deadline: Int64? {
    var next: Int64?
    func consider(_ moment: Int64) { next = min(next ?? moment, moment) }
    for attempt in attempts.values {
      switch attempt.phase {
      case .running(let stopsAt):
        if let stopsAt { consider(stopsAt) }
        if attempt.order.onLostContact == .stop, let lease { consider(lease.stopsAt) }
      case .ending(let end), .sweeping(_, let end):
        consider(end.isDue)
        // Past its half the lease may come before the end's own time.
        if attempt.order.onLostContact == .stop, let lease, end.killedAt == nil, lease.killsAt < end.killsAt {
          consider(lease.stopsAt)
        }
      case .ended: break
      }
    }
    return next
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
