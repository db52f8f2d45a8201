import Glibc

/// How many connections the limit of open files leaves room for.
enum ConnectionBudget {
  /// Connections at once: what the limit of open files leaves beside what is open now, and a reserve for the journal,
  /// snapshots, ends of logs and certificates.
  static func connections() -> Int {
    var limits = rlimit()
    guard getrlimit(openFiles, &limits) == 0 else { return .max }
    return connections(limit: UInt64(limits.rlim_cur), open: ProcessFigures.current().openFiles ?? 64)
  }

  /// - Parameters:
  ///   - limit: descriptors that the process may have.
  ///   - open: those that it has before its first connection.
  static func connections(limit: UInt64, open: Int) -> Int {
    let limit = Int(clamping: limit)
    // A limit as good as none: nothing is to be counted.
    guard limit < 1 << 30 else { return .max }
    let reserve = min(64, max(12, limit / 8))
    return max(1, limit - open - reserve)
  }
}

/// An enumeration in one C library and a number in another.
private let openFiles = Int32(RLIMIT_NOFILE.rawValue)
