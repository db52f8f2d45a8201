import Foundation
import Glibc

/// What `/proc` tells of a process.
enum ProcessFile {
  /// What it tells is not understood.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Processor time that a process has used, in seconds: user and system.
  static func cpuSeconds(of process: Int32) throws -> Double {
    let stat = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
    // Behind the name in brackets, which may hold blanks: the 12th and 13th field are ticks.
    let fields = (stat.lastIndex(of: ")").map { stat[$0...] } ?? "").split(separator: " ")
    guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
      throw Failure(description: "/proc/\(process)/stat can't be read")
    }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }
}
