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

  /// Whether the kernel has killed of an attempt.
  func contains(_ key: AttemptKey) -> Bool { attempts.contains(key) }

  /// An attempt is over.
  mutating func ended(_ key: AttemptKey) { attempts.remove(key) }
}
