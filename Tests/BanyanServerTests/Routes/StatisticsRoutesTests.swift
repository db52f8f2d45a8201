import BanyanCore
import BanyanJSON
import Testing

@testable import BanyanServer

@Suite(.timeLimit(.minutes(2))) struct StatisticsRoutesTests {
  /// A chain of three, the first of which was claimed, started and reported by a REST worker.
  private static func chain(on server: TestServer) async throws -> [String] {
    let worker = try await server.registerWorker()
    var tasks: [JSON] = []
    for (index, name) in ["a", "b", "c"].enumerated() {
      var task = JSONObject()
      task["name"] = .string(name)
      task["command"] = "true"
      task["requested_resources"] = ["memory": "1 MiB"]
      task["queue"] = name == "c" ? "night" : "default"
      if index > 0 { task["after"] = [["a", "b", "c"].map { JSON.string($0) }[index - 1]] }
      if index > 0 { task["estimated_runtime_milliseconds"] = .integer(Int64(index) * 1000) }
      tasks.append(.object(task))
    }
    let made = try await server.call("POST", "/tasks", .array(tasks))
    let ids = made.items.compactMap { $0["_id"]?.string }
    let first = try #require(ids.first)
    #expect(try await server.call("PATCH", "/tasks/\(first)", ["state": "available"]).status == 200)
    let claim = try await server.call(
      "PATCH", "/tasks/\(first)", ["state": "running", "update_execution_data": ["worker_id": .string(worker)]],
      as: .worker)
    let token = claim.body["token"] ?? .null
    let started = try await server.call(
      "PATCH", "/tasks/\(first)",
      ["update_execution_data": ["token": token, "time_started": "2026-11-25T10:00:00.000Z"]], as: .worker)
    #expect(started.status == 200, "\(started.body)")
    let report = try await server.call(
      "PATCH", "/tasks/\(first)",
      [
        "state": "terminated",
        "update_execution_data": [
          "token": token, "exit_status": "success", "time_terminated": "2026-11-25T10:00:02.500Z", "cpu_seconds": 1.5,
          "peak_memory_bytes": 4096,
        ],
      ], as: .worker)
    #expect(report.status == 200, "\(report.body)")
    return ids
  }

  @Test func `Tasks that fit a filter are told in figures`() async throws {
    try await TestServer.run { server in
      _ = try await Self.chain(on: server)
      let all = try await server.call("GET", "/tasks/statistics").body
      #expect(all["count"] == 3)
      #expect(all["by_state"]?["terminated"] == 1)
      #expect(all["attempts"]?["count"] == 1)
      #expect(all["exit_statuses"] == ["success": 1])
      #expect(all["waiting"]?["count"] == 1)
      #expect(all["running"]?["max"] == 2500)
      #expect(all["cpu_seconds"]?.double == 1.5)
      #expect(all["peak_memory_bytes"]?["max"] == 4096)
      let some = try await server.call("GET", #"/tasks/statistics?where={"name":"c"}"#).body
      #expect(some["count"] == 1)
      #expect(some["running"]?["count"] == 0 && some["running"]?["p50"] == JSON.null)
      #expect(some["cpu_seconds"] == JSON.null)
      #expect(try await server.call("GET", "/tasks/statistics?where=[]").status == 422)
      #expect(try await server.call("GET", "/tasks/statistics", as: .worker).status == 403)
    }
  }

  @Test func `What descends from a task is told, with the longest way to its end`() async throws {
    try await TestServer.run { server in
      let ids = try await Self.chain(on: server)
      let body = try await server.call("GET", "/tasks/\(ids[0])/statistics?dates=iso8601").body
      #expect(body["count"] == 3)
      #expect((body["done"]?.double ?? 0) > 0.33 && (body["done"]?.double ?? 1) < 0.34)
      #expect(body["critical_path"]?["tasks"] == [.string(ids[1]), .string(ids[2])])
      #expect(body["critical_path"]?["remaining_milliseconds"] == 3000)
      #expect(body["estimated_end"]?.string?.hasSuffix("Z") == true)
      // Nobody knows how long what never ran takes, and what has ended needs no more time.
      let unknown = try await server.submit(["command": "true", "requested_resources": [:]])
      let guess = try await server.call("GET", "/tasks/\(unknown)/statistics").body
      #expect(guess["critical_path"]?["remaining_milliseconds"] != nil && guess["estimated_end"] != nil)
      let missing = "/tasks/\(String(repeating: "0", count: 24))/statistics"
      #expect(try await server.call("GET", missing).status == 404)
    }
  }

  @Test func `The server is told in figures`() async throws {
    try await TestServer.run { server in
      _ = try await Self.chain(on: server)
      let body = try await server.call("GET", "/statistics").body
      #expect(body["snapshot"]?["age_milliseconds"] == JSON.null && body["snapshot"]?["size"] == JSON.null)
      #expect(body["tasks"]?["by_state"]?["terminated"] == 1)
      #expect(body["tasks"]?["by_queue"]?["night"]?["inactive"] == 1)
      for span in ["1m", "5m", "15m"] {
        #expect(body["waiting"]?[span]?["count"] == 1)
        #expect(body["running"]?[span]?["p50"] == 2500)
      }
      #expect(body["rates"]?["1m"]?["submitted"]?.double == 0.05)
      #expect(body["workers"]?["registered"] == 1)
      #expect((body["journal"]?["sequence"]?.integer ?? 0) > 0)
      #expect((body["overhead"]?["sync_microseconds"]?["count"]?.integer ?? 0) > 0)
      #expect(body["snapshot"]?["taken"] == 0)
      #expect(try await server.call("POST", "/snapshots").status == 201)
      #expect(try await server.call("GET", "/statistics").body["snapshot"]?["taken"] == 1)
    }
  }
}
