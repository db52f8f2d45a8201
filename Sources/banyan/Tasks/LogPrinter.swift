import BanyanClient

/// Prints what a task prints, as far as it goes, and goes on from there when asked again.
protocol LogPrinter {
  /// Another attempt; nil: the newest. Only the last lines of what is there, if so many are given.
  mutating func begin(_ attempt: Int64?, tail: Int?) async throws
  /// Prints all that has come since.
  mutating func printNew() async throws
}

/// One stream, byte for byte.
struct StreamPrinter: LogPrinter {
  let log: TaskLog
  let stream: String
  private var attempt: Int64?
  private var offset = 0

  init(log: TaskLog, stream: String) {
    self.log = log
    self.stream = stream
  }

  mutating func begin(_ attempt: Int64?, tail: Int?) async throws {
    self.attempt = attempt
    offset = try await log.start(ofTail: tail, stream, attempt: attempt)
  }

  mutating func printNew() async throws {
    while true {
      try Task.checkCancellation()
      let piece = try await log.read(stream, from: offset, attempt: attempt)
      if piece.offset > offset {
        let gap = piece.offset - offset
        Output.remark("banyan: \(gap) bytes before this are on a worker that is away; the server keeps the last 64 KiB")
      }
      if piece.bytes.isEmpty { return }
      Output.result(bytes: piece.bytes)
      offset = piece.end
    }
  }
}

/// Both streams in the order in which they went on, by the index that the worker keeps, with times if wanted.
struct BothPrinter: LogPrinter {
  let log: TaskLog
  private var weave: LogWeave
  private var attempt: Int64?
  private var indexOffset = 0
  private var tail: Int?
  private var isFirst = true

  init(log: TaskLog, showsTimes: Bool) {
    self.log = log
    weave = LogWeave(showsTimes: showsTimes)
  }

  mutating func begin(_ attempt: Int64?, tail: Int?) async throws {
    self.attempt = attempt
    self.tail = tail
    weave = LogWeave(showsTimes: weave.showsTimes)
    (indexOffset, isFirst) = (0, true)
  }

  mutating func printNew() async throws {
    // The index last: it knows of all that was there before.
    weave.add(stdout: try await log.readAll("stdout", from: weave.stdoutEnd, attempt: attempt))
    weave.add(stderr: try await log.readAll("stderr", from: weave.stderrEnd, attempt: attempt))
    do {
      let index = try await log.readAll("index", from: indexOffset, attempt: attempt)
      let whole = index.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
      weave.add(index: index[..<whole])
      indexOffset += whole
    } catch let error as ServerError where [404, 410, 422, 503].contains(error.status) {
      // While its worker is away, the order of the streams is not known: one comes after the other.
    }
    let bytes = weave.take()
    defer { isFirst = false }
    guard isFirst, let tail else { return Output.result(bytes: bytes) }
    let start = tail == 0 ? bytes.count : TaskLog.start(ofLast: tail, in: bytes) ?? 0
    Output.result(bytes: Array(bytes[start...]))
  }
}
