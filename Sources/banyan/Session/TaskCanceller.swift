import BanyanClient
import BanyanJSON

/// Asks for the end of tasks that a filter finds.
struct TaskCanceller: Sendable {
  let session: Session

  /// What became of them, as the server counted.
  struct Outcome {
    var cancelled: Int64 = 0
    /// They run, and were told to stop.
    var told: Int64 = 0
    var ended: Int64 = 0
  }

  /// One request cancels all that fit at that moment before any of them can begin.
  /// - Parameter grace: milliseconds between SIGTERM and SIGKILL, if shorter than the tasks' own.
  func cancel(matching filter: JSON, grace: Int64?) async throws -> Outcome {
    var members: JSONObject = ["where": filter]
    if let grace { members["shutdown_time_milliseconds"] = .integer(grace) }
    let counts = try await answer(to: members)["counts"]
    return Outcome(
      cancelled: counts?["cancelled"]?.integer ?? 0, told: counts?["pending_cancellation"]?.integer ?? 0,
      ended: counts?["terminated"]?.integer ?? 0)
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
}
