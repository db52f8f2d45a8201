import BanyanClient
import BanyanJSON

/// Asks for the end of tasks.
struct TaskCanceller: Sendable {
  /// What one request may ask about.
  private static let batch = 128
  /// What lies below is counted so far.
  private static let maxCounted = 10_000
  /// Identifiers that fit into one message.
  private static let maxNamed = 500_000

  let session: Session

  /// What is to be cancelled: tasks that were named, or those that a filter finds.
  enum Target {
    /// The tasks with these ids.
    case tasks([String])
    /// All that a filter matches at that moment.
    case matching(JSON)
  }

  /// What became of them, as the server counted.
  struct Outcome {
    var cancelled: Int64 = 0
    /// They run, and were told to stop.
    var told: Int64 = 0
    var ended: Int64 = 0
  }

  /// One request cancels all that it names before any of them can begin.
  ///
  /// Of more than fit into a message those that were submitted last go first: what waits for others is gone before they are.
  /// - Parameter grace: milliseconds between SIGTERM and SIGKILL, if shorter than the tasks' own.
  @discardableResult
  func cancel(_ target: Target, grace: Int64?) async throws -> Outcome {
    var outcome = Outcome()
    switch target {
    case .matching(let filter): try await ask(["where": filter], grace, &outcome)
    case .tasks(let ids):
      var left = ids[...]
      while !left.isEmpty {
        let part = left.suffix(Self.maxNamed)
        left = left.dropLast(part.count)
        try await ask(["tasks": .array(part.map(JSON.string))], grace, &outcome)
      }
    }
    return outcome
  }

  private func ask(_ target: JSONObject, _ grace: Int64?, _ outcome: inout Outcome) async throws {
    var members = target
    if let grace { members["shutdown_time_milliseconds"] = .integer(grace) }
    let counts = try await answer(to: members)["counts"]
    outcome.cancelled += counts?["cancelled"]?.integer ?? 0
    outcome.told += counts?["pending_cancellation"]?.integer ?? 0
    outcome.ended += counts?["terminated"]?.integer ?? 0
  }

  /// Asked again after a cut: what was cancelled stays so.
  private func answer(to members: JSONObject) async throws -> JSON {
    var options = SocketOptions()
    options.persistence = .afterFirst
    let client = try ProviderClient(session.credentials, options: options)
    return try await withThrowingTaskGroup(of: JSON?.self) { group in
      group.addTask {
        try await client.run()
        return nil
      }
      group.addTask {
        for await event in client.events {
          guard case .connected = event else { continue }
          do {
            return try await client.request("cancel", members)
          } catch let error as ServerError {
            throw error
          } catch {
            try Task.checkCancellation()
          }
        }
        try Task.checkCancellation()
        return nil
      }
      defer { group.cancelAll() }
      while let found = try await group.next() { if let found { return found } }
      throw ConnectionError.notConnected("\(session.http.address)")
    }
  }

  /// How many tasks wait below these, and would be cancelled with them; counted up to a bound.
  func waitingBelow(_ ids: [String]) async throws -> (count: Int, isAll: Bool) {
    var known = Set(ids)
    var layer = ids
    var count = 0
    var isFirst = true
    let projection: JSON = ["_id": 1, "state": 1, "outcome": 1, "continuations": 1]
    while !layer.isEmpty {
      guard count <= Self.maxCounted else { return (count, false) }
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
