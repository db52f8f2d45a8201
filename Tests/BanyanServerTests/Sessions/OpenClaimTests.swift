import BanyanCore
import BanyanJSON
import Testing

@testable import BanyanServer

/// Claims that wait, and what a worker may say, over a raw socket.
@Suite(.timeLimit(.minutes(1))) struct OpenClaimTests {
  private static let resources = #""resources": {"cpu_memory_bytes": 1000000000, "cpu_cores": 2, "gpus": []}"#

  /// A worker of two cores that has said hello.
  private static func worker(_ server: TestServer, _ name: String = "w") async throws -> RawClient {
    var client = try await server.socket(.worker)
    let welcome = try await client.ask(
      #"{"type": "hello", "id": "h", "name": "\#(name)", "instance": "1", "version": "1", \#(resources)}"#)
    #expect(welcome["type"] == "welcome" && welcome["id"] == "h", "\(welcome)")
    return client
  }

  private static func claim(_ id: Int, wait: Int? = nil, max: Int = 1) -> [UInt8] {
    let waiting = wait.map { #", "wait_milliseconds": \#($0)"# } ?? ""
    return RawClient.text(#"{"type": "claim", "id": \#(id), "max": \#(max), \#(resources)\#(waiting)}"#)
  }

  private static func task(cores: Int64) -> JSON {
    [
      "command": "true", "requested_resources": ["cores": .integer(cores), "memory": "1 MiB"], "state": "available",
      "max_attempt_count": 9,
    ]
  }

  @Test func `A claim that waits is served the moment that work appears, and holds no answer up`() async throws {
    try await TestServer.run { server async throws in
      var client = try await Self.worker(server)
      try await client.send(Self.claim(1, wait: 60_000))
      #expect(try await client.ask(#"{"type": "release", "id": 2, "tasks": []}"#)["id"] == 2)
      let id = try await server.submit(Self.task(cores: 1))
      let claimed = try await client.message()
      #expect(claimed["type"] == "claimed" && claimed["id"] == 1)
      #expect(claimed["tasks"]?[0]?["_id"] == .string(id) && claimed["tasks"]?.array?.count == 1)
      try await client.close()
    }
  }

  @Test func `It is served the moment that resources come free`() async throws {
    try await TestServer.run { server async throws in
      var client = try await Self.worker(server)
      for _ in 0..<2 { _ = try await server.submit(Self.task(cores: 2)) }
      try await client.send(Self.claim(1, max: 2))
      let first = try await client.message()
      #expect(first["tasks"]?.array?.count == 1, "both together are too large")
      try await client.send(Self.claim(2, wait: 60_000))
      let task = try #require(first["tasks"]?[0])
      let reported = try await client.ask(
        #"{"type": "report", "id": 3, "results": [{"task": \#(task["_id"]?.encodedString() ?? ""), "token": \#(task["token"]?.encodedString() ?? ""), "state": "terminated", "exit_status": "success", "time_terminated": "2026-01-02T03:04:05.678Z"}]}"#
      )
      // Both come of one commit, in either order.
      let other = try await client.message()
      let answers = [reported, other].sorted { ($0["id"]?.integer ?? 0) < ($1["id"]?.integer ?? 0) }
      #expect(answers[0]["type"] == "claimed" && answers[0]["tasks"]?.array?.count == 1, "\(answers)")
      #expect(answers[1]["results"]?[0]?["accepted"] == true, "\(answers)")
      try await client.close()
    }
  }

  @Test func `A newer claim replaces one that waits, which gets no tasks; so does one whose wait ends`() async throws {
    try await TestServer.run { server async throws in
      var client = try await Self.worker(server)
      try await client.send(Self.claim(1, wait: 60_000))
      try await client.send(Self.claim(2, wait: 100))
      for id in [Int64(1), 2] {
        let claimed = try await client.message()
        #expect(claimed["id"] == .integer(id) && claimed["tasks"] == [], "\(claimed)")
      }
      // None waits any more: what appears stays.
      let id = try await server.submit(Self.task(cores: 1))
      #expect(try await server.call("GET", "/tasks/\(id)").body["state"] == "available")
      try await client.send(Self.claim(3, wait: 0))
      #expect(try await client.message()["tasks"]?[0]?["_id"] == .string(id))
      // A worker that leaves gets its waiting claim answered.
      try await client.send(Self.claim(4, wait: 60_000))
      try await client.send(RawClient.text(#"{"type": "goodbye"}"#))
      let last = try await client.message()
      #expect(last["id"] == 4 && last["tasks"] == [])
      try await client.close()
    }
  }

  @Test func `Of two that wait the one that has waited longest is served, and no task twice`() async throws {
    try await TestServer.run { server async throws in
      var first = try await Self.worker(server, "first")
      var second = try await Self.worker(server, "second")
      try await first.send(Self.claim(1, wait: 60_000))
      // Asked behind it on its own connection: an answer says that the claim before it stands.
      _ = try await first.ask(#"{"type": "release", "id": 2, "tasks": []}"#)
      try await second.send(Self.claim(1, wait: 60_000))
      _ = try await second.ask(#"{"type": "release", "id": 2, "tasks": []}"#)
      let one = try await server.submit(Self.task(cores: 1))
      #expect(try await first.message()["tasks"]?[0]?["_id"] == .string(one))
      let two = try await server.submit(Self.task(cores: 1))
      #expect(try await second.message()["tasks"]?[0]?["_id"] == .string(two))
      try await first.close()
      try await second.close()
    }
  }

  @Test func `What a worker says wrongly is answered, not cut; more than a megabyte is cut`() async throws {
    try await TestServer.run { server async throws in
      var client = try await server.socket(.worker)
      for text in [
        #"{"type": "claim", "id": 1}"#, #"{"type": "nosuch", "id": 1}"#, #"{"type": 5, "id": 1}"#,
        #"{"type": "hello", "id": 1, "name": 5}"#,
      ] {
        let answer = try await client.ask(text)
        #expect(answer["type"] == "error" && answer["id"] == 1 && answer["code"] == 422, "\(text): \(answer)")
      }
      #expect(try await client.ask(#"{"type": "heartbeat", "type": "heartbeat"}"#)["code"] == 400)
      #expect(try await client.ask(#"{"type": "heartbeat", "whatever": [1, 2]}"#)["type"] == "heartbeat")
      let large = #"{"type": "heartbeat", "text": ""# + String(repeating: "x", count: 1 << 20) + #""}"#
      try await client.push(RawClient.text(large))
      #expect(try await client.frame().closeCode == 1009)
    }
  }
}
