import BanyanClient
import BanyanJSON

/// Follows tasks to their end: told of every change by the server, over restarts of the server too.
///
/// An event says only which task to look at; what is shown is what the server then says of it, so that a change that
/// was missed while the connection was away costs nothing.
actor TaskWatcher {
  /// What the watcher reports, in the order in which it learns of it.
  enum Update: Sendable {
    /// A task looks different from before (or is seen for the first time).
    case changed(TaskView)
    /// The server does not know these (any more).
    case missing([String])
    /// The connection is gone; it is being made anew.
    case disconnected(any Error)
    /// The connection stands again.
    case connected
  }

  /// So many tasks are looked at by one request.
  private static let batch = 1000

  private let client: ProviderClient
  private let ids: [String]
  private var unread: Set<String> = []
  private var views: [String: TaskView] = [:]
  private var gone: Set<String> = []
  private let wakeUps: AsyncStream<Void>
  private let wakeUp: AsyncStream<Void>.Continuation

  init(client: ProviderClient, ids: [String]) {
    self.client = client
    self.ids = ids
    (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Returns when all have ended or are gone, with what was last seen of each.
  func run(_ see: @escaping @Sendable (Update) async throws -> Void) async throws -> [String: TaskView] {
    guard !ids.isEmpty else { return [:] }
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        try await self.client.run()
        return false
      }
      group.addTask {
        try await self.listen(see)
        return false
      }
      group.addTask {
        try await self.look(see)
        return true
      }
      defer { group.cancelAll() }
      while let isDone = try await group.next() { if isDone { break } }
    }
    return views
  }

  private func listen(_ see: @Sendable (Update) async throws -> Void) async throws {
    var hasBeenAway = false
    for await event in client.events {
      switch event {
      case .connected:
        do {
          _ = try await client.request("subscribe", ["tasks": .array(ids.map(JSON.string))])
        } catch let error as ServerError {
          throw error
        } catch {
          // The connection is gone again, and the next one subscribes.
          try Task.checkCancellation()
          continue
        }
        // Only now: what happens from here on is told, so what is looked at from here on gets stale by no silence.
        mark(ids)
        if hasBeenAway { try await see(.connected) }
      case .disconnected(let error):
        hasBeenAway = true
        try await see(.disconnected(error))
      case .pushed(let message):
        if message["type"]?.string == "event" {
          if let task = message["task"]?.string { mark([task]) } else if message["worker"] == nil { mark(ids) }
        } else if message["type"]?.string == "lagged" {
          mark(ids)
        }
      }
    }
    try Task.checkCancellation()
  }

  private func mark(_ tasks: [String]) {
    unread.formUnion(tasks)
    wakeUp.yield()
  }

  private func look(_ see: @Sendable (Update) async throws -> Void) async throws {
    for await _ in wakeUps {
      while !unread.isEmpty {
        let batch = Array(unread.prefix(Self.batch))
        unread.subtract(batch)
        guard let found = try await fetch(batch) else {
          // Asked again on the next connection, which marks all.
          break
        }
        for view in found where isChanged(view) {
          views[view.id] = view
          try await see(.changed(view))
        }
        let missing = Set(batch).subtracting(found.map(\.id)).intersection(ids).subtracting(gone)
        if !missing.isEmpty {
          gone.formUnion(missing)
          for id in missing { views[id] = nil }
          try await see(.missing(missing.sorted()))
        }
      }
      if ids.allSatisfy({ gone.contains($0) || views[$0]?.isEnded == true }) { return }
    }
    try Task.checkCancellation()
  }

  private func isChanged(_ view: TaskView) -> Bool {
    guard let known = views[view.id] else { return true }
    return known.state != view.state || known.cause != view.cause
  }

  private func fetch(_ batch: [String]) async throws -> [TaskView]? {
    do {
      let answer = try await client.request(
        "get",
        [
          "where": ["_id": ["$in": .array(batch.map(JSON.string))]], "projection": TaskView.projection,
          "max_results": .integer(Int64(batch.count)),
        ])
      return (answer["items"]?.array ?? []).compactMap { TaskView($0) }
    } catch let error as ServerError where error.status != 503 {
      throw error
    } catch {
      try Task.checkCancellation()
      return nil
    }
  }
}
