/// What time brings about.
extension QueueState {
  /// How long a repeat of a keyed request is answered: 24 hours, in milliseconds.
  public static let keyRetention: Int64 = 86_400_000
  /// How many keys of one user are kept at most.
  public static let maxKeys = 100_000

  mutating func tick(at now: Int64) -> Answer {
    while let delay = delays.min, delay.due <= now {
      delays.removeMin()
      if isCurrent(delay) { emit(.taskDue(delay.task), at: now) }
    }
    while let task = avoidances.popEnded(at: now) {
      if let slot = tasks.slot(task), tasks[slot].state == .available { emit(.taskDue(task), at: now) }
    }
    for entry in Array(workers.values) {
      if let until = entry.record.pause?.until, until <= now {
        var record = entry.record
        record.pause = nil
        record.updated = now
        emit(.workerChanged(record), at: now)
      }
      if let order = entry.record.unregistering, order.deadline <= now {
        finishUnregistering(entry.record.id, order, at: now)
      }
    }
    let expired = keys.due(before: now - Self.keyRetention)
    if !expired.isEmpty { emit(.keysExpired(expired), at: now) }
    forgetFinished(at: now)
    return .done
  }

  private mutating func finishUnregistering(_ worker: WorkerID, _ order: Unregistering, at now: Int64) {
    for slot in live(of: worker) {
      let end =
        order.requeue && tasks[slot].state == .running
        ? AttemptEnd(exitStatus: ExitStatus.unregistered, timeTerminated: nil, outcome: .givenBack)
        : lossEnd(slot, exitStatus: ExitStatus.unregistered)
      self.end(slot, end, at: now)
    }
    removeIfUnregistered(worker, at: now)
  }

  private func isCurrent(_ delay: Delay) -> Bool {
    guard let slot = tasks.slot(delay.task) else { return false }
    return tasks[slot].state == .available && tasks[slot].delayedUntil == delay.due
  }

  /// When something is due next that tasks bring about (a delay ends, asked for or before another attempt; a
  /// worker is passed over no longer; one that ended has been kept long enough), milliseconds since 1970; nil: nothing is.
  public var soonestDelay: Int64? {
    [finishedDeadline, delays.min?.due, avoidances.nextEnd].compactMap { $0 }.min()
  }

  /// When something is due next, milliseconds since 1970; nil: nothing is. Leases aren't here: they run on a
  /// monotonic clock (``LeaseBook``).
  public var nextDeadline: Int64? {
    var next = soonestDelay
    func consider(_ time: Int64?) {
      if let time { next = min(next ?? .max, time) }
    }
    for entry in workers.values {
      consider(entry.record.pause?.until)
      consider(entry.record.unregistering?.deadline)
    }
    // A minute's worth goes together.
    consider(keys.oldest?.saturating(plus: Self.keyRetention + 60_000))
    if keys.isOverfull { consider(0) }
    return next
  }
}
