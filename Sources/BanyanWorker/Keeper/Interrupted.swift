import CProcess
import Glibc

/// The processes of a keeper that was killed: the next one finds and ends them, for nobody can tell any more how they
/// end, and the server gives their tasks to others.
enum Interrupted {
  /// How long their end is waited for, in milliseconds.
  private static let patience: Int32 = 5_000

  /// Ends the trees of the attempts.
  /// - Parameter groups: the folder of the control groups in which they ran, if they did.
  static func end(_ interrupted: [HeldAttempt], groups: String?) {
    if let groups { TaskGroups.end(groups, patience: patience) }
    guard !interrupted.isEmpty else { return }
    let keys = Set(interrupted.map(\.order.key))
    for _ in 0..<8 {
      let roots = find(interrupted, keys)
      if roots.isEmpty { return }
      let watched = ProcessTable.read().descendants(of: roots).map { banyan_process_descriptor($0.pid) }
      ProcessEnd.killTree(roots)
      wait(for: watched.filter { $0 >= 0 })
    }
  }

  /// The main processes by their numbers and start, the rest by what stands in their environments.
  private static func find(_ interrupted: [HeldAttempt], _ keys: Set<AttemptKey>) -> [Int32] {
    var mains: [Int32: UInt64] = [:]
    for one in interrupted {
      if let pid = one.start?.pid { mains[pid] = one.start?.startTicks }
    }
    let caller = getpid()
    return ProcessTable.read().processes.values.filter { process in
      if process.isZombie || process.pid == caller { return false }
      if mains[process.pid] == process.startTicks { return true }
      return AttemptMarker.attempt(of: process.pid).map(keys.contains) ?? false
    }.map(\.pid)
  }

  private static func wait(for descriptors: [Int32]) {
    defer { for descriptor in descriptors { close(descriptor) } }
    let until = banyan_boot_milliseconds() + Int64(patience)
    var waiting = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    while !waiting.isEmpty {
      let left = until - banyan_boot_milliseconds()
      guard left > 0 else { return }
      guard poll(&waiting, nfds_t(waiting.count), Int32(clamping: left)) >= 0 || errno == EINTR else { return }
      waiting.removeAll { $0.revents != 0 }
    }
  }
}
