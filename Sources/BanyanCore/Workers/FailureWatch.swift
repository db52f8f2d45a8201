import Glibc

/// Which workers fail task after task at once, while tasks of the same sort succeed elsewhere. Not journalled: after a
/// restart it looks anew.
///
/// In a mix in which half of the tasks fail wherever they run, five failures in a row are nothing: each worker sees them
/// every minute. So a row is compared with what came of the same sort elsewhere meanwhile: if it made no difference where
/// a task runs, how likely is it that of all these the failures fell so that this worker has nothing else (Fisher's exact
/// test, 1934)? It is suspected where that is out of the question.
struct FailureWatch: Sendable {
  /// So many different tasks in a row at the least.
  static let minRow = 5
  /// More than so many of a row are not told apart.
  static let maxRow = 1000
  /// A task fails at once if it does within so many milliseconds of its start.
  static let atOnce: Int64 = 1000
  /// Of an array, whose tasks are alike, what came elsewhere before the row began counts too after so many failures, if
  /// none of it failed elsewhere meanwhile: where the others are busy for long, one that is broken drains it meanwhile.
  static let minRowForEarlier = 50
  /// Sorts whose results are remembered.
  private static let maxSorts = 1024

  /// How unlikely it has to be that a worker is as good as the others.
  var doubt = 1e-6

  /// What tasks have in common that should fare alike.
  struct Sort: Hashable, Sendable {
    var owner: CodePoints
    /// Who takes from one queue is not like who takes from another.
    var queue: CodePoints
    /// The array's first task.
    var batch: TaskID?
  }

  /// Failures at once and successes.
  struct Results: Sendable, Equatable {
    var failures = 0
    var successes = 0
  }

  /// What a row of failures is set against.
  struct Suspicion: Sendable, Equatable {
    /// Different tasks that failed at once.
    var row: Int
    /// Of the same sorts, meanwhile, on other workers.
    var elsewhere: Results
  }

  private struct Streak: Sendable {
    var tasks: Set<TaskID> = []
    var parts: [Sort: Part] = [:]
  }

  /// What of a row is of one sort.
  private struct Part: Sendable {
    var count = 0
    /// What had come elsewhere when it began.
    var before: Results
  }

  private struct Record: Sendable {
    var all = Results()
    var byWorker: [WorkerID: Results] = [:]

    func elsewhere(than worker: WorkerID) -> Results {
      let own = byWorker[worker] ?? Results()
      return Results(failures: all.failures - own.failures, successes: all.successes - own.successes)
    }

    mutating func note(_ worker: WorkerID, _ change: (inout Results) -> Void) {
      change(&all)
      change(&byWorker[worker, default: Results()])
    }
  }

  private var streaks: [WorkerID: Streak] = [:]
  /// Whose rows have something of a sort.
  private var rows: [Sort: Set<WorkerID>] = [:]
  private var records: [Sort: Record] = [:]
  /// The sorts of the records, the oldest first.
  private var remembered: [Sort] = []
  /// Successes in a row of one sort on one worker that are not in the records yet: most ends are such, and each would
  /// look into two dictionaries.
  private var recent: (sort: Sort, worker: WorkerID, count: Int)?

  /// A task failed at once.
  /// - Returns: what the worker should be set aside for now; nil: nothing.
  mutating func failed(_ task: TaskID, _ sort: Sort, on worker: WorkerID) -> Suspicion? {
    noteRecent()
    var streak = streaks[worker] ?? Streak()
    if streak.tasks.count < Self.maxRow, streak.tasks.insert(task).inserted {
      let before = records[sort]?.elsewhere(than: worker) ?? Results()
      streak.parts[sort, default: Part(before: before)].count += 1
      rows[sort, default: []].insert(worker)
    }
    streaks[worker] = streak
    note(sort, worker) { $0.failures += 1 }
    return suspicion(of: worker)
  }

