/// Which workers fail task after task at once, while tasks of the same sort succeed elsewhere. Not journalled: after a
/// restart it looks anew.
///
/// Tasks of one array are of one sort, and that some of it ever succeeded elsewhere shows that it can. Other tasks of
/// an owner differ, so that only what succeeds elsewhere meanwhile shows it.
struct FailureWatch: Sendable {
  /// So many different tasks in a row.
  static let limit = 5
  /// A task fails at once if it does within so many milliseconds of its start.
  static let atOnce: Int64 = 1000
  /// Arrays whose successes are remembered.
  private static let mostArrays = 1024

  /// What tasks have in common that should fare alike.
  struct Sort: Hashable, Sendable {
    var owner: String
    /// The array's first task.
    var batch: TaskID?
  }

  private struct Streak: Sendable {
    var tasks: [TaskID] = []
    var sorts: Set<Sort> = []
    var succeedElsewhere = false
  }

  private var streaks: [WorkerID: Streak] = [:]
  /// Workers on which tasks of a sort fail, as long as none was seen to succeed elsewhere.
  private var doubted: [Sort: Set<WorkerID>] = [:]
  /// The last two workers on which tasks of an array succeeded; the array that did longest ago is first.
  private var successes: [Sort: (last: WorkerID, other: WorkerID?)] = [:]
  private var remembered: [Sort] = []

  /// A task failed at once.
  /// - Returns: true if the worker should be set aside now.
  mutating func failed(_ task: TaskID, _ sort: Sort, on worker: WorkerID) -> Bool {
    var streak = streaks[worker] ?? Streak()
    if streak.tasks.count < Self.limit, !streak.tasks.contains(task) { streak.tasks.append(task) }
    if !streak.succeedElsewhere, streak.sorts.insert(sort).inserted {
      if let known = successes[sort], known.last != worker || known.other != nil {
        streak.succeedElsewhere = true
      } else {
        doubted[sort, default: []].insert(worker)
      }
    }
    streaks[worker] = streak
    return streak.tasks.count >= Self.limit && streak.succeedElsewhere
  }

  /// A task succeeded.
  /// - Returns: other workers that should be set aside now.
  mutating func succeeded(_ sort: Sort, on worker: WorkerID) -> [WorkerID] {
    clear(worker)
    if sort.batch != nil { remember(sort, worker) }
    guard !doubted.isEmpty, let others = doubted[sort] else { return [] }
    for other in others where other != worker { streaks[other]?.succeedElsewhere = true }
    doubted[sort] = others.contains(worker) ? [worker] : nil
    return others.filter { $0 != worker && (streaks[$0]?.tasks.count ?? 0) >= Self.limit }.sorted()
  }

  /// The worker's failures are over, or it is set aside for them.
  mutating func clear(_ worker: WorkerID) {
    guard !streaks.isEmpty, let streak = streaks.removeValue(forKey: worker) else { return }
    for sort in streak.sorts {
      doubted[sort]?.remove(worker)
      if doubted[sort]?.isEmpty == true { doubted[sort] = nil }
    }
  }

  private mutating func remember(_ sort: Sort, _ worker: WorkerID) {
    if let known = successes[sort] {
      if known.last != worker { successes[sort] = (worker, known.last) }
      return
    }
    successes[sort] = (worker, nil)
    remembered.append(sort)
    if remembered.count >= 2 * Self.mostArrays {
      for old in remembered.prefix(Self.mostArrays) { successes[old] = nil }
      remembered.removeFirst(Self.mostArrays)
    }
  }
}
