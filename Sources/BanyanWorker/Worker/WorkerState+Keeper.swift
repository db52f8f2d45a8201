import BanyanCore
import BanyanWire
import Glibc

/// What comes from the keeper: what it holds, and what happens to that.
extension WorkerState {
  /// A keeper is there, and holds these. Whatever ran and is not held any more has vanished with the one before it;
  /// what that one had not begun goes back as if nothing had happened, where this is sure.
  mutating func attached(_ holding: KeeperEvent.Holding, now: Int64) -> [WorkerAction] {
    instance = holding.instance
    limit(to: holding.maxTasks)
    if endsAt == nil { endsAt = timeLimit.map { now.clampedSum($0) } }
    var held: Set<AttemptKey> = []
    for one in holding.attempts {
      let key = one.order.key
      held.insert(key)
      var attempt = attempts[key] ?? WorkerAttempt(order: one.order, phase: .starting)
      if let ending = one.ending {
        attempt.phase = .ended(ending)
      } else if let start = one.start {
        attempt.phase = .running(start)
      }
      attempt.start = one.start
      // The server hears of the start before the end.
      if one.start != nil, !attempt.isStartTold { startsDueAt = min(startsDueAt ?? now, now) }
      attempts[key] = attempt
    }
    for (key, attempt) in attempts where attempt.isLive && !held.contains(key) {
      let isUnstarted = attempt.phase == .starting && holding.isComplete
      let process: AttemptEnding.Process =
        isUnstarted ? .notStarted("the keeper ended before it was started") : .signalled(SIGKILL)
      ended(key, AttemptEnding(process: process, cause: isUnstarted ? .none : .vanished, timeTerminated: time))
    }
    leaseToldAt = nil
    for (key, attempt) in attempts {
      if let order = attempt.endOrder { end(key, grace: order.grace, cause: order.cause) }
    }
    return settle(now: now)
  }

  /// Attempts were started, ended or could not be started, in this order.
  mutating func happened(_ events: [KeeperEvent], now: Int64) -> [WorkerAction] {
    for event in events {
      switch event {
      case .started(let key, let start):
        guard attempts[key]?.phase == .starting else { continue }
        attempts[key]?.phase = .running(start)
        attempts[key]?.start = start
        startsDueAt = startsDueAt ?? now.clampedSum(Self.startPatience)
        faults[key.task] = nil
        if let order = attempts[key]?.order { attempts[key]?.order = order.afterStart }
      case .ended(let key, let ending):
        ended(key, ending)
        if case .notStarted(let reason) = ending.process, ending.cause == .none { fault(key, reason, now: now) }
      case .trouble(let words):
        actions.append(.warning("keeper: \(words)"))
      case .holding:
        actions.append(.warning("keeper: an answer to nothing"))
      }
    }
    return settle(now: now)
  }

  mutating func fault(_ key: AttemptKey, _ reason: String, now: Int64) {
    let times = faults[key.task] ?? 0
    if times == 0 {
      actions.append(.warning("\(key) goes back, it can't be started here: \(reason)"))
    } else {
      let pause = min(Self.faultPause << min(times - 1, 16), Self.pauseAfterRefusal)
      attempts[key]?.reportsAfter = now.clampedSum(pause)
    }
    // What is no longer given to this worker need not be remembered for ever.
    if faults.count >= Self.batch { faults = [:] }
    faults[key.task] = times + 1
  }

  private mutating func ended(_ key: AttemptKey, _ ending: AttemptEnding) {
    guard let attempt = attempts[key], attempt.isLive else { return }
    if ending.leftBehind > 0 {
      actions.append(.info("\(key): its command has ended; \(ending.leftBehind) processes it left were killed"))
    }
    if let lost = ending.log?.lostBytes, lost > 0 {
      actions.append(.warning("\(key): \(lost) bytes of its output are in no log"))
    }
    if attempt.isRefused || ending.cause == .refused { return forget([key]) }
    attempts[key]?.phase = .ended(ending)
  }
}