  /// A task succeeded.
  /// - Returns: other workers that should be set aside now, and for what.
  mutating func succeeded(_ sort: Sort, on worker: WorkerID) -> [(worker: WorkerID, suspicion: Suspicion)] {
    clear(worker)
    if let recent, recent.worker == worker, recent.sort == sort {
      self.recent?.count += 1
    } else {
      noteRecent()
      recent = (sort, worker, 1)
    }
    guard !rows.isEmpty, let others = rows[sort] else { return [] }
    noteRecent()
    return others.compactMap { other in suspicion(of: other).map { (other, $0) } }.sorted { $0.worker < $1.worker }
  }

  /// The worker's failures are over, or it is set aside for them.
  mutating func clear(_ worker: WorkerID) {
    guard !streaks.isEmpty, let streak = streaks.removeValue(forKey: worker) else { return }
    for sort in streak.parts.keys {
      rows[sort]?.remove(worker)
      if rows[sort]?.isEmpty == true { rows[sort] = nil }
    }
  }

  /// The worker is registered no more. What came of its tasks still says what becomes of such tasks elsewhere.
  mutating func forget(_ worker: WorkerID) {
    noteRecent()
    clear(worker)
    for sort in remembered { records[sort]?.byWorker[worker] = nil }
  }

  /// The workers of which something is known.
  var knownWorkers: Set<WorkerID> {
    records.values.reduce(into: Set(streaks.keys).union(recent.map { [$0.worker] } ?? [])) {
      $0.formUnion($1.byWorker.keys)
    }
  }

  // MARK: The comparison

  private func suspicion(of worker: WorkerID) -> Suspicion? {
    guard let streak = streaks[worker], streak.tasks.count >= Self.minRow else { return nil }
    var likelihood = 1.0
    var sum = Results()
    for (sort, part) in streak.parts {
      let elsewhere = meanwhile(sort, part, worker)
      likelihood *= Self.likelihood(of: part.count, elsewhere)
      sum.failures += elsewhere.failures
      sum.successes += elsewhere.successes
    }
    return likelihood < doubt ? Suspicion(row: streak.tasks.count, elsewhere: sum) : nil
  }

  private func meanwhile(_ sort: Sort, _ part: Part, _ worker: WorkerID) -> Results {
    let now = records[sort]?.elsewhere(than: worker) ?? Results()
    let failures = max(0, now.failures - part.before.failures)
    if sort.batch != nil, failures == 0, part.count >= Self.minRowForEarlier { return now }
    return Results(failures: failures, successes: max(0, now.successes - part.before.successes))
  }

  /// How likely it is that all of so many results of a worker are failures, if the failures are spread by chance over
  /// these and those elsewhere: C(f + k, k) / C(f + k + s, k), by logarithms of factorials: one success is looked at for
  /// each worker that has a row, and must not cost as much as the rows are long.
  static func likelihood(of count: Int, _ elsewhere: Results) -> Double {
    func logarithm(ofFactorial number: Int) -> Double { lgamma(Double(number) + 1) }
    let failures = elsewhere.failures + count
    return exp(
      logarithm(ofFactorial: failures) - logarithm(ofFactorial: elsewhere.failures)
        - logarithm(ofFactorial: failures + elsewhere.successes)
        + logarithm(ofFactorial: elsewhere.failures + elsewhere.successes))
  }

  private mutating func noteRecent() {
    guard let recent else { return }
    self.recent = nil
    note(recent.sort, recent.worker) { $0.successes += recent.count }
  }

  private mutating func note(_ sort: Sort, _ worker: WorkerID, _ change: (inout Results) -> Void) {
    if records[sort] == nil {
      remembered.append(sort)
      if remembered.count >= 2 * Self.maxSorts {
        for old in remembered.prefix(Self.maxSorts) { records[old] = nil }
        remembered.removeFirst(Self.maxSorts)
      }
    }
    records[sort, default: Record()].note(worker, change)
  }
}
