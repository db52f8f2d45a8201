import BanyanCore
import BanyanWire
import NIOCore

/// Pieces of logs that lie with the worker: asked for by number, and waited for by whoever reads the log.
extension WorkerSession {
  /// Time that a worker has to answer for a piece of a log.
  private static let logTimeout = TimeAmount.seconds(10)
  static let away = Rejection(.unavailable, "The worker that holds this log is not connected.")

  func readLog(_ request: LogRequest) async throws(Rejection) -> LogPiece {
    let number = nextLog
    nextLog += 1
    let push = RequestLogPush(
      id: .number(number), task: request.task, claimNumber: Int64(request.claimNumber),
      stream: request.stream, offset: request.offset, limit: request.limit)
    let alarm = connection.eventLoop.scheduleTask(in: Self.logTimeout) {
      self.assumeIsolated { session in
        session.logs.removeValue(forKey: number)?.resume(
          returning: .failure(Rejection(.unavailable, "The worker that holds this log doesn't answer.")))
      }
    }
    let result = await withCheckedContinuation { continuation in
      logs[number] = continuation
      connection.send([encode(.requestLog(push))])
    }
    alarm.cancel()
    return try result.get()
  }

  func finish(_ piece: LogMessage) {
    guard case .number(let number) = piece.id else { return }
    logs.removeValue(forKey: number)?.resume(
      returning: .success(
        LogPiece(data: piece.data, offset: piece.offset, size: piece.size, isEnd: piece.end)))
  }

  func fail(_ error: ErrorMessage) {
    guard case .number(let number) = error.id else { return }
    let kind = Rejection.Kind(rawValue: error.code) ?? .unavailable
    logs.removeValue(forKey: number)?.resume(returning: .failure(Rejection(kind, error.message)))
  }
}
