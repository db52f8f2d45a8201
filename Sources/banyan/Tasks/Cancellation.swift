import BanyanClient
import BanyanJSON

/// Asks for the end of tasks.
struct Cancellation: Sendable {
  /// What one request may change.
  private static let batch = 128

  let session: Session

  /// - Parameter grace: milliseconds between SIGTERM and SIGKILL, if shorter than the tasks' own.
  func cancel(_ ids: [String], grace: Int64?) async throws {
    for start in stride(from: 0, to: ids.count, by: Self.batch) {
      let body = ids[start..<min(start + Self.batch, ids.count)].map { id -> JSON in
        var change: JSONObject = ["_id": .string(id), "state": "cancelled"]
        if let grace { change["shutdown_time_milliseconds"] = .integer(grace) }
        return .object(change)
      }
      try await session.http.json(.patch, "/tasks", body: .array(body))
    }
  }

  /// The states that tasks have now.
  func views(of ids: [String]) async throws -> [TaskView] {
    var views: [TaskView] = []
    for start in stride(from: 0, to: ids.count, by: Self.batch) {
      let part = ids[start..<min(start + Self.batch, ids.count)]
      let filter: JSON = ["_id": ["$in": .array(part.map(JSON.string))]]
      let found = try await session.list(
        "/tasks",
        query: [("where", filter.encodedString()), ("projection", TaskView.projection.encodedString())])
      views += found.items.compactMap { TaskView($0) }
    }
    return views
  }
}
