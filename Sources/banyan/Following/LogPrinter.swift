import BanyanClient

/// Prints what a task prints, as far as it goes, and goes on from there when asked again.
protocol LogPrinter {
  /// Something was missing, and was said to be.
  var isIncomplete: Bool { get }
  /// Another attempt; nil: the newest. Only the last lines of what is there, if so many are given.
  /// - Parameter isPatient: a worker that is away is awaited, if it may come back.
  mutating func begin(_ attempt: Int64?, tail: Int?, isPatient: Bool) async throws -> LogProgress
  /// Prints all that has come since.
  /// - Parameter isPatient: nothing is printed beyond what a worker holds that is away and may come back. Else what is
  ///   missing is passed over, and said.
  mutating func printNew(isPatient: Bool) async throws -> LogProgress
  /// Nothing more comes: what is left of a line is printed.
  mutating func finish()
}

/// How far a log is printed.
enum LogProgress: Equatable {
  /// All that there will ever be.
  case complete
  /// All that there is by now.
  case going
  /// What comes next is on a worker that is away and may come back; in words.
  case waiting(String)
}

extension ServerError {
  /// A worker doesn't answer for its log now, and may later.
  var isPassing: Bool { status == 503 || (status == 410 && retryAfter != nil) }
}

/// What is said of bytes that can't be read.
enum Gap {
  static func words(_ count: Int, of stream: String, _ holder: TaskLog.Holder) -> String {
    "\(count) bytes of \(stream) before this \(holder.fate); the server keeps the last 64 KiB"
  }

  static func wordsOfLines(_ holder: TaskLog.Holder) -> String {
    "the lines before these \(holder.fate); the server keeps the last 64 KiB"
  }
}
