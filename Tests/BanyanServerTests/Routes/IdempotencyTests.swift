import BanyanCore
import BanyanJSON
import Synchronization
import TestSupport
import Testing

@testable import BanyanServer

/// The same request under the same key is answered as the first time, word for word, whatever became of what it made.
@Suite(.timeLimit(.minutes(2))) struct IdempotencyTests {
  private static func keyed(_ key: String) -> [String] { ["Idempotency-Key: \(key)"] }

  @Test func `Tasks that are gone are in the answer still`() async throws {
    try await TestServer.run { server in
      func post(_ body: JSON, _ key: String) async throws -> TestServer.Reply {
        try await server.call("POST", "/tasks?dates=iso8601", body, headers: Self.keyed(key))
      }
      let one = try await post(["name": "a"], "one")
      let many = try await post([["name": "b"], ["name": "c"], ["name": "d"]], "many")
      let first = many.items.first?["_id"]?.string ?? ""
      #expect(try await server.call("PATCH", "/tasks/\(one.id)", ["labels": ["a": "b"]]).status == 200)
      #expect(try await server.call("DELETE", "/tasks/\(first)").status == 204)
      #expect(try await post([["name": "b"], ["name": "c"], ["name": "d"]], "many").body == many.body)
      #expect(try await post(["name": "a"], "one").body == one.body)
      #expect(try await server.call("DELETE", "/tasks/\(one.id)").status == 204)
      let again = try await post(["name": "a"], "one")
      #expect(again.status == 201 && again.body == one.body)
      #expect(try await post(["name": "x"], "one").status == 422)
      #expect(try await server.call("GET", "/tasks").total == 2)
    }
  }

  @Test func `A retry whose copy is gone is answered as it was`() async throws {
    try await TestServer.run { server in
      let task = try await server.call("POST", "/tasks", ["name": "a"]).id
      _ = try await server.call("PATCH", "/tasks/\(task)", ["state": "cancelled"])
      let copy = try await server.call("POST", "/tasks/\(task)/retry", headers: Self.keyed("k"))
      #expect(copy.status == 201)
      _ = try await server.call("DELETE", "/tasks?where=%7B%7D&force=true")
      let again = try await server.call("POST", "/tasks/\(task)/retry", headers: Self.keyed("k"))
      #expect(again.status == 201 && again.body == copy.body)
    }
  }

  @Test func `Edges are taken away once`() async throws {
    try await TestServer.run { server in
      let ids = try await server.call("POST", "/tasks", [["name": "a", "continuations": ["b"]], ["name": "b"]]).items
      let (parent, child) = (ids[0]["_id"]?.string ?? "", ids[1]["_id"]?.string ?? "")
      func post(_ path: String, _ body: JSON, _ key: String?) async throws -> TestServer.Reply {
        try await server.call("POST", path, body, headers: key.map(Self.keyed) ?? [])
      }
      let path = "/tasks/\(parent)/remove_continuations"
      let first = try await post(path, [.string(child)], "k")
      #expect(first.status == 200)
      #expect(try await post(path, [.string(child)], nil).status == 422)
      let again = try await post(path, [.string(child)], "k")
      #expect(again.status == 200 && again.body == first.body)
      // The same words of another task are another request.
      #expect(try await post("/tasks/\(child)/remove_continuations", [.string(child)], "k").status == 422)
      let edges: JSON = [["targets": [.string(parent)], "values": [.string(child)]]]
      let bulk = try await post("/tasks/add_continuations", edges, "bulk")
      _ = try await server.call("DELETE", "/tasks?where=%7B%7D&force=true")
      let repeated = try await post("/tasks/add_continuations", edges, "bulk")
      #expect(repeated.status == 200 && repeated.body == bulk.body)
    }
  }

  @Test func `Snapshots and registrations have keys too`() async throws {
    try await TestServer.run { server in
      let snapshot = try await server.call("POST", "/snapshots", headers: Self.keyed("s"))
      _ = try await server.call("POST", "/tasks", ["name": "a"])
      let same = try await server.call("POST", "/snapshots", headers: Self.keyed("s"))
      #expect(same.status == 201 && same.body == snapshot.body)
      let users = try await server.call("GET", "/users?where=%7B%22role%22:%22worker%22%7D").items
      let body: JSON = [
        "worker_id": users.first?["_id"] ?? "none", "address": ["ip": "127.0.0.1", "port": 1],
      ]
      let made = try await server.call("POST", "/registered_workers", body, headers: Self.keyed("w"))
      #expect(made.status == 201)
      _ = try await server.call("PATCH", "/registered_workers/\(made.id)", ["paused": true])
      let again = try await server.call("POST", "/registered_workers", body, headers: Self.keyed("w"))
      #expect(again.status == 201 && again.body == made.body)
      #expect(try await server.call("GET", "/registered_workers/\(made.id)").body["paused"] == true)
    }
  }

  @Test func `A restart knows the answers`() async throws {
    let folder = TestFolder()
    func post() async throws -> String {
      try await LiveServer.run(in: folder.path) { server in
        let port = server.ready.url.split(separator: ":").last.flatMap { Int($0) } ?? 0
        let token = try #require(server.token("admin") ?? Self.token.withLock { $0 })
        Self.token.withLock { $0 = token }
        let reply = try await TestServer(port: port, tokens: [.provider: token])
          .call("POST", "/snapshots", headers: Self.keyed("s"))
        return reply.body.encodedString()
      }
    }
    let first = try await post()
    #expect(try await post() == first)
  }

  private static let token = Mutex<String?>(nil)

  @Test func `What has no fields takes none, with a key and without`() async throws {
    try await TestServer.run { server in
      let id = try await server.submit(["command": "true", "requested_resources": [:]])
      #expect(try await server.call("PATCH", "/tasks/\(id)", ["state": "cancelled"]).status == 200)
      for path in ["/tasks/\(id)/retry", "/snapshots"] {
        for headers in [[], ["Idempotency-Key: once"]] {
          for body: JSON in [["nosuch": 1], [1], "x"] {
            #expect(try await server.call("POST", path, body, headers: headers).status == 422, "\(path) \(body)")
          }
          #expect(try await server.call("POST", path, headers: headers, text: "{no").status == 400, "\(path)")
        }
        let first = try await server.call("POST", path, headers: ["Idempotency-Key: \(path.count)"])
        #expect(first.status == 201, "\(first.body)")
        let again = try await server.call("POST", path, [:], headers: ["Idempotency-Key: \(path.count)"])
        #expect(again.status == 201 && again.body == first.body)
        let other = try await server.call("POST", path, ["nosuch": 1], headers: ["Idempotency-Key: \(path.count)"])
        #expect(other.status == 422 && other.issue("nosuch") != nil, "\(other.body)")
      }
      let abandoned = try await server.call("POST", "/tasks/\(id)/abandon", ["nosuch": 1])
      #expect(abandoned.status == 422 && abandoned.issue("nosuch") != nil, "\(abandoned.body)")
    }
  }
}
