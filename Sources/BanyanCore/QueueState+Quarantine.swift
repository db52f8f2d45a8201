/// Setting a worker aside on which several different tasks fail at once, one after another, while others succeed
/// elsewhere: a machine that is broken would drain the queue otherwise.
extension QueueState {
  /// What the end of an attempt says of its worker. A loss, a release and a cancellation say nothing.
  mutating func judgeWorker(by slot: Slot, _ end: AttemptEnd, at now: Int64) {
    guard end.reported == .terminated, let attempt = tasks[slot].attempts.last else { return }
    let worker = attempt.workerID
    let sort = FailureWatch.Sort(owner: tasks[slot].spec.owner, batch: tasks[slot].spec.array?.batch)
    switch end.outcome {
    case .succeeded:
      for other in failures.succeeded(sort, on: worker) { quarantine(other, at: now) }
    case .failed, .retried:
      guard end.exitStatus != ExitStatus.timedOut, Self.failedAtOnce(attempt) else { return failures.clear(worker) }
      if failures.failed(tasks[slot].id, sort, on: worker) { quarantine(worker, at: now) }
    default: break
    }
  }

  /// By the worker's own clock; what never started failed at once.
  private static func failedAtOnce(_ attempt: AttemptRecord) -> Bool {
    guard let start = attempt.timeStarted, let end = attempt.timeTerminated else { return true }
    return end.saturating(plus: -FailureWatch.atOnce) <= start
  }

  private mutating func quarantine(_ worker: WorkerID, at now: Int64) {
    guard var record = workers[worker]?.record, record.quarantine == nil, mayBeSetAside(worker) else { return }
    failures.clear(worker)
    record.quarantine = Quarantine(
      reason: "\(FailureWatch.limit) different tasks in a row failed within a second of their start, "
        + "while others succeeded elsewhere", since: now)
    record.updated = now
    emit(.workerChanged(record), at: now)
  }

  /// Half of the workers stay: if more seem to be broken, it is more likely that something else is.
  private func mayBeSetAside(_ worker: WorkerID) -> Bool {
    let aside = workers.values.count { $0.record.quarantine != nil }
    return 2 * (aside + 1) <= workers.count
  }
}
