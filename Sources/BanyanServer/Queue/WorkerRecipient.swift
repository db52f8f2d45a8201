import BanyanCore
import BanyanWire

/// A worker's socket, as the queue sees it.
protocol WorkerRecipient: Recipient {
  /// Asks the worker for a piece of a log.
  func readLog(_ request: LogRequest) async throws(Rejection) -> LogPiece
}

/// A piece of an attempt's output that somebody wants to read.
struct LogRequest: Sendable {
  var task: TaskID
  var claimNumber: UInt32
  var stream: OutputStream
  var offset: Int64
  var limit: Int64
}

/// A piece of an attempt's output.
struct LogPiece: Sendable {
  var data: [UInt8]
  var offset: Int64
  /// Of the whole stream by now, in bytes.
  var size: Int64
  /// Nothing follows: the attempt has ended and this is its end.
  var isEnd: Bool
}
