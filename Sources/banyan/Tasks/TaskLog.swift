import BanyanClient

/// The output of a task, read through the server.
struct TaskLog: Sendable {
  /// Bytes of one request.
  static let chunk = 512 << 10

  let http: HTTPClient
  let task: String

  /// Bytes of a stream.
  struct Piece {
    var bytes: [UInt8]
    /// Where they begin: behind what was asked for, where the bytes before are gone.
    var offset: Int
    /// Of the whole stream by now.
    var size: Int
    /// The worker is away; the server kept these.
    var isKept: Bool

    var end: Int { offset + bytes.count }
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
      isKept: answer.header("Banyan-Log-Kept") != nil)
  }

  /// All of a stream from an offset on.
  func readAll(_ stream: String, from start: Int, attempt: Int64? = nil) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      let piece = try await read(stream, from: start + bytes.count, attempt: attempt)
      if piece.bytes.isEmpty { return bytes }
      bytes += piece.bytes
    }
  }

  /// Where the last lines begin: looked for from the end, in windows that double.
  func start(ofTail lines: Int?, _ stream: String, attempt: Int64? = nil) async throws -> Int {
    guard let lines else { return 0 }
    let size = try await read(stream, from: 0, attempt: attempt, limit: 1).size
    guard lines > 0 else { return size }
    var window = 64 << 10
    while true {
      let start = max(0, size - window)
      let piece = try await read(stream, from: start, attempt: attempt, limit: size - start)
      if let offset = Self.start(ofLast: lines, in: piece.bytes) { return piece.offset + offset }
      if start == 0 || piece.isKept { return piece.offset }
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
