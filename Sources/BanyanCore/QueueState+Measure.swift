/// What running tasks use: told by their workers, kept in the attempts' records.
extension QueueState {
  /// A worker that speaks REST tells what one of its tasks uses. It stands in the attempt's record, and the newest figure
  /// counts.
  mutating func measure(
    _ id: TaskID, _ usage: AttemptUsage, by asker: Principal, at now: Int64
  ) throws(Rejection) -> Answer {
    let slot = try measuredSlot(id, by: asker)
    var usage = usage
    if let resident = usage.residentMemoryBytes {
      usage.peakMemoryBytes = max(resident, usage.peakMemoryBytes ?? 0)
    }
    emit(.attemptUpdated(id, AttemptUpdate(usage: usage)), at: now)
    return .updated([UpdatedTask(record: tasks.record(slot))])
  }

  /// The task, whose attempt is in the hands of a worker of this user.
  func measuredSlot(_ id: TaskID, by asker: Principal) throws(Rejection) -> Slot {
    guard let slot = tasks.slot(id) else {
      throw .field("task", "there is no task \(id); name one that runs")
    }
    guard tasks[slot].state.isLive, let attempt = tasks[slot].attempts.last else {
      throw Rejection(
        .conflict, "The task \(id) is \(tasks[slot].state.name): no worker holds an attempt of it.")
    }
    guard workers[attempt.workerID]?.record.user == asker.user else {
      throw Rejection(.forbidden, "The task \(id) is in another worker's hands.")
    }
    try mayReport(attempt.workerID)
    return slot
  }

  /// An end with what was last known of the attempt's use beneath what the end itself says: who reads the record later
  /// finds it there, however the attempt ended.
  func withLastFigures(_ end: AttemptEnd, of slot: Slot) -> AttemptEnd {
    guard !lastFigures.isEmpty, let known = lastFigures[tasks[written: slot].id],
      let attempt = tasks[written: slot].attempts.last,
      known.claimNumber == attempt.claimNumber, known.worker == attempt.workerID
    else { return end }
    var merged = known.usage
    if let usage = end.usage { merged.merge(usage) }
    var end = end
    end.usage = merged
    return end
  }
}

/// What an attempt used when its worker last said so, and has not been journalled: it moves too often for that.
public struct AttemptFigures: Sendable {
  /// The worker that reported it.
  public var worker: WorkerID
  /// The claim of the attempt: figures of an earlier one say nothing of this.
  public var claimNumber: UInt32
  /// What the attempt's processes used.
  public var usage: AttemptUsage
  /// Milliseconds since 1970 by the server's clock.
  public var time: Int64

  /// Figures of an attempt.
  public init(worker: WorkerID, claimNumber: UInt32, usage: AttemptUsage, time: Int64) {
    self.worker = worker
    self.claimNumber = claimNumber
    self.usage = usage
    self.time = time
  }
}
