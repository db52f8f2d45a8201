import BanyanClient
import BanyanJSON

/// Why tasks wait, or until when those that are being ended have, in a few words each, as the server sees it.
struct WaitingReasons {
  /// What one request asks about.
  private static let batch = 128
  /// Of more than these a long list says what their own fields show.
  private static let maxAsked = 1024

  let session: Session

  /// By id, for those of the items that have not ended.
  func reasons(of items: [JSON]) async throws -> [String: String] {
    let waiting = items.compactMap { item in TaskView(item).flatMap { $0.isEnded ? nil : $0.id } }.prefix(Self.maxAsked)
    var reasons: [String: String] = [:]
    for start in stride(from: waiting.startIndex, to: waiting.endIndex, by: Self.batch) {
      let part = waiting[start..<min(start + Self.batch, waiting.endIndex)]
      let filter: JSON = ["_id": ["$in": .array(part.map(JSON.string))]]
      let answer = try await session.http.json(
        .get, "/tasks/why",
        query: [("where", filter.encodedString()), ("max_results", "\(Self.batch)"), LocalTime.query])
      for item in answer["_items"]?.array ?? [] {
        if let id = item["_id"]?.string, let short = item["short"]?.string, !short.isEmpty { reasons[id] = short }
      }
    }
    return reasons
  }
}
