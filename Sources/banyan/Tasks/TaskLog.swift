import BanyanClient

/// One stream of a task's output, read through the server.
struct TaskLog: Sendable {
  /// Bytes of one request.
  private static let chunk = 512 << 10

  let http: HTTPClient
  let task: String
  /// `stdout` or `stderr`.
  let stream: String

  /// The bytes at an offset, at most a chunk; none at the end.
  func read(from offset: Int, attempt: Int64? = nil, limit: Int = chunk) async throws -> [UInt8] {
    var query = [("stream", stream), ("offset", "\(offset)"), ("limit", "\(limit)")]
    if let attempt { query.append(("attempt", "\(attempt)")) }
    return try await http.send(.get, "/tasks/\(task)/log", query: query).body
  }

  /// Prints all that is there now.
  /// - Returns: the offset behind it.
  @discardableResult
  func print(from start: Int, attempt: Int64? = nil) async throws -> Int {
    var offset = start
    while true {
      try Task.checkCancellation()
      let bytes = try await read(from: offset, attempt: attempt)
      if bytes.isEmpty { return offset }
      Output.result(bytes: bytes)
      offset += bytes.count
    }
  }

  /// Where the last lines begin. The log is read through for it, a chunk at a time.
  func start(ofTail lines: Int?, attempt: Int64? = nil) async throws -> Int {
    guard let lines else { return 0 }
    var starts = LineStarts(most: lines)
    while true {
      let bytes = try await read(from: starts.length, attempt: attempt)
      if bytes.isEmpty { return starts.first }
      starts.add(bytes)
    }
  }
}

/// Remembers where the last so many lines began.
struct LineStarts {
  private let most: Int
  private var starts: [Int] = []
  private var isAtLineStart = true
  /// Bytes seen.
  private(set) var length = 0

  init(most: Int) { self.most = most }

  mutating func add(_ bytes: [UInt8]) {
    for byte in bytes {
      if isAtLineStart {
        starts.append(length)
        if starts.count > 2 * most + 16 { starts.removeFirst(starts.count - most) }
        isAtLineStart = false
      }
      if byte == UInt8(ascii: "\n") { isAtLineStart = true }
      length += 1
    }
  }

  /// Where the last lines begin.
  var first: Int { most == 0 ? length : starts.suffix(most).first ?? length }
}
