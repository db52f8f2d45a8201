import Glibc

/// The processes of the machine at one moment.
struct ProcessTable: Sendable {
  private(set) var processes: [Int32: ProcessStat] = [:]
  private var children: [Int32: [Int32]] = [:]

  /// A table of given processes.
  init(_ list: [ProcessStat]) {
    for process in list {
      processes[process.pid] = process
      children[process.parent, default: []].append(process.pid)
    }
  }

  /// All processes that `/proc` shows at this moment.
  static func read() -> ProcessTable {
    ProcessTable(pids().compactMap(ProcessStat.init(pid:)))
  }

  /// The numbers of all processes that are visible.
  static func pids() -> [Int32] {
    FolderReading.names(in: "/proc").compactMap { Int32($0) }
  }

  /// The roots and all that descends from them, those that have ended aside, parents before children.
  func descendants(of roots: [Int32]) -> [ProcessStat] {
    var found: [ProcessStat] = []
    var seen = Set(roots)
    var waiting = roots
    while let pid = waiting.popLast() {
      if let process = processes[pid], !process.isZombie { found.append(process) }
      for child in children[pid] ?? [] where seen.insert(child).inserted { waiting.append(child) }
    }
    return found
  }
}
