/// How attempts end, by order or of themselves.
extension KeeperState {
  /// The worker wants it ended. A second order can hurry it, never slow it down; the first one's cause stands, unless
  /// nobody wants to hear of it any more.
  mutating func end(_ key: AttemptKey, graceMilliseconds: Int64, cause: AttemptEnding.Cause, now: Int64) -> [Deed] {
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
      let end = End(cause: .none, killsAt: now, askedAt: now)
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
    var end = end
    end.remindsAt = now
    attempts[key]?.phase = .sweeping(ending, end)
    return advance(now: now)
  }

  /// One of the rest of a tree has ended: what has become an orphan by it may not have been asked to end yet.
  func thinned(_ key: AttemptKey, now: Int64) -> [Deed] {
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
  mutating func treeIsEmpty(_ key: AttemptKey) -> [Deed] {
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
