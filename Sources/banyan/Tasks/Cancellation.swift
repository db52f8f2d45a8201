import BanyanClient
import BanyanJSON

/// Asks for the end of tasks.
struct Cancellation: Sendable {
  /// What one request may change.
  private static let batch = 128
  /// What lies below is counted so far.
  private static let mostCounted = 10_000

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
    try await items(ids, projection: TaskView.projection).compactMap { TaskView($0) }
  }

  /// How many tasks wait below these, and would be cancelled with them; counted up to a bound.
  func waitingBelow(_ ids: [String]) async throws -> (count: Int, isAll: Bool) {
    var known = Set(ids)
    var layer = ids
    var count = 0
    var isFirst = true
    let projection: JSON = ["_id": 1, "state": 1, "outcome": 1, "continuations": 1]
    while !layer.isEmpty {
      guard count <= Self.mostCounted else { return (count, false) }
      let items = try await items(layer, projection: projection)
      let waiting = items.filter { item in TaskView(item).map { !$0.isEnded } ?? false }
      if !isFirst { count += waiting.count }
      isFirst = false
      let below = waiting.flatMap { $0["continuations"]?.array ?? [] }.compactMap(\.string)
      layer = below.filter { known.insert($0).inserted }
    }
    return (count, true)
  }

  private func items(_ ids: [String], projection: JSON) async throws -> [JSON] {
    var items: [JSON] = []
    for start in stride(from: 0, to: ids.count, by: Self.batch) {
      let part = ids[start..<min(start + Self.batch, ids.count)]
      let filter: JSON = ["_id": ["$in": .array(part.map(JSON.string))]]
      items += try await session.list(
        "/tasks", query: [("where", filter.encodedString()), ("projection", projection.encodedString())]
      ).items
    }
    return items
  }
}
