import BanyanWire

extension LogReader {
  /// Bytes of each stream that travel before the report.
  static let tailBytes: Int64 = 64 << 10
  /// Streams in one message: a worker's message may be 1 MiB, and each is at most 88 KiB of base64.
  private static let maxTails = 11
  /// Those of which nothing but that is said.
  private static let maxEmpty = 1000

  /// The ends of the logs of attempts that have ended, in as few messages as they fit into. What can't be read is left
  /// out: it is no reason to keep a report back.
  func tails(of attempts: [LogTailRequest]) -> [TailsMessage] {
    let tails = attempts.flatMap { attempt in attempt.streams.compactMap { tail(attempt, $0) } }
    let empty = attempts.flatMap { attempt in
      attempt.empty.map { TailsMessage.Tail(attempt: attempt.attempt, stream: $0, data: [], size: 0) }
    }
    return tails.chunks(of: Self.maxTails).map { TailsMessage(tasks: $0) }
      + empty.chunks(of: Self.maxEmpty).map { TailsMessage(tasks: $0) }
  }

  private func tail(_ attempt: LogTailRequest, _ stream: OutputStream) -> TailsMessage.Tail? {
    let request = RequestLogPush(
      id: .number(0), task: attempt.key.task, claimNumber: attempt.key.claimNumber, stream: stream,
      offset: -Self.tailBytes, limit: Self.tailBytes)
    guard case .log(let part) = answer(request, isLive: false), part.size > 0 else { return nil }
    return TailsMessage.Tail(attempt: attempt.attempt, stream: stream, data: part.data, size: part.size)
  }
}
