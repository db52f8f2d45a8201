import BanyanCore
import BanyanWire
import NIOCore

/// What running attempts use, and what their workers' machines do, as the workers last said. Not journalled while they run:
/// a restart has new figures soon. When an attempt ends, its last figures go into its record with its end.
///
/// It lives on the queue's event loop, so that figures and ends come in their order, and no figure outlasts its attempt;
/// whoever goes through many records takes ``current()`` along and does it elsewhere.
actor UsageBoard {
  private let loop: any EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

  /// The last figures of attempts that have not ended.
  private(set) var figures: [TaskID: AttemptFigures] = [:]
  private var machines: [WorkerID: Machine] = [:]

  /// What a worker last said of its machine.
  struct Machine: Sendable, Hashable {
    /// What is used there, by whomever.
    var usage: AttemptUsage?
    /// Of a message to the server and its answer, in milliseconds.
    var roundTrip: Double?
  }

  /// The figures of an attempt are taken once in this many milliseconds at most.
  static let interval: Int64 = 10_000

  init(loop: any EventLoop) { self.loop = loop }

  /// Figures of attempts that are live, from the worker that holds them.
  func record(_ new: WorkerFigures, of worker: WorkerID, at time: Int64) {
    if new.machine != nil || new.roundTrip != nil {
      machines[worker] = Machine(usage: new.machine, roundTrip: new.roundTrip)
    }
    for (task, claimNumber, usage) in new.attempts {
      guard let old = figures[task], old.claimNumber == claimNumber else {
        figures[task] = AttemptFigures(worker: worker, claimNumber: claimNumber, usage: usage, time: time)
        continue
      }
      guard time - old.time >= Self.interval || time < old.time else { continue }
      var merged = old.usage
      merged.merge(usage)
      figures[task] = AttemptFigures(worker: worker, claimNumber: claimNumber, usage: merged, time: time)
    }
  }

  /// Newer figures of the live attempt stand in its record: none of the older ones hides them.
  func supersede(_ task: TaskID, by usage: AttemptUsage, at time: Int64) {
    figures[task]?.usage.merge(usage)
    figures[task]?.time = time
  }

  /// These attempts have ended: their last figures stand in their records.
  func forget(_ tasks: [TaskID]) {
    guard !figures.isEmpty else { return }
    for task in tasks { figures[task] = nil }
  }

  /// A worker is no more.
  func forget(worker: WorkerID) { machines[worker] = nil }

  /// What a worker last said of its machine.
  func machine(of worker: WorkerID) -> Machine? { machines[worker] }

  /// Adds the last figures to the records of live attempts.
  nonisolated func complete(_ records: [TaskRecord]) async -> [TaskRecord] { await current().complete(records) }

  /// All last figures, for those who go through many records elsewhere.
  func current() -> LastFigures { LastFigures(figures: figures) }

  /// What running attempts use, at one moment.
  struct LastFigures: Sendable {
    fileprivate let figures: [TaskID: AttemptFigures]

    /// The records with the last figures of their live attempts.
    func complete(_ records: [TaskRecord]) -> [TaskRecord] {
      figures.isEmpty ? records : records.map { complete($0) }
    }

    /// The record with the last figures of its live attempt.
    func complete(_ record: TaskRecord) -> TaskRecord {
      guard let known = figures[record.id], let last = record.attempts.last, record.state.isLive,
        last.claimNumber == known.claimNumber, last.workerID == known.worker
      else { return record }
      var completed = record
      completed.attempts[record.attempts.count - 1].usage.merge(known.usage)
      completed.attempts[record.attempts.count - 1].lastUpdate = max(last.lastUpdate, known.time)
      return completed
    }
  }
}

/// What a worker says of its attempts and its machine.
struct WorkerFigures: Sendable {
  /// By task and claim number.
  var attempts: [(task: TaskID, claimNumber: UInt32, usage: AttemptUsage)]
  /// What is used on the whole machine.
  var machine: AttemptUsage?
  /// Of a message and its answer, in milliseconds.
  var roundTrip: Double?
}
