import BanyanCore
import BanyanJSON
import Synchronization
import TestSupport
import Testing

@testable import BanyanServer

@Suite(.timeLimit(.minutes(2))) struct MemoryUsageRouteTests {
  @Test func `The live attempt's worker tells what a task uses, and nobody else`() async throws {
    try await TestServer.run { server in
      let worker = try await server.registerWorker()
      let id = try await server.submit(TestServer.command)
      let usage: JSON = [
        "task": .string(id), "time": "Tue, 02 Apr 2013 10:29:13 GMT", "resident_memory_bytes": 256,
      ]
      #expect(try await server.call("POST", "/memory_usage", usage, as: .worker).status == 409)
      let claim = try await server.call(
        "PATCH", "/tasks/\(id)", ["state": "running", "update_execution_data": ["worker_id": .string(worker)]],
        as: .worker)
      #expect(claim.status == 200, "\(claim.body)")
      let taken = try await server.call("POST", "/memory_usage", usage, as: .worker)
      #expect(taken.status == 201)
      #expect(taken.body["_status"] == "OK")
      let record = try await server.call("GET", "/execution_info/\(taken.id)").body
      #expect(record["memory"] == ["resident_memory_bytes": 256])
      #expect(record["task_id"] == .string(id))

      let other = try await server.call("POST", "/users", ["name": "other", "role": "worker"])
      #expect(
        try await server.call("POST", "/memory_usage", usage, token: other.body["token"]?.string).status == 403)
      #expect(try await server.call("POST", "/memory_usage", usage).status == 403)
      #expect(try await server.call("GET", "/memory_usage", as: .worker).status == 405)
      let bad = try await server.call(
        "POST", "/memory_usage", ["task": "x", "time": "now", "resident_memory_bytes": -1, "size": 1], as: .worker)
      #expect(bad.status == 422)
      for field in ["task", "time", "resident_memory_bytes", "size"] {
        #expect(bad.issue(field) != nil, "\(field)")
      }
      let unknown: JSON = [
        "task": .string(String(repeating: "0", count: 24)), "time": "Tue, 02 Apr 2013 10:29:13 GMT",
        "resident_memory_bytes": 1,
      ]
      #expect(try await server.call("POST", "/memory_usage", unknown, as: .worker).issue("task") != nil)
    }
  }

  private static func usage(_ id: String, _ bytes: Int64) -> JSON {
    ["task": .string(id), "time": "Tue, 02 Apr 2013 10:29:13 GMT", "resident_memory_bytes": .integer(bytes)]
  }

  @Test func `The newest figure stands in the attempt's record, behind its end and a restart`() async throws {
    let folder = TestFolder()
    func run(_ body: @escaping @Sendable (TestServer) async throws -> Void, tokens: [Role: String] = [:]) async throws {
      try await LiveServer.run(in: folder.path) { server in
        let port = server.ready.url.split(separator: ":").last.flatMap { Int($0) } ?? 0
        let first = Dictionary(
          server.ready.firstUsers.map { ($0.role, $0.token) }, uniquingKeysWith: { first, _ in first })
        try await body(TestServer(port: port, tokens: tokens.merging(first) { $1 }))
      }
    }
    let kept = Mutex<(ids: [String], tokens: [Role: String], attempts: [JSON])>(([], [:], []))
    try await run({ server in
      let worker = try await server.registerWorker()
      var ids: [String] = []
      var tokens: [JSON] = []
      for _ in 0..<2 {
        let id = try await server.submit(TestServer.command)
        ids.append(id)
        let claimed = try await server.call("PATCH", "/tasks/\(id)", TaskRoutesTests.claim(worker), as: .worker)
        tokens.append(claimed.body["token"] ?? .null)
        for bytes in [300, 256] as [Int64] {
          #expect(try await server.call("POST", "/memory_usage", Self.usage(id, bytes), as: .worker).status == 201)
        }
      }
      // A figure that comes the other way is newer still.
      let data: JSON = ["token": tokens[0], "memory": ["resident_memory_bytes": 128]]
      #expect(
        try await server.call("POST", "/tasks/\(ids[0])/update_execution_data", data, as: .worker).status == 200)
      let live = try await server.call("GET", "/tasks/\(ids[0])/history").items
      #expect(live.first?["memory"] == ["resident_memory_bytes": 128] && live.first?["peak_memory_bytes"] == 300)
      #expect(
        try await server.call("PATCH", "/tasks/\(ids[0])", TaskRoutesTests.report(tokens[0].string), as: .worker).status
          == 200)
      let ended = try await server.call("GET", "/tasks/\(ids[0])/history").items
      #expect(ended.first?["memory"] == ["resident_memory_bytes": 128] && ended.first?["peak_memory_bytes"] == 300)
      kept.withLock { [ids] in $0 = (ids, server.tokens, ended) }
    })
    let (ids, tokens, attempts) = kept.withLock { $0 }
    try await run(
      { server in
        #expect(try await server.call("GET", "/tasks/\(ids[0])/history").items == attempts)
        let live = try await server.call("GET", "/tasks/\(ids[1])/history").items
        #expect(live.first?["memory"] == ["resident_memory_bytes": 256] && live.first?["peak_memory_bytes"] == 300)
      }, tokens: tokens)
  }

  @Test func `What a lost attempt was last said to use stands in its record`() async throws {
    try await TestServer.run { server in
      var client = try await server.socket(.worker)
      let resources = #""resources": {"cpu_memory_bytes": 1000000000, "cpu_cores": 2, "gpus": []}"#
      func hello(_ instance: Int) -> String {
        #"{"type": "hello", "name": "w", "instance": "\#(instance)", \#(resources)}"#
      }
      _ = try await client.ask(hello(1))
      let id = try await server.submit(TestServer.command)
      let task = try await client.ask(#"{"type": "claim", \#(resources)}"#)["tasks"]?[0]
      let name = #""task": "\#(id)", "token": "\#(task?["token"]?.string ?? "")""#
      try await client.send(
        RawClient.text(#"{"type": "started", "tasks": [{\#(name), "time_started": "2026-01-02T03:04:05.678Z"}]}"#))
      try await client.send(
        RawClient.text(
          #"{"type": "usage", "tasks": [{\#(name), "memory": {"resident_memory_bytes": 7}, "peak_memory_bytes": 9}]}"#))
      // Its answer says that what came before was taken.
      _ = try await client.ask(#"{"type": "report", "results": []}"#)
      try await client.close()
      var next = try await server.socket(.worker)
      // The old socket's end may be seen a moment later.
      while try await next.ask(hello(2))["type"] != "welcome" { await Task.yield() }
      let attempt = try await server.call("GET", "/tasks/\(id)/history").items.first
      #expect(attempt?["exit_status"] == "abandoned (worker restarted)")
      #expect(attempt?["memory"] == ["resident_memory_bytes": 7] && attempt?["peak_memory_bytes"] == 9)
      try await next.close()
    }
  }
}
