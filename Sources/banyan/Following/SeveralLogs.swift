import BanyanClient
import BanyanJSON
import BanyanTerminal

/// What several tasks printed, one after the other, each line with its task in front.
struct SeveralLogs {
  let session: Session
  /// `stdout`, `stderr`, or both one after the other.
  let streams: [String]
  /// Only the last lines of each; nil: all.
  let tail: Int?

  /// - Returns: whether all came that there was.
  func print(_ ids: [String]) async throws -> Bool {
    var isWhole = true
    for id in ids {
      guard let view = TaskView(try await session.http.json(.get, "/tasks/\(id)")) else { continue }
      // What never ran printed nothing.
      guard view.document["claim_number"]?.integer ?? 0 > 0 else { continue }
      let log = TaskLog(http: session.http, task: id)
      for stream in streams {
        do {
          isWhole = try await print(log, stream, view.handle) && isWhole
        } catch let error as ServerError where [404, 410, 503].contains(error.status) {
          Output.complaint("\(view.handle): \(error.message)")
          isWhole = false
        }
      }
    }
    return isWhole
  }

  private func print(_ log: TaskLog, _ stream: String, _ handle: String) async throws -> Bool {
    let start = try await log.start(ofTail: tail, stream)
    if let lacking = start.lacking { Output.complaint("\(handle): the lines before these \(lacking.fate)") }
    var isWhole = start.lacking == nil
    var offset = start.offset
    var lines = PrefixedLines(prefix: "\(handle): ")
    while true {
      let piece = try await log.read(stream, from: offset)
      if piece.offset > offset {
        Output.complaint("\(handle): \(Gap.words(piece.offset - offset, of: stream, piece.holder))")
        isWhole = false
      }
      Output.result(bytes: lines.add(piece.bytes))
      offset = max(offset, piece.end)
      if piece.isEnd || piece.bytes.isEmpty { break }
    }
    Output.result(bytes: lines.end())
    return isWhole
  }
}

/// Puts something in front of every line of bytes that come in pieces, and ends the last one.
struct PrefixedLines {
  let prefix: [UInt8]
  private var isAtStart = true

  init(prefix: String) { self.prefix = Array(prefix.utf8) }

  /// The next bytes as they are to be printed.
  mutating func add(_ bytes: [UInt8]) -> [UInt8] {
    var shown: [UInt8] = []
    shown.reserveCapacity(bytes.count)
    for byte in bytes {
      if isAtStart { shown += prefix }
      shown.append(byte)
      isAtStart = byte == UInt8(ascii: "\n")
    }
    return shown
  }

  /// What ends the last line, if it has no end of its own.
  mutating func end() -> [UInt8] {
    defer { isAtStart = true }
    return isAtStart ? [] : [UInt8(ascii: "\n")]
  }
}
