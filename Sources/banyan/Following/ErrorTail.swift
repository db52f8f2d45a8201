import BanyanClient
import BanyanTerminal

/// The last lines that a task printed before it failed: what a person looks for first.
struct ErrorTail {
  private static let lines = 10
  /// Of a line without an end so much is shown.
  private static let maxBytes = 4096

  let http: HTTPClient

  /// The last lines of its standard error, or else of its standard output, under a heading; none where there are none, or
  /// nobody has them.
  func lines(of task: TaskView) async throws -> [String] {
    guard task.claims > 0 else { return [] }
    let log = TaskLog(http: http, task: task.id)
    for (stream, name) in [("stderr", "standard error"), ("stdout", "standard output")] {
      do {
        let start = try await log.start(ofTail: Self.lines, stream)
        let piece = try await log.readAll(stream, from: start.offset)
        guard !piece.bytes.isEmpty else { continue }
        let text = String(decoding: piece.bytes.suffix(Self.maxBytes), as: UTF8.self)
        return ["The last lines of its \(name):"]
          + text.split(separator: "\n", omittingEmptySubsequences: false).map { "  \(Escaping.shown(String($0)))" }
          .trimmingLast { $0 == "  " }
      } catch let error as ServerError where [404, 410, 503].contains(error.status) {
        // What happened is told above; that its log is away, `logs` tells.
        return ["(\(Escaping.shown(error.message)))"]
      }
    }
    return []
  }
}

extension [String] {
  /// Without its last element, where that is one of these.
  fileprivate func trimmingLast(_ isUnwanted: (String) -> Bool) -> [String] {
    last.map(isUnwanted) == true ? Array(dropLast()) : self
  }
}
