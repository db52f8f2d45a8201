/// Which attempts the kernel has taken memory's toll of: it killed their main process or another of their tree.
///
/// Where it keeps no count for an attempt's own control group and its log can't be read, nothing is known, and nothing
/// is said.
struct MemoryKills {
  private var attempts: Set<AttemptKey> = []

  /// The kernel has killed a process; `owner` says whose it is. It is asked at once: the process is just dying.
  mutating func killed(_ pid: Int32, owner: (Int32) -> AttemptKey?) {
    if let key = owner(pid) { attempts.insert(key) }
  }

  /// Whether the kernel has killed of an attempt, as its log says or the count of the attempt's own control group: that is
  /// made for the attempt, and nobody else is in it.
  /// - Parameter group: the folder of that group; nil: it has none.
  func contains(_ key: AttemptKey, group: String?) -> Bool {
    attempts.contains(key) || (group.map(TaskGroups.memoryKills(inGroup:)) ?? 0) > 0
  }

  /// An attempt is over, and nobody asks about it any more.
  mutating func ended(_ key: AttemptKey) { attempts.remove(key) }
}
