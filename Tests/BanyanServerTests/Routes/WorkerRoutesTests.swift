import BanyanJSON
import Testing

@testable import BanyanServer

@Suite(.timeLimit(.minutes(2))) struct WorkerRoutesTests {
  @Test func `A worker is registered, shown, paused and unregistered`() async throws {
    try await TestServer.run { server in
      let id = try await server.registerWorker()
      let list = try await server.call("GET", "/registered_workers")
      #expect(list.total == 1)
      #expect(list.items[0]["connected"] == false)
      let shown = try await server.call("GET", "/registered_workers/\(id)")
      #expect(shown.body["address"] == ["ip": "worker.example", "port": 1])
      #expect(shown.body["permissions"] == ["claim", "report"])
      let paused = try await server.call("PATCH", "/registered_workers/\(id)", ["paused": true, "note": "tea"])
      #expect(paused.status == 200)
      let task = try await server.submit(TestServer.command)
      #expect(try await server.call("PATCH", "/tasks/\(task)", TaskRoutesTests.claim(id), as: .worker).status == 403)
      #expect(try await server.call("GET", "/registered_workers/\(id)").body["note"] == "tea")
      #expect(try await server.call("PATCH", "/registered_workers/\(id)", ["nosuch": true]).status == 422)
      #expect(try await server.call("DELETE", "/registered_workers/\(id)?requeue=true").status == 204)
      #expect(try await server.call("GET", "/registered_workers/\(id)").status == 404)
      #expect(try await server.call("DELETE", "/registered_workers/\(id)").status == 404)
      let unknown: JSON = ["worker_id": "0123456789abcdef01234567", "address": ["ip": "a", "port": 1]]
      #expect(try await server.call("POST", "/registered_workers", unknown).status == 422)
    }
  }
}
