import BanyanJSON
import Testing

@testable import BanyanServer

@Suite(.timeLimit(.minutes(2))) struct ContinuationRoutesTests {
  @Test func `Edges are added and removed, one task's or many's, and never in a circle`() async throws {
    try await TestServer.run { server in
      let (a, b) = (try await server.submit(["name": "a"]), try await server.submit(["name": "b"]))
      let c = try await server.submit(["name": "c"])
      func edges(_ path: String, _ body: JSON, _ method: String = "POST") async throws -> Int {
        try await server.call(method, "/tasks/\(path)", body).status
      }
      #expect(try await edges("\(a)/add_continuations", [.string(b)]) == 200)
      #expect(try await edges("\(b)/add_continuations", [.string(c)], "PATCH") == 200)
      #expect(try await server.call("GET", "/tasks/\(b)").body["pending_dependency_count"] == 1)
      #expect(try await edges("\(c)/add_continuations", [.string(a)]) == 422)
      #expect(try await edges("\(a)/add_continuations", [.string(a)]) == 422)
      #expect(try await edges("\(a)/remove_continuations", [.string(c)]) == 422)
      #expect(try await edges("\(a)/remove_continuations", [.string(b)]) == 200)
      let bulk: JSON = [["targets": [.string(a), .string(b)], "values": [.string(c)]]]
      #expect(try await edges("add_continuations", bulk) == 200)
      #expect(try await server.call("GET", "/tasks/\(c)").body["pending_dependency_count"] == 2)
      #expect(try await edges("remove_continuations", bulk) == 200)
      #expect(try await edges("add_continuations", ["targets": []]) == 422)
      #expect(try await edges("0123456789abcdef01234567/add_continuations", []) == 404)
    }
  }
}
