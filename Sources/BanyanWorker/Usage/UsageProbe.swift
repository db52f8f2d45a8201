import BanyanCore
import BanyanWire
import Glibc

/// What running attempts use at the moment: the sum over their trees and sessions.
struct UsageProbe: Sendable {
  /// Measures; without what has ended meanwhile.
  static func measure(_ running: [WorkerAction.Measured]) -> UsageMessage {
    let table = ProcessTable.read()
    let page = Int64(sysconf(Int32(_SC_PAGESIZE)))
    let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
    var bySession: [Int32: [Int32]] = [:]
    for process in table.processes.values { bySession[process.session, default: []].append(process.pid) }
    let figures = running.compactMap { one -> UsageMessage.Figures? in
      let tree = table.descendants(of: bySession[one.pid] ?? [one.pid])
      guard !tree.isEmpty else { return nil }
      var usage = AttemptUsage()
      usage.residentMemoryBytes = tree.reduce(0) { $0 &+ $1.residentPages &* page }
      usage.virtualMemoryBytes = tree.reduce(0) { $0 &+ $1.virtualMemoryBytes }
      if ticks > 0 { usage.cpuSeconds = Double(tree.reduce(0) { $0 &+ $1.cpuTicks }) / ticks }
      return UsageMessage.Figures(attempt: one.attempt, usage: usage)
    }
    return UsageMessage(tasks: figures)
  }
}
