import BanyanJSON
import Testing

@testable import BanyanServer

@Suite(.timeLimit(.minutes(2))) struct RetryRoutesTests {
  @Test func `What was cancelled is made anew, edges and all, once for each key`() async throws {
    try await TestServer.run { server in
      let below = try await server.submit(["name": "below", "command": "true", "requested_resources": [:]])
      let top = try await server.submit(
        ["name": "top", "command": "true", "requested_resources": [:], "continuations": [.string(below)]])
      func retry(_ id: String, headers: [String] = []) async throws -> TestServer.Reply {
        try await server.call("POST", "/tasks/\(id)/retry", headers: headers)
      }
      let early = try await retry(top)
      #expect(early.status == 422)
      #expect(early.issue("\(top).state")?.hasPrefix("it is inactive") == true)
      #expect(try await server.call("PATCH", "/tasks/\(top)", ["state": "cancelled"]).status == 200)
      #expect(try await retry(below).issue("\(below).after")?.contains("\(top) was cancelled") == true)
      let first = try await retry(top, headers: ["Idempotency-Key: again"])
      #expect(first.status == 201)
      #expect(first.body["_status"] == "OK")
      #expect(first.body["_created"]?.string?.isEmpty == false)
      #expect(first.items.map { $0["copy_of"] } == [.string(top), .string(below)])
      #expect(first.items[0]["_id"]?.string == first.id)
      let copy = try await server.call("GET", "/tasks/\(first.id)")
      #expect(copy.body["state"] == "available" && copy.body["name"] == "top")
      #expect(copy.body["continuations"] == [first.items[1]["_id"] ?? .null])
      #expect(try await retry(top, headers: ["Idempotency-Key: again"]).body == first.body)
      let other = try await retry(below, headers: ["Idempotency-Key: again"])
      #expect(other.issue("Idempotency-Key") != nil)
      #expect(try await retry(top).issue("\(top)._id")?.contains("it was tried again, as \(first.id)") == true)
      #expect(
        try await server.call("GET", "/tasks").total == 2, "what was tried again is told only where it is asked for")
      #expect(try await server.call("GET", "/tasks?replaced=true").total == 4)
      #expect(try await retry("0123456789abcdef01234567").status == 404)
      #expect(try await server.call("POST", "/tasks/\(top)/retry", as: .worker).status == 403)
      #expect(try await server.call("GET", "/tasks/\(top)/retry").answer.header("allow") == "POST")
    }
  }

  @Test func `Several that are named are one retry`() async throws {
    try await TestServer.run { server in
      let below = try await server.submit(["name": "below", "command": "true", "requested_resources": [:]])
      let top = try await server.submit(["name": "top", "continuations": [.string(below)]])
      #expect(try await server.call("PATCH", "/tasks/\(top)", ["state": "cancelled"]).status == 200)
      let reply = try await server.call("POST", "/tasks/retry", [.string(below), .string(top)])
      #expect(reply.status == 201)
      #expect(reply.items.map { $0["copy_of"] } == [.string(below), .string(top)])
      // The group passed, and what was below it waits for a worker.
      let copy = try await server.call("GET", "/tasks/\(reply.items[0]["_id"]?.string ?? "")")
      #expect(copy.body["state"] == "available")
      for body: JSON in [[:], ["x"], [], [1]] {
        #expect(try await server.call("POST", "/tasks/retry", body).status == 422)
      }
    }
  }
}
