import BanyanClient

/// One stream of a task's output, read through the server.
struct TaskLog: Sendable {
  /// Bytes of one request.
  static let chunk = 512 << 10

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

  /// Where the last lines begin: looked for from the end, in windows that double.
  func start(ofTail lines: Int?, attempt: Int64? = nil) async throws -> Int {
    guard let lines else { return 0 }
    let size = try await size(attempt: attempt)
    guard lines > 0 else { return size }
    var window = 64 << 10
    while true {
      let start = max(0, size - window)
      let bytes = try await read(from: start, attempt: attempt, limit: size - start)
      if let offset = Self.start(ofLast: lines, in: bytes) { return start + offset }
      if start == 0 { return 0 }
      window *= 2
    }
  }

  /// The bytes that are there by now.
  private func size(attempt: Int64?) async throws -> Int {
    var query = [("stream", stream), ("limit", "1")]
    if let attempt { query.append(("attempt", "\(attempt)")) }
    let answer = try await http.send(.get, "/tasks/\(task)/log", query: query)
    return answer.header("Banyan-Log-Size").flatMap { Int($0) } ?? answer.body.count
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
