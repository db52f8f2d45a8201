/// What becomes due: graces, limits of time, the lease.
extension KeeperState {
  /// Does all that is due.
  mutating func advance(now: Int64) -> [Action] {
    var actions: [Action] = []
    for (key, attempt) in attempts {
      let isBound = attempt.order.onLostContact == .stop
      if isBound, let lease, now >= lease.stopsAt { bind(key, to: lease, now: now) }
      if case .running(let stopsAt?) = attempts[key]?.phase, now >= stopsAt {
        attempts[key]?.phase = .ending(
          End(cause: .timedOut, killsAt: now.clampedSum(attempt.order.graceMilliseconds), askedAt: now))
      }
      if case .running = attempt.phase, case .ending(let end) = attempts[key]?.phase, end.killsAt > now,
        let pid = attempt.start?.pid
      {
        actions.append(.terminate(pid: pid))
      }
      if remind(key, now: now) { actions.append(.terminateRest(key)) }
      if kill(key, now: now) { actions.append(.kill(key)) }
    }
    return actions
  }

  /// Half of the lease is over: what runs is ended, whatever its own grace, before the server gives it to others.
  private mutating func bind(_ key: AttemptKey, to lease: LeaseClock, now: Int64) {
    switch attempts[key]?.phase {
    case .running:
      attempts[key]?.phase = .ending(End(cause: .lost, killsAt: lease.killsAt, askedAt: now))
    case .ending(var end):
      end.killsAt = min(end.killsAt, lease.killsAt)
      attempts[key]?.phase = .ending(end)
    case .sweeping(let ending, var end):
      end.killsAt = min(end.killsAt, lease.killsAt)
      attempts[key]?.phase = .sweeping(ending, end)
    case .ended, nil: break
    }
  }

  /// Looks are further and further apart: at first many are on their way out.
  private mutating func remind(_ key: AttemptKey, now: Int64) -> Bool {
    guard case .sweeping(let ending, var end) = attempts[key]?.phase, end.isInGrace(now), let due = end.remindsAt,
      due <= now
    else { return false }
    end.remindsAt = now.clampedSum(max(Self.sweepInterval, now - end.askedAt))
    attempts[key]?.phase = .sweeping(ending, end)
    return true
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
        if end.killedAt == nil, let moment = end.remindsAt { consider(moment) }
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
