/// The keeper's children that lead no attempt: what a task started, and whose own parent has ended. As the subreaper
/// the keeper inherits them; here they are given to the attempts whose trees they belong to.
///
/// Whoever ended an attempt needs to look no further than here: once its main process is gone, whatever is left of its
/// tree hangs from one of these.
struct Orphans: Sendable {
  /// Whose an orphan is, as far as that can be told.
  enum Owner: Sendable, Hashable {
    /// This attempt's, by its session, its group or its environment.
    case attempt(AttemptKey)
    /// It hides its descent; it is of one of these, which ran when it was first seen.
    case oneOf(Set<AttemptKey>)
  }

  private(set) var owners: [Int32: Owner] = [:]
  /// Processes that were asked to end one by one, by when they started: nobody is asked twice.
  private var asked: [Int32: UInt64] = [:]

  /// Looks at the children anew. `owner` says whose a child is, where that can be told; `live` are the attempts that it
  /// may otherwise be of.
  mutating func update(
    children: [Int32], isMainProcess: (Int32) -> Bool, live: Set<AttemptKey>, owner: (Int32) -> AttemptKey?
  ) {
    for pid in children where owners[pid] == nil && !isMainProcess(pid) {
      owners[pid] = owner(pid).map { .attempt($0) } ?? .oneOf(live)
    }
  }

  /// Notes that a process is asked to end; false: it was before.
  mutating func ask(_ process: ProcessStat) -> Bool {
    if asked[process.pid] == process.startTicks { return false }
    asked[process.pid] = process.startTicks
    return true
  }

  /// A child was reaped: its number may become another process's.
  mutating func remove(_ pid: Int32) {
    owners[pid] = nil
    asked[pid] = nil
  }

  /// An attempt is over: an orphan that hides its descent can be of one attempt less.
  mutating func ended(_ key: AttemptKey) {
    if owners.isEmpty { asked = [:] }
    for (pid, owner) in owners {
      if case .oneOf(var candidates) = owner, candidates.remove(key) != nil { owners[pid] = .oneOf(candidates) }
    }
  }

  /// The orphans of an attempt: those that show it, and those that can be of no other.
  func of(_ key: AttemptKey) -> [Int32] {
    owners.filter { $0.value == .attempt(key) || $0.value == .oneOf([key]) }.map(\.key)
  }

  /// Orphans of attempts that are over: nobody waits for them, and they have to go.
  func homeless(live: Set<AttemptKey>) -> [Int32] {
    owners.compactMap { pid, owner in
      switch owner {
      case .attempt(let key): live.contains(key) ? nil : pid
      case .oneOf(let candidates): candidates.isEmpty ? pid : nil
      }
    }
  }
}
