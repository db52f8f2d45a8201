import BanyanWire

/// An attempt that has ended, and which of its logs' ends go to the server.
struct LogTailRequest: Sendable, Hashable {
  var key: AttemptKey
  /// The task and the token, as messages name the attempt.
  var attempt: AttemptName
  /// The streams that have something to read, as far as is known.
  var streams: [OutputStream]
  /// Those that have a log to which nothing came.
  var empty: [OutputStream] = []
}
