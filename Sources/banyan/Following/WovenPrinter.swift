import BanyanClient

/// Both streams in the order in which they went on, by the index that the worker keeps; or one of them, line by line.
struct WovenPrinter: LogPrinter {
  /// A log is larger than somebody wants to hold in memory.
  struct TooLarge: Error {}

  private static let names = ["stdout", "stderr"]

  let log: TaskLog
  private let streams: [Int]
  private let title: String?
  private let showsTimes: Bool
  /// What is printed is kept in ``kept`` instead, as long as it is no more than this; nil: it is printed.
  private let keptLimit: Int?
  private(set) var kept: [UInt8] = []
  private(set) var complaints: [String] = []
  private(set) var isIncomplete = false
  private var lines: LogLines
  private var weave = LogWeave()
  private var attempt: Int64?
  private var indexOffset = 0
  /// So many lines are the last ones of what is there, and have not been shown yet.
  private var tail: Int?

  /// - Parameters:
  ///   - streams: 0: standard output, 1: standard error.
  ///   - title: the task, to stand before each line; nil: nothing does.
  init(log: TaskLog, streams: [Int] = [0, 1], title: String? = nil, showsTimes: Bool = false, keptLimit: Int? = nil) {
    self.log = log
    self.streams = streams
    self.title = title
    self.showsTimes = showsTimes
    self.keptLimit = keptLimit
    lines = LogLines(prefix: title.map { "\($0): " } ?? "", showsTimes: showsTimes)
  }

  mutating func begin(_ attempt: Int64?, tail: Int?, isPatient: Bool) async throws -> LogProgress {
    finish()
    self.attempt = attempt
    self.tail = tail
    weave = LogWeave()
    indexOffset = 0
    guard tail != nil else { return .going }
    for stream in streams {
      let start: TaskLog.TailStart
      do { start = try await log.start(ofTail: tail, Self.names[stream], attempt: attempt) } catch let error
        as ServerError where isPatient && error.isPassing
      { return .waiting(error.message) }
      if let lacking = start.lacking {
        if isPatient, lacking == .awayWorker { return .waiting(Gap.wordsOfLines(lacking)) }
        complain(Gap.wordsOfLines(lacking))
      }
      weave.skip(stream, to: start.offset)
    }
    return .going
  }

  mutating func printNew(isPatient: Bool) async throws -> LogProgress {
    var pieces: [TaskLog.Piece]
    do { pieces = try await nextPieces() } catch let error as ServerError where isPatient && error.isPassing {
      return .waiting(error.message)
    }
    for (place, stream) in streams.enumerated() where pieces[place].offset > weave.end(of: stream) {
      let words = Gap.words(
        pieces[place].offset - weave.end(of: stream), of: Self.names[stream], pieces[place].holder)
      if isPatient, pieces[place].holder == .awayWorker { return .waiting(words) }
      complain(words)
      weave.skip(stream, to: pieces[place].offset)
    }
    if let keptLimit, pieces.reduce(0, { $0 + $1.size }) > keptLimit { throw TooLarge() }
    if pieces.contains(where: { !$0.bytes.isEmpty }), let waiting = try await readIndex(pieces, isPatient) {
      return .waiting(waiting)
    }
    // What is added from now on belongs to the next look.
    let ends = pieces.map(\.size)
    for (place, stream) in streams.enumerated() { weave.add(pieces[place].bytes, to: stream) }
    while true {
      try Task.checkCancellation()
      var isWhole = [true, true]
      for (place, stream) in streams.enumerated() { isWhole[stream] = weave.end(of: stream) >= ends[place] }
      let (segments, lacking) = weave.take(isWhole: isWhole)
      show(segments)
      guard let stream = lacking, let place = streams.firstIndex(of: stream) else { break }
      let piece = try await log.read(Self.names[stream], from: weave.end(of: stream), attempt: attempt)
      if piece.offset > weave.end(of: stream) {
        complain(Gap.words(piece.offset - weave.end(of: stream), of: Self.names[stream], piece.holder))
        weave.skip(stream, to: piece.offset)
      }
      pieces[place] = piece
      // A log that shrank has nothing more.
      guard !piece.bytes.isEmpty else { break }
      weave.add(piece.bytes, to: stream)
    }
    showTail()
    return pieces.allSatisfy(\.isEnd) ? .complete : .going
  }

  mutating func finish() {
    show(lines.end())
    showTail()
  }

  // MARK: Reading

  private func nextPieces() async throws -> [TaskLog.Piece] {
    guard streams.count == 2 else {
      let stream = streams.first ?? 0
      return [try await log.read(Self.names[stream], from: weave.end(of: stream), attempt: attempt)]
    }
    async let out = log.read(Self.names[0], from: weave.end(of: 0), attempt: attempt)
    async let err = log.read(Self.names[1], from: weave.end(of: 1), attempt: attempt)
    return try await [out, err]
  }

  /// The order and the times; read behind the streams: so it knows of all that was there before.
  /// - Returns: why it has to be awaited, in words; nil: it hasn't to.
  private mutating func readIndex(_ pieces: [TaskLog.Piece], _ isPatient: Bool) async throws -> String? {
    // Of one stream alone the order is known.
    guard showsTimes || (pieces.count == 2 && pieces.allSatisfy { $0.size > 0 }) else { return nil }
    var index: TaskLog.Piece?
    var holder = TaskLog.Holder.awayWorker
    do { index = try await log.readAll("index", from: indexOffset, attempt: attempt) } catch let error as ServerError
      where [404, 410, 422, 503].contains(error.status)
    {
      if isPatient, error.isPassing { return error.message }
      if !error.isPassing { holder = .nobody }
    }
    // Where a worker has lost a log its index is empty.
    if index?.bytes.isEmpty == true, indexOffset == 0, pieces.contains(where: { $0.holder == .nobody }) {
      (index, holder) = (nil, .nobody)
    }
    if let index {
      let whole = index.bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
      weave.add(index: index.bytes[..<whole])
      indexOffset += whole
    } else {
      complain("the order of the streams, and their times, \(holder.fate): one stream comes after the other")
    }
    return nil
  }

  // MARK: Showing

  private mutating func complain(_ words: String) {
    let words = title.map { "\($0): \(words)" } ?? words
    isIncomplete = true
    if keptLimit == nil { Output.complaint(words) } else { complaints.append(words) }
  }

  private mutating func show(_ segments: [LogWeave.Segment]) {
    for segment in segments { show(lines.add(segment)) }
  }

  private mutating func show(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else { return }
    // Of the tail, which is of each stream, the last lines of both are to be found.
    if keptLimit == nil, tail == nil { Output.result(bytes: bytes) } else { kept += bytes }
  }

  private mutating func showTail() {
    guard let tail else { return }
    self.tail = nil
    let start = tail == 0 ? kept.count : TaskLog.start(ofLast: tail, in: kept) ?? 0
    kept.removeFirst(start)
    if keptLimit == nil {
      if !kept.isEmpty { Output.result(bytes: kept) }
      kept = []
    }
  }
}
