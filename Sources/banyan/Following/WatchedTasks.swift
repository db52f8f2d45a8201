import BanyanClient
import BanyanJSON

/// Follows tasks to their end.
typealias TaskWatcher = Watcher<WatchedTasks>

/// Tasks by their identifiers, many of which one request looks at.
struct WatchedTasks: Watchable {
  /// What is asked of each.
  private static let projection: JSON = [
    "_id": 1, "name": 1, "state": 1, "outcome": 1, "cause": 1, "job": 1, "member": 1,
  ]

  var member: String { "tasks" }
  var batch: Int { 1000 }
  var pause: Duration { .milliseconds(20) }

  func word(of key: String) -> JSON { .string(key) }
  func key(of event: JSON) -> String? { event["task"]?.string }

  func look(at keys: [String], through client: ProviderClient) async throws -> [String: TaskView] {
    let answer = try await client.request(
      "get",
      [
        "where": ["_id": ["$in": .array(keys.map(JSON.string))]], "projection": Self.projection,
        "max_results": .integer(Int64(keys.count)),
      ])
    let views = (answer["items"]?.array ?? []).compactMap { TaskView($0) }
    return Dictionary(views.map { ($0.id, $0) }) { first, _ in first }
  }

  func isChanged(_ old: TaskView, _ new: TaskView) -> Bool { old.state != new.state || old.cause != new.cause }
  func isEnded(_ view: TaskView) -> Bool { view.isEnded }
}
