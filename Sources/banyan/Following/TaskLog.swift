import BanyanClient

/// The output of a task, read through the server.
struct TaskLog: Sendable {
  /// At most so many bytes are asked for at once.
  static let chunk = 512 << 10

  let http: HTTPClient
  let task: String

  /// A part of a stream, and what is known of the whole.
  struct Piece {
    var bytes: [UInt8]
    /// Where they begin: behind what was asked for, where the bytes before are gone.
    var offset: Int
    /// Of the whole stream by now.
    var size: Int
    /// Whether nothing will ever follow these bytes.
    var isEnd: Bool
    var holder: Holder

    var end: Int { offset + bytes.count }
  }

  /// Where a log lies now, which says whether more of it may come.
  enum Holder {
    /// On its worker, which was asked.
    case worker
    /// The server kept the end of it; the worker may come back.
    case awayWorker
    /// The server kept the end of it, and nobody is awaited.
    case nobody

    /// What has become of bytes that the server has no more, as the rest of a sentence about them.
    var fate: String {
      switch self {
      case .worker: "are not on their worker any more"
      case .awayWorker: "are on a worker that is away"
      case .nobody: "are lost: their worker has removed them, or is not awaited any more"
      }
    }
  }

  /// The bytes at an offset, at most a chunk; none at the end.
  /// - Parameter stream: `stdout`, `stderr` or `index`.
  func read(_ stream: String, from offset: Int, attempt: Int64? = nil, limit: Int = chunk) async throws -> Piece {
    var query = [("stream", stream), ("offset", "\(offset)"), ("limit", "\(limit)")]
    if let attempt { query.append(("attempt", "\(attempt)")) }
    let answer = try await http.send(.get, "/tasks/\(task)/log", query: query)
    let start = answer.header("Banyan-Log-Offset").flatMap { Int($0) } ?? offset
    return Piece(
      bytes: answer.body, offset: start,
      size: answer.header("Banyan-Log-Size").flatMap { Int($0) } ?? start + answer.body.count,
      isEnd: answer.header("Banyan-Log-End") == "true",
      holder: answer.header("Banyan-Log-Kept") == nil
        ? .worker : answer.header("Banyan-Log-Worker") == "away" ? .awayWorker : .nobody)
  }

  /// All of a stream from an offset on, as one piece. Where bytes are gone in the middle, it begins behind them.
  func readAll(_ stream: String, from start: Int, attempt: Int64? = nil) async throws -> Piece {
    var whole = try await read(stream, from: start, attempt: attempt)
    while !whole.isEnd {
      let piece = try await read(stream, from: whole.end, attempt: attempt)
      if piece.offset > whole.end { whole.bytes = [] }
      whole.bytes += piece.bytes
      whole.offset = piece.end - whole.bytes.count
      (whole.size, whole.isEnd, whole.holder) = (piece.size, piece.isEnd, piece.holder)
      if piece.bytes.isEmpty { break }
    }
    return whole
  }

  /// Where the last lines begin: looked for from the end, in windows that double.
  struct TailStart {
    var offset: Int
    /// nil: these are all that were asked for. Else fewer, the others being gone or elsewhere.
    var lacking: Holder?
  }

  func start(ofTail lines: Int?, _ stream: String, attempt: Int64? = nil) async throws -> TailStart {
    guard let lines else { return TailStart(offset: 0) }
    let size = try await read(stream, from: 0, attempt: attempt, limit: 1).size
    guard lines > 0 else { return TailStart(offset: size) }
    var window = 64 << 10
    while true {
      let start = max(0, size - window)
      let piece = try await read(stream, from: start, attempt: attempt, limit: max(1, size - start))
      if let offset = Self.start(ofLast: lines, in: piece.bytes) { return TailStart(offset: piece.offset + offset) }
      if piece.offset > start { return TailStart(offset: piece.offset, lacking: piece.holder) }
      if start == 0 { return TailStart(offset: piece.offset) }
      window *= 2
    }
  }

  /// Where the last so many lines begin; nil where the first of them may begin before these bytes.
  static func start(ofLast lines: Int, in bytes: [UInt8]) -> Int? {
    var left = lines
    // The last line's own end separates it from nothing.
    for place in bytes.indices.dropLast().reversed() where bytes[place] == UInt8(ascii: "\n") {
      left -= 1
      if left == 0 { return place + 1 }
    }
    return nil
  }
}
