import BanyanClient
import BanyanJSON
import Logging
import TestSupport
import Testing

@testable import BanyanServer

/// The whole server in this process, driven over its sockets.
@Suite(.serialized) struct ServerTests {
  @Test func aTaskGoesFromSubmitToReportAndSurvivesARestart() async throws {
    let folder = TestFolder()
    var tokens: [String: String] = [:]
    let (parent, child) = try await LiveServer.run(in: folder.path) { server in
      for user in server.ready.firstUsers { tokens[user.name] = user.token }
      let provider = try server.client(tokens["admin"])
      let worker = try server.client(tokens["worker"])
      return try await connected(provider, worker) {
        let submitted = try await provider.request(
          "submit",
          [
            "tasks": [
              ["name": "a", "command": "true", "requested_resources": [:], "state": "available"],
              ["name": "b", "command": "true", "requested_resources": [:], "after": ["a"], "state": "available"],
            ]
          ])
        let ids = submitted["tasks"]?.array?.compactMap(\.string) ?? []
        #expect(ids.count == 2)
        let welcome = try await worker.request("hello", Self.hello)
        #expect(welcome["type"]?.string == "welcome")
        #expect(welcome["server_identity"]?.string == server.ready.identity)
        let claimed = try await worker.request("claim", ["resources": Self.resources, "max": 10])
        let task = try #require(claimed["tasks"]?.array?.first)
        #expect(task["_id"]?.string == ids[0] && claimed["tasks"]?.array?.count == 1)
        let report: JSONObject = [
          "results": [
            [
              "task": task["_id"] ?? .null, "token": task["token"] ?? .null, "state": "terminated",
              "exit_status": "success", "time_terminated": "2026-01-01T00:00:00.000Z",
            ]
          ]
        ]
        for _ in 0..<2 {
          let reported = try await worker.request("report", report)
          #expect(reported["results"]?.array?.first?["accepted"]?.bool == true)
        }
        return (ids[0], ids[1])
      }
    }
    try await LiveServer.run(in: folder.path) { server in
      #expect(server.ready.firstUsers.isEmpty)
      let provider = try server.client(tokens["admin"])
      try await connected(provider) {
        let items = try await provider.request("get", ["where": ["_id": ["$in": [.string(parent), .string(child)]]]])
        let states = (items["items"]?.array ?? []).map { $0["state"]?.string ?? "" }
        #expect(states == ["terminated", "available"])
      }
    }
  }

  @Test func aWaitingClaimIsServedWhenWorkAppears() async throws {
    let folder = TestFolder()
    try await LiveServer.run(in: folder.path) { server in
      let provider = try server.client(server.token("admin"))
      let worker = try server.client(server.token("worker"))
      try await connected(provider, worker) {
        _ = try await worker.request("hello", Self.hello)
        async let claim = worker.request(
          "claim", ["resources": Self.resources, "max": 1, "wait_milliseconds": 60_000])
        // A request behind it is answered before it.
        let refused = try? await worker.request("release", ["tasks": []])
        #expect(refused?["type"]?.string == "released")
        _ = try await provider.request(
          "submit", ["tasks": [["command": "true", "requested_resources": [:], "state": "available"]]])
        let claimed = try await claim
        #expect(claimed["tasks"]?.array?.count == 1)
      }
    }
  }

  static let resources: JSON = ["cpu_memory_bytes": 1_000_000_000, "cpu_cores": 2, "gpus": []]
  static let hello: JSONObject = ["name": "w", "instance": "1", "resources": resources, "version": "test"]
}

/// Runs the clients' connections while the body works.
func connected<Value: Sendable>(
  _ clients: ProviderClient..., body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  try await withThrowingTaskGroup(of: Void.self) { group in
    for client in clients {
      group.addTask {
        do { try await client.run() } catch is CancellationError {}
      }
      for await event in client.events { if case .connected = event { break } }
    }
    defer { group.cancelAll() }
    return try await body()
  }
}
