import BanyanWire

/// What a worker has to do, as its state decided it.
enum WorkerAction: Sendable, Hashable {
  /// Send these to the server, in one write.
  case send([WorkerMessage])
  /// Send the ends of these attempts' logs: they outlive this machine so.
  case sendTails([LogTailRequest])
  /// Give these orders to the keeper.
  case order([KeeperOrder])
  /// Read a log and answer with it; `isLive`: the attempt still writes to it.
  case readLog(RequestLogPush, isLive: Bool)
  /// Measure what these use, by their main processes, and come back with it.
  case measure([MeasuredAttempt])
  /// Tell the person who reads the worker's own log.
  case note(WorkerNote)
  /// The connection is dead though it stands.
  case cut
  /// Keep in the state folder which server it is for.
  case recordServer(String)
  /// The worker is done: end the process, with this outcome.
  case leave(WorkerOutcome)
}

/// A line for the worker's own log.
struct WorkerNote: Sendable, Hashable {
  /// The level at which it is logged.
  enum Level: Sendable, Hashable { case info, warning, error }
  var level: Level
  var text: String
}

extension WorkerAction {
  static func info(_ text: String) -> WorkerAction { .note(WorkerNote(level: .info, text: text)) }
  static func warning(_ text: String) -> WorkerAction { .note(WorkerNote(level: .warning, text: text)) }
  static func error(_ text: String) -> WorkerAction { .note(WorkerNote(level: .error, text: text)) }
}
