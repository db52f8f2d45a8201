import BanyanCore

/// What the queue did, counted as it did it: totals since the start, and the last fifteen minutes.
struct QueueMeter: Sendable {
  /// How many of each kind.
  struct Counts: WindowSlice {
    var submitted: UInt64 = 0
    var claimed: UInt64 = 0
    /// Tasks that ended, however.
    var ended: UInt64 = 0

    mutating func add(_ other: Counts) {
      submitted += other.submitted
      claimed += other.claimed
      ended += other.ended
    }
  }

  private(set) var totals = Counts()
  private(set) var recent = RecentTasks()
  private(set) var rates = Window<Counts>()
  /// From available to claimed, milliseconds.
  private(set) var waiting = Window<Spread>()
  /// From the process' start to its end, milliseconds.
  private(set) var running = Window<Spread>()
  private(set) var waitBuckets = DurationBuckets.ofTasks
  private(set) var runBuckets = DurationBuckets.ofTasks
  /// Attempts that ended, by how.
  private(set) var outcomes = [UInt64](repeating: 0, count: Outcome.allCases.count)

  /// How an attempt ended, as metrics call it.
  enum Outcome: String, CaseIterable {
    case succeeded, failed, cancelled, retried, released, lost

    init(_ outcome: AttemptEnd.Outcome) {
      switch outcome {
      case .succeeded: self = .succeeded
      case .failed: self = .failed
      case .cancelled, .succeededTooLate: self = .cancelled
      case .retried: self = .retried
      case .givenBack: self = .released
      case .lost, .lostTooOften: self = .lost
      }
    }

    var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  }

  mutating func created(_ task: TaskID, at now: Int64) {
    recent.created(task)
    totals.submitted += 1
    rates.record(at: now) { $0.submitted += 1 }
  }

  /// Members of a family were made as one, from this one on.
  mutating func created(_ count: Int, from first: TaskID, at now: Int64) {
    guard count > 0 else { return }
    for offset in max(0, count - RecentTasks.maxCount)..<count { recent.created(first.advanced(by: offset)) }
    totals.submitted += UInt64(count)
    rates.record(at: now) { $0.submitted += UInt64(count) }
  }

  /// - Parameter waited: milliseconds.
  mutating func claimed(after waited: Int64, at now: Int64) {
    totals.claimed += 1
    rates.record(at: now) { $0.claimed += 1 }
    waiting.record(at: now) { $0.record(waited) }
    waitBuckets.record(UInt64(max(0, waited)) &* 1_000_000)
  }

  /// Counts the end of an attempt.
  /// - Parameter ran: milliseconds; nil: its process never ran.
  mutating func ended(_ task: TaskID, _ end: AttemptEnd, after ran: Int64?, at now: Int64) {
    if end.outcome == .failed || end.outcome == .lostTooOften { recent.failed(task) }
    outcomes[Outcome(end.outcome).place] += 1
    if end.outcome.endsTask { taskEnded(at: now) }
    guard let ran else { return }
    running.record(at: now) { $0.record(ran) }
    runBuckets.record(UInt64(clamping: ran) &* 1_000_000)
  }

  /// A task ended: with its attempt, or without one.
  mutating func taskEnded(_ count: Int = 1, at now: Int64) {
    totals.ended += UInt64(count)
    rates.record(at: now) { $0.ended += UInt64(count) }
  }
}

extension AttemptEnd.Outcome {
  /// The task ends with the attempt.
  var endsTask: Bool {
    switch self {
    case .succeeded, .failed, .succeededTooLate, .cancelled, .lostTooOften: true
    case .retried, .givenBack, .lost: false
    }
  }
}
