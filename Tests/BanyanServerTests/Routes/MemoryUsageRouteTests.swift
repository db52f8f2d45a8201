import BanyanCore
import BanyanJSON
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
      #expect(try await server.call("POST", "/memory_usage", usage).status == 401)
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
}
