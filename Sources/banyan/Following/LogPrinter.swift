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
      let words = "the lines before these \(lacking.fate); the server keeps the last 64 KiB"
      if isPatient, lacking == .awayWorker { return .waiting(words) }
      Output.complaint(words)
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
}

/// Both streams in the order in which they went on, by the index that the worker keeps, with times if wanted.
struct BothPrinter: LogPrinter {
  let log: TaskLog
  private(set) var isIncomplete = false
  private var weave: LogWeave
  private var attempt: Int64?
  private var indexOffset = 0
  private var tail: Int?
  private var isFirst = true

  init(log: TaskLog, showsTimes: Bool) {
    self.log = log
    weave = LogWeave(showsTimes: showsTimes)
  }

  mutating func begin(_ attempt: Int64?, tail: Int?, isPatient: Bool) async throws -> LogProgress {
    self.attempt = attempt
    self.tail = tail
    weave = LogWeave(showsTimes: weave.showsTimes)
    (indexOffset, isFirst) = (0, true)
    return .going
  }

  mutating func printNew(isPatient: Bool) async throws -> LogProgress {
    let pieces: [TaskLog.Piece]
    do {
      pieces = [
        try await log.readAll("stdout", from: weave.stdoutEnd, attempt: attempt),
        try await log.readAll("stderr", from: weave.stderrEnd, attempt: attempt),
      ]
    } catch let error as ServerError where isPatient && error.isPassing { return .waiting(error.message) }
    let gaps = [pieces[0].offset - weave.stdoutEnd, pieces[1].offset - weave.stderrEnd]
    if isPatient, let place = gaps.indices.first(where: { gaps[$0] > 0 && pieces[$0].holder == .awayWorker }) {
      return .waiting(Gap.words(gaps[place], of: Self.streams[place], pieces[place].holder))
    }
    if pieces.contains(where: { !$0.bytes.isEmpty }) {
      // The index last: it knows of all that was there before.
      var index: TaskLog.Piece?
      var holder = TaskLog.Holder.awayWorker
      do { index = try await log.readAll("index", from: indexOffset, attempt: attempt) } catch let error as ServerError
        where [404, 410, 422, 503].contains(error.status)
      {
        if isPatient, error.isPassing { return .waiting(error.message) }
        if !error.isPassing { holder = .nobody }
      }
      // Where a worker has lost a log its index is empty.
      if index?.bytes.isEmpty == true, pieces.contains(where: { $0.holder == .nobody }) {
        (index, holder) = (nil, .nobody)
      }
      if let index {
        let whole = index.bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        weave.add(index: index.bytes[..<whole])
        indexOffset += whole
      } else if weave.showsTimes || pieces.allSatisfy({ $0.size > 0 }) {
        Output.complaint(
          "the order of the streams, and their times, \(holder.fate): one stream comes after the other")
        isIncomplete = true
      }
    }
    for (place, gap) in gaps.enumerated() where gap > 0 {
      Output.complaint(Gap.words(gap, of: Self.streams[place], pieces[place].holder))
      isIncomplete = true
      weave.skip(place, to: pieces[place].offset)
    }
    weave.add(stdout: pieces[0].bytes)
    weave.add(stderr: pieces[1].bytes)
    show(weave.take())
    return pieces.allSatisfy(\.isEnd) ? .complete : .going
  }

  private static let streams = ["stdout", "stderr"]

  private mutating func show(_ bytes: [UInt8]) {
    defer { isFirst = false }
    guard isFirst, let tail else { return Output.result(bytes: bytes) }
    let start = tail == 0 ? bytes.count : TaskLog.start(ofLast: tail, in: bytes) ?? 0
    Output.result(bytes: Array(bytes[start...]))
  }
}

/// What is said of bytes that can't be read.
enum Gap {
  static func words(_ count: Int, of stream: String, _ holder: TaskLog.Holder) -> String {
    "\(count) bytes of \(stream) before this \(holder.fate); the server keeps the last 64 KiB"
  }
}
