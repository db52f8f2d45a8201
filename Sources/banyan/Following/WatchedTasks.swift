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
    var views = (answer["items"]?.array ?? []).compactMap { TaskView($0) }
    // A cause may name another task, which people know by another name than its identifier.
    let named = TaskNames.identifiers(in: views.compactMap(\.cause)).prefix(Self.maxNamed)
    if !named.isEmpty {
      let others = try await client.request(
        "get",
        [
          "where": ["_id": ["$in": .array(named.map(JSON.string))]], "projection": Self.projection,
          "max_results": .integer(Int64(named.count)),
        ])
      let names = TaskNames(of: (others["items"]?.array ?? []).compactMap { TaskView($0) })
      for place in views.indices { views[place].cause = views[place].cause.map(names.applied) }
    }
    return Dictionary(views.map { ($0.id, $0) }) { first, _ in first }
  }

  /// So many that causes name are asked about at once.
  private static let maxNamed = 128

  func isChanged(_ old: TaskView, _ new: TaskView) -> Bool { old.state != new.state || old.cause != new.cause }
  func isEnded(_ view: TaskView) -> Bool { view.isEnded }
}
