import BanyanClient

/// What of tasks' output somebody wants to see.
struct LogChoice: Sendable {
  /// 0: standard output, 1: standard error.
  var streams = [0, 1]
  /// Another attempt than the newest.
  var attempt: Int64?
  /// Only the last lines.
  var tail: Int?
  var showsTimes = false

  /// What prints a task's output by itself: one stream byte for byte.
  func printer(_ log: TaskLog) -> any LogPrinter & Sendable {
    guard streams.count == 1, !showsTimes else {
      return WovenPrinter(log: log, streams: streams, showsTimes: showsTimes)
    }
    return StreamPrinter(log: log, stream: streams == [1] ? "stderr" : "stdout")
  }

  /// What prints it beside others': with the task before each line.
  func printer(_ log: TaskLog, title: String, keptLimit: Int? = nil) -> WovenPrinter {
    WovenPrinter(log: log, streams: streams, title: title, showsTimes: showsTimes, keptLimit: keptLimit)
  }
}
