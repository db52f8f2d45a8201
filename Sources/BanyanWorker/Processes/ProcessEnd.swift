import CProcess
import Glibc

/// Sending signals to exactly those processes that were meant.
enum ProcessEnd {
  /// Signals a process if it is still the one that was seen: its number may belong to a stranger by now.
  @discardableResult
  static func signal(_ signal: Int32, to process: ProcessStat) -> Bool {
    let descriptor = banyan_process_descriptor(process.pid)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    guard let now = ProcessStat(pid: process.pid), now.startTicks == process.startTicks else { return false }
    return banyan_signal_process(descriptor, signal) == 0
  }

  /// Whether a signal would end a process: it neither catches, ignores nor blocks it.
  static func wouldEnd(_ pid: Int32, by signal: Int32) -> Bool {
    guard let text = FileReading.text(of: "/proc/\(pid)/status") else { return false }
    let masks = text.split(separator: "\n").filter { line in
      ["SigBlk:", "SigIgn:", "SigCgt:"].contains { line.hasPrefix($0) }
    }
    let bit = UInt64(1) << UInt64(signal - 1)
    return masks.count == 3
      && masks.allSatisfy { UInt64($0.dropFirst(7).drop { $0 == "\t" }, radix: 16).map { $0 & bit == 0 } ?? false }
  }

  /// Kills the roots and all that descends from them. Everything is stopped first, until nothing new appears, because
  /// what goes on forking while it is being killed is never caught up with.
  static func killTree(_ roots: [Int32]) {
    var stopped: [Int32: ProcessStat] = [:]
    // A tree that still grows after so many looks is finished off by the next sweep.
    for _ in 0..<32 {
      let fresh = ProcessTable.read().descendants(of: roots).filter { stopped[$0.pid] == nil }
      if fresh.isEmpty { break }
      for process in fresh {
        stopped[process.pid] = process
        signal(SIGSTOP, to: process)
      }
    }
    for process in stopped.values { signal(SIGKILL, to: process) }
  }
}
