/// Setting a worker aside on which several different tasks fail at once, one after another, while others succeed
/// elsewhere: a machine that is broken would drain the queue otherwise.
extension QueueState {
  /// How unlikely it has to be that a worker whose tasks fail is as good as the others, before it is set aside. Not
  /// journalled.
  public var quarantineDoubt: Double {
    get { failures.doubt }
    set { failures.doubt = newValue }
  }

  /// What the end of an attempt says of its worker. A loss, a release and a cancellation say nothing.
  mutating func judgeWorker(by slot: Slot, _ end: AttemptEnd, at now: Int64) {
    guard end.reported == .terminated, let attempt = tasks[written: slot].attempts.last else { return }
    let worker = attempt.workerID
    let spec = tasks[written: slot].spec
    let sort = FailureWatch.Sort(
      owner: CodePoints(spec.owner), queue: CodePoints(spec.queue), batch: spec.array?.batch)
    switch end.outcome {
    case .succeeded:
      for (other, suspicion) in failures.succeeded(sort, on: worker) { quarantine(other, suspicion, at: now) }
    case .failed, .retried:
      guard end.exitStatus != ExitStatus.timedOut, Self.failedAtOnce(attempt) else { return failures.clear(worker) }
      if let suspicion = failures.failed(tasks[slot].id, sort, on: worker) { quarantine(worker, suspicion, at: now) }
    default: break
    }
  }

  /// By the worker's own clock; what never started failed at once.
  private static func failedAtOnce(_ attempt: AttemptRecord) -> Bool {
    guard let start = attempt.timeStarted, let end = attempt.timeTerminated else { return true }
    return end.saturating(plus: -FailureWatch.atOnce) <= start
  }

  private mutating func quarantine(_ worker: WorkerID, _ suspicion: FailureWatch.Suspicion, at now: Int64) {
    guard var record = workers[worker]?.record, record.quarantine == nil, anotherMayBeSetAside else { return }
    failures.clear(worker)
    record.quarantine = Quarantine(
      reason: "\(suspicion.row) different tasks in a row failed within a second of their start, "
        + "while \(suspicion.elsewhere.successes) of \(suspicion.elsewhere.failures + suspicion.elsewhere.successes) "
        + "like them succeeded elsewhere", since: now)
    record.updated = now
    emit(.workerChanged(record), at: now)
  }

  /// Half of the workers always stay: if more seem to be broken, it is more likely that something else is.
  private var anotherMayBeSetAside: Bool {
    let aside = workers.values.count { $0.record.quarantine != nil }
    return 2 * (aside + 1) <= workers.count
  }
}
