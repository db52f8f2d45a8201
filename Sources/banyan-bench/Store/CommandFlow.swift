import BanyanClient
import BanyanJSON

/// Clients that submit one task after the other, each when the one before is acknowledged, and how long each took.
struct CommandFlow {
  let credentials: Credentials
  let clients: Int

  /// Milliseconds of each command until `body` is done.
  func latencies(during body: @escaping @Sendable () async throws -> Void) async throws -> [Double] {
    try await withThrowingTaskGroup(of: [Double].self) { group in
      for _ in 0..<clients {
        let client = try ProviderClient(credentials)
        group.addTask {
          do { try await client.run() } catch is CancellationError {}
          return []
        }
        for await event in client.events { if case .connected = event { break } }
        group.addTask { try await Self.submit(client) }
      }
      try await body()
      group.cancelAll()
      var all: [Double] = []
      for try await some in group { all += some }
      return all
    }
  }

  private static func submit(_ client: ProviderClient) async throws -> [Double] {
    let task: JSON = ["command": "true", "requested_resources": ["cpu_memory_bytes": 0], "state": "available"]
    var times: [Double] = []
    while !Task.isCancelled {
      let watch = Stopwatch()
      do {
        _ = try await client.request("submit", ["tasks": [task]])
      } catch is CancellationError {
        break
      }
      times.append(watch.microseconds / 1000)
    }
    return times
  }

  /// The value that 99 of 100 don't exceed.
  static func p99(_ times: [Double]) -> Double {
    guard !times.isEmpty else { return .nan }
    return times.sorted()[min(times.count - 1, times.count * 99 / 100)]
  }
}
