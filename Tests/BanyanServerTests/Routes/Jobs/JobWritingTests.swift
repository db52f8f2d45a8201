import BanyanCore
import BanyanJSON
import Testing

@testable import BanyanServer

/// What is asked of jobs: who may, what is read, what is refused. (What the queue makes of it is the core's.)
@Suite(.timeLimit(.minutes(2))) struct JobWritingTests {
  @Test func `What can't be a job is told with all that is wrong, and who may not ask is told that`() async throws {
    try await TestServer.run { server in
      let refused = try await server.call(
        "POST", "/jobs", ["tasks": [["command": "x"], ["name": "a", "matrix": ["lr": [0.1]]]], "nmae": "x"])
      #expect(refused.status == 422)
      #expect(refused.issue("tasks.0.requested_resources") != nil && refused.issue("tasks.1.matrix.lr.0") != nil)
      #expect(refused.issue("nmae")?.contains("name") == true)
      #expect(try await server.call("POST", "/jobs", text: "no").status == 400)
      #expect(try await server.call("POST", "/jobs", ["tasks": [["name": "a"]]], as: .worker).status == 403)
      #expect(try await server.call("PUT", "/jobs").status == 405)
    }
  }

  @Test func `A change of a job that isn't there is a 404, and of another's a 403, before its fields are looked at`()
    async throws
  {
    try await TestServer.run { server in
      _ = try await server.submit(["name": "one"])
      let made = try await server.call("POST", "/users", ["name": "bob", "role": "provider"])
      let bob = made.body["token"]?.string
      for (method, path) in [("PATCH", "/jobs/1"), ("POST", "/jobs/1/retry")] {
        let refused = try await server.call(method, path, ["nonsense": 1], as: nil, token: bob)
        #expect(refused.status == 403, "\(method)")
        #expect(refused.body["_error"]?["message"]?.string?.contains("admin's") == true)
        #expect(try await server.call(method, path, ["nonsense": 1]).issue("nonsense") != nil)
        let missing = path.replacing("/1", with: "/9")
        #expect(try await server.call(method, missing, ["nonsense": 1]).status == 404)
      }
      #expect(try await server.call("DELETE", "/jobs/9").status == 404)
      #expect(try await server.call("DELETE", "/jobs").issue("where") != nil)
      #expect(try await server.call("DELETE", "/jobs?where={\"nmae\":1}").status == 422)
      // Nothing has ended: nothing is asked of the queue.
      #expect(try await server.call("DELETE", "/jobs?where={}").status == 204)
    }
  }
}
