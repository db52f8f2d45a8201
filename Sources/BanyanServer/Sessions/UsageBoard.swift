import BanyanCore
import BanyanWire

/// What running attempts use, as their workers last said. Not journalled: it is for looking at, and a restart has new
/// figures soon. The last figures of an attempt stand in its report.
actor UsageBoard {
  private var figures: [TaskID: Figures] = [:]
  private let now: @Sendable () -> Int64

  private struct Figures {
    var worker: WorkerID
    var claimNumber: UInt32
    var usage: AttemptUsage
    var time: Int64
  }

  /// The figures of an attempt are taken once in this many milliseconds at most.
  static let interval: Int64 = 10_000

  init(now: @escaping @Sendable () -> Int64) { self.now = now }

  /// A worker's figures; of attempts whose tokens are not genuine nothing is kept.
  nonisolated func note(_ message: UsageMessage, of worker: WorkerID, tokens: AttemptTokenMint) {
    var genuine: [(TaskID, UInt32, AttemptUsage)] = []
    for task in message.tasks {
      guard case .genuine(let claimNumber, _) = tokens.verify(task.attempt.token, task: task.attempt.task) else {
        continue
      }
      genuine.append((task.attempt.task, claimNumber, task.usage))
    }
    guard !genuine.isEmpty else { return }
    let known = genuine
    Task { await self.take(known, of: worker) }
  }

  private func take(_ genuine: [(TaskID, UInt32, AttemptUsage)], of worker: WorkerID) {
    let time = now()
    for (task, claimNumber, usage) in genuine {
      if let old = figures[task], old.claimNumber == claimNumber {
        guard time - old.time >= Self.interval || time < old.time else { continue }
        var merged = old.usage
        merged.merge(usage)
        figures[task] = Figures(worker: worker, claimNumber: claimNumber, usage: merged, time: time)
      } else if claimNumber >= figures[task]?.claimNumber ?? 0 {
        figures[task] = Figures(worker: worker, claimNumber: claimNumber, usage: usage, time: time)
      }
    }
  }

  /// Figures of a live attempt whose worker is known.
  /// - Returns: the server's time at which they were taken, milliseconds since 1970.
  func note(_ usage: AttemptUsage, of task: TaskID, _ attempt: AttemptRecord) -> Int64 {
    take([(task, attempt.claimNumber, usage)], of: attempt.workerID)
    return now()
  }

  /// These attempts have ended: their last figures stand in their reports.
  nonisolated func forget(_ tasks: [TaskID]) {
    Task { await self.drop(tasks) }
  }

  private func drop(_ tasks: [TaskID]) {
    guard !figures.isEmpty else { return }
    for task in tasks { figures[task] = nil }
  }

  /// Adds the last figures to the records of live attempts, and lets go of those of others.
  func complete(_ records: [TaskRecord]) -> [TaskRecord] {
    guard !figures.isEmpty else { return records }
    return records.map { record in
      guard let known = figures[record.id], let last = record.attempts.last else { return record }
      guard record.state.isLive, last.claimNumber == known.claimNumber, last.workerID == known.worker else {
        figures[record.id] = nil
        return record
      }
      var completed = record
      completed.attempts[record.attempts.count - 1].usage.merge(known.usage)
      completed.attempts[record.attempts.count - 1].lastUpdate = max(last.lastUpdate, known.time)
      return completed
    }
  }
}
