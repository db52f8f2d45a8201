import BanyanClient
import BanyanJSON

/// A provider who submits tasks and hears of their ends, on a connection of its own.
final class ExecSession: Sendable {
  private let client: ProviderClient
  private let running: Task<Void, any Error>
  private let ends: AsyncStream<Void>

  /// Connects as a provider, and subscribes to the events of its tasks.
  init(_ credentials: Credentials) async throws {
    let client = try ProviderClient(credentials)
    self.client = client
    running = Task { try await client.run() }
    let (ends, feed) = AsyncStream<Void>.makeStream()
    self.ends = ends
    var events = client.events.makeAsyncIterator()
    guard case .connected = await events.next() else {
      throw ServerProcess.StartError(description: "the server can't be reached")
    }
    _ = try await client.request("subscribe")
    Task {
      for await event in client.events {
        guard case .pushed(let message) = event, let state = message["state"]?.string else { continue }
        if ["terminated", "cancelled"].contains(state) { feed.yield() }
      }
    }
  }

  /// Submits tasks; their ids, once they are durable.
  func submit(_ tasks: [JSON]) async throws -> [String] {
    let answer = try await client.request("submit", ["tasks": .array(tasks)])
    return answer["tasks"]?.array?.compactMap(\.string) ?? []
  }

  /// Asks for a task's end.
  func cancel(_ id: String) async throws {
    _ = try await client.request("cancel", ["tasks": [.string(id)]])
  }

  /// Waits until so many have ended.
  func wait(for count: Int) async {
    var left = count
    for await _ in ends {
      left -= 1
      if left == 0 { return }
    }
  }

  func close() { running.cancel() }

  /// A task that runs a program.
  static func task(_ arguments: [String], cores: Int64 = 1, stdout: String? = nil) -> JSON {
    var task: JSONObject = [
      "arguments": .array(arguments.map(JSON.string)), "state": "available", "working_directory": "/",
      "requested_resources": ["cpu_memory_bytes": 0, "cores": .integer(cores)],
    ]
    if let stdout { task["stdout_path"] = .string(stdout) }
    return .object(task)
  }
}
