import BanyanJSON
import Testing

@testable import BanyanServer

@Suite(.timeLimit(.minutes(2))) struct WhyRoutesTests {
  @Test func `Why a task waits and why it ended, one by one and in a list`() async throws {
    try await TestServer.run { server in
      let below = try await server.submit(["name": "below", "command": "true", "requested_resources": [:]])
      let top = try await server.submit([
        "name": "top", "command": "true", "requested_resources": ["cores": 2], "state": "available",
        "continuations": [.string(below)],
      ])
      func why(_ id: String) async throws -> JSON { try await server.call("GET", "/tasks/\(id)/why").body }
      #expect(try await why(below)["sentence"] == "It waits for top (waiting).")
      #expect(try await why(below)["parents"]?[0]?["_id"] == .string(top))
      #expect(try await why(top)["reason"] == "no_workers")
      let worker = try await server.registerWorker()
      // It declared nothing, and may claim any by its id.
      #expect(try await why(top)["reason"] == "turn")
      #expect(try await server.call("PATCH", "/registered_workers/\(worker)", ["paused": true]).status == 200)
      #expect(try await why(top)["reason"] == "workers_aside")
      let list = try await server.call("GET", "/tasks/why?where=%7B%22state%22:%22available%22%7D")
      #expect(list.total == 1)
      #expect(list.items.map { $0["short"] } == ["worker is paused"])
      #expect(try await server.call("PATCH", "/tasks/\(top)", ["state": "cancelled"]).status == 200)
      #expect(try await why(below)["sentence"] == "It was cancelled because top was cancelled by admin.")
      #expect(try await why(below)["above"]?[0]?["name"] == "top")
      #expect(try await server.call("GET", "/tasks/0123456789abcdef01234567/why").status == 404)
      #expect(try await server.call("GET", "/tasks/why?nosuch=1").status == 422)
      #expect(try await server.call("GET", "/tasks/\(top)/why", as: .worker).status == 403)
    }
  }
}
