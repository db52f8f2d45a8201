import BanyanClient

/// One stream, byte for byte.
struct StreamPrinter: LogPrinter {
  let log: TaskLog
  let stream: String
  private(set) var isIncomplete = false
  private var attempt: Int64?
  private var offset = 0

  init(log: TaskLog, stream: String) {
    self.log = log
    self.stream = stream
  }

  mutating func begin(_ attempt: Int64?, tail: Int?, isPatient: Bool) async throws -> LogProgress {
    self.attempt = attempt
    let start: TaskLog.TailStart
    do { start = try await log.start(ofTail: tail, stream, attempt: attempt) } catch let error as ServerError
      where isPatient && error.isPassing
    { return .waiting(error.message) }
    if let lacking = start.lacking {
      if isPatient, lacking == .awayWorker { return .waiting(Gap.wordsOfLines(lacking)) }
      Output.complaint(Gap.wordsOfLines(lacking))
      isIncomplete = true
    }
    offset = start.offset
    return .going
  }

  mutating func printNew(isPatient: Bool) async throws -> LogProgress {
    while true {
      try Task.checkCancellation()
      let piece: TaskLog.Piece
      do { piece = try await log.read(stream, from: offset, attempt: attempt) } catch let error as ServerError
        where isPatient && error.isPassing
      { return .waiting(error.message) }
      if piece.offset > offset {
        let words = Gap.words(piece.offset - offset, of: stream, piece.holder)
        if isPatient, piece.holder == .awayWorker { return .waiting(words) }
        Output.complaint(words)
        isIncomplete = true
      }
      if !piece.bytes.isEmpty { Output.result(bytes: piece.bytes) }
      offset = max(offset, piece.end)
      if piece.isEnd { return .complete }
      if piece.bytes.isEmpty { return .going }
    }
  }

  mutating func finish() {}
}
