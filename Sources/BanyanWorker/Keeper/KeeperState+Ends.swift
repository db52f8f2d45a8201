/// How attempts end, by order or of themselves.
extension KeeperState {
  /// The worker wants it ended. A second order can hurry it, never slow it down; the first one's cause stands, unless
  /// nobody wants to hear of it any more.
  mutating func end(_ key: AttemptKey, graceMilliseconds: Int64, cause: AttemptEnding.Cause, now: Int64) -> [Action] {
    guard let attempt = attempts[key] else { return [] }
    let killsAt = now.clampedSum(graceMilliseconds)
    switch attempt.phase {
    case .running:
      return begin(key, End(cause: cause, killsAt: killsAt, askedAt: now), now: now)
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
  mutating func endAll(now: Int64) -> [Action] {
    live.flatMap { key in
      end(key, graceMilliseconds: attempts[key]?.order.graceMilliseconds ?? 0, cause: .lost, now: now)
    }
  }

  private mutating func begin(_ key: AttemptKey, _ end: End, now: Int64) -> [Action] {
    attempts[key]?.phase = .ending(end)
    var actions: [Action] = []
    if end.killsAt > now, let pid = attempts[key]?.start?.pid { actions.append(.terminate(pid: pid)) }
    return actions + advance(now: now)
  }

  /// A main process that has ended and was reaped: its number is nobody's now.
  struct MainEnd: Sendable, Hashable {
    var pid: Int32
    var ending: AttemptEnding
    /// How many others of its tree still run.
    var left: Int
  }

  /// Main processes ended. All that were reaped are taken before anything is decided: none of them is asked to end by
  /// a number that is no longer its own.
  mutating func mainProcessesEnded(_ ends: [MainEnd], now: Int64) -> [Action] {
    var actions: [Action] = []
    var isSwept = false
    for end in ends {
      guard let key = keys.removeValue(forKey: end.pid), let attempt = attempts[key] else { continue }
      var ending = end.ending
      let way: End
      switch attempt.phase {
      case .running:
        // What a command leaves behind has no right to go on.
        ending.leftBehind = end.left
        way = End(cause: .none, killsAt: now, askedAt: now)
      case .ending(let known):
        ending.cause = known.cause
        ending.killed = known.killedAt != nil
        // Others of its tree may use what is left of the grace: `sh -c 'a; b'` dies before `a` has tidied up.
        way = known
      case .sweeping, .ended: continue
      }
      if end.left > 0 {
        sweep(key, ending, way, now: now)
        isSwept = true
      } else {
        attempts[key]?.phase = .ended(ending)
        actions.append(.tell(.ended(key, ending)))
      }
    }
    return isSwept ? actions + advance(now: now) : actions
  }

  private mutating func sweep(_ key: AttemptKey, _ ending: AttemptEnding, _ end: End, now: Int64) {
    var end = end
    end.remindsAt = now
    attempts[key]?.phase = .sweeping(ending, end)
  }

  /// One of the rest of a tree has ended: what has become an orphan by it may not have been asked to end yet.
  func treeShrank(_ key: AttemptKey, now: Int64) -> [Action] {
    guard case .sweeping(_, let end) = attempts[key]?.phase, end.isInGrace(now) else { return [] }
    return [.terminateRest(key)]
  }

  /// Attempts whose main process has ended and whose trees have to be looked at.
  var swept: [AttemptKey] {
    attempts.compactMap { key, attempt in
      if case .sweeping = attempt.phase { key } else { nil }
    }
  }

  /// Nothing of its tree is left.
  mutating func treeIsEmpty(_ key: AttemptKey) -> [Action] {
    guard case .sweeping(var ending, let end) = attempts[key]?.phase else { return [] }
    if end.cause != .none, end.killedAt != nil { ending.killed = true }
    attempts[key]?.phase = .ended(ending)
    return [.tell(.ended(key, ending))]
  }

  /// The end of an attempt with all its figures.
  mutating func completed(_ key: AttemptKey, _ ending: AttemptEnding) {
    guard case .ended = attempts[key]?.phase else { return }
    attempts[key]?.phase = .ended(ending)
  }

  /// The server knows of these ends.
  mutating func forget(_ forgotten: [AttemptKey]) {
    for key in forgotten where attempts[key]?.isEnded == true { attempts[key] = nil }
  }
}
