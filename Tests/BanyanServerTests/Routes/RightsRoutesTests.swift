import BanyanCore
import BanyanJSON
import Testing

@testable import BanyanServer

/// Whose it is, from outside: the first user is an admin, bob and eve are providers.
@Suite(.timeLimit(.minutes(2))) struct RightsRoutesTests {
  /// A provider's token.
  private static func provider(_ name: String, _ server: TestServer, role: String = "provider") async throws -> String {
    let made = try await server.call("POST", "/users", ["name": .string(name), "role": .string(role)])
    #expect(made.status == 201, "\(made.body)")
    return made.body["token"]?.string ?? ""
  }

  @Test func `What is another's is a 403 that names the owner`() async throws {
    try await TestServer.run { server async throws in
      let (bob, eve) = (try await Self.provider("bob", server), try await Self.provider("eve", server))
      let task = try await server.call("POST", "/tasks", TestServer.command, token: bob)
      let path = "/tasks/\(task.id)"
      let refused: [(String, String, JSON?)] = [
        ("PATCH", path, ["state": "cancelled"]), ("PATCH", path, ["held": true]), ("DELETE", path, nil),
        ("PATCH", "/tasks", [["_id": .string(task.id), "priority": 3]]), ("POST", path + "/abandon", nil),
        ("POST", path + "/retry", nil), ("POST", path + "/add_continuations", [.string(task.id)]),
        ("POST", "/tasks/retry", [.string(task.id)]),
      ]
      for (method, path, body) in refused {
        let reply = try await server.call(method, path, body, token: eve)
        #expect(reply.status == 403, "\(method) \(path): \(reply.body)")
        #expect(reply.body["_error"]?["message"]?.string?.contains("bob") == true, "\(reply.body)")
      }
      let before: JSON = ["name": "before", "continuations": [.string(task.id)]]
      #expect(try await server.call("POST", "/tasks", before, token: eve).status == 403)
      let after: JSON = ["name": "after", "after": [.string(task.id)]]
      #expect(try await server.call("POST", "/tasks", after, token: eve).status == 201)
      #expect(try await server.call("PATCH", path, ["held": true], token: bob).status == 200)
      #expect(try await server.call("PATCH", path, ["state": "cancelled"]).status == 200, "an admin's")
    }
  }

  @Test func `A filter takes what is the asker's, and tells how many are others'`() async throws {
    try await TestServer.run { server async throws in
      let bob = try await Self.provider("bob", server)
      let ended: JSON = ["name": "group", "state": "available"]
      for token in [bob, nil] { #expect(try await server.call("POST", "/tasks", ended, token: token).status == 201) }
      _ = try await server.submit(TestServer.command)
      let forgot = try await server.call("DELETE", "/tasks?where=%7B%7D", token: bob)
      #expect(forgot.status == 204)
      #expect(forgot.answer.header("banyan-others") == "2")
      #expect(try await server.call("GET", "/tasks", token: bob).total == 2)

      #expect(try await server.call("POST", "/tasks", TestServer.command, token: bob).status == 201)
      var socket = try await server.socket(token: bob)
      let cancelled = try await socket.ask(#"{"type": "cancel", "id": 1, "where": {"state": "available"}}"#)
      #expect(cancelled["results"]?.array?.count == 1 && cancelled["others"] == 1, "\(cancelled)")
      try await socket.close()
      var admin = try await server.socket()
      let all = try await admin.ask(#"{"type": "cancel", "id": 1, "where": {"state": "available"}}"#)
      #expect(all["results"]?.array?.count == 1 && all["others"] == nil, "\(all)")
      try await admin.close()
    }
  }

  @Test func `Users, registrations and snapshots are an admin's, and everybody is told who it is`() async throws {
    try await TestServer.run { server async throws in
      let bob = try await Self.provider("bob", server)
      let worker = try await server.registerWorker()
      let users = try await server.call("GET", "/users", token: bob)
      #expect(users.items.map { $0["admin"]?.bool } == [true, false, false])
      let first = users.items.first?["_id"]?.string ?? ""
      for (method, path, body) in [
        ("DELETE", "/users/\(first)", nil), ("POST", "/users", ["name": "x", "role": "viewer"]),
        ("PATCH", "/registered_workers/\(worker)", ["draining": true]),
        ("DELETE", "/registered_workers/\(worker)", nil),
        ("POST", "/registered_workers", ["worker_id": .string(worker), "address": ["ip": "a", "port": 1]]),
        ("POST", "/snapshots", nil),
      ] as [(String, String, JSON?)] {
        let reply = try await server.call(method, path, body, token: bob)
        #expect(reply.status == 403, "\(method) \(path): \(reply.body)")
        #expect(reply.body["_error"]?["message"]?.string?.contains("bob") == true)
      }
      #expect(try await server.call("GET", "/snapshots", token: bob).status == 200)
      let me = try await server.call("GET", "/users/me", token: bob)
      #expect(me.body["name"] == "bob" && me.body["admin"] == false)
      #expect(try await server.call("GET", "/users/me").body["admin"] == true)
      #expect(try await server.call("GET", "/users/me", as: .worker).body["role"] == "worker")
      let last = try await server.call("DELETE", "/users/\(first)")
      #expect(last.status == 422 && last.issue("_id")?.contains("last admin") == true)
      let made = try await server.call("POST", "/users", ["name": "ann", "role": "provider", "admin": true])
      #expect(try await server.call("DELETE", "/users/\(first)", token: made.body["token"]?.string).status == 204)
    }
  }

  @Test func `Under --open anyone is the admin`() async throws {
    try await TestServer.run(isOpen: true) { server async throws in
      let bob = try await Self.provider("bob", server)
      let task = try await server.call("POST", "/tasks", TestServer.command, token: bob)
      #expect(try await server.call("PATCH", "/tasks/\(task.id)", ["state": "cancelled"], as: nil).status == 200)
      #expect(try await server.call("GET", "/users/me", as: nil).body["admin"] == true)
    }
  }

  /// By single requests, lists, the short way and the socket; and not by asking for it in a filter, an order or a count.
  @Test func `Environments are shown to their owner and to admins alone`() async throws {
    try await TestServer.run { server async throws in
      let (bob, eve) = (try await Self.provider("bob", server), try await Self.provider("eve", server))
      let viewer = try await Self.provider("vic", server, role: "viewer")
      let task = try await server.call(
        "POST", "/tasks",
        ["command": "true", "requested_resources": [:], "environment": ["KEY": "hunter2"], "state": "available"],
        token: bob)
      let secret: JSON = ["KEY": "hunter2"]
      let query = "where=%7B%22environment.KEY%22:%22hunter2%22%7D"
      for (token, isShown) in [(bob, true), (eve, false), (viewer, false), (server.tokens[.provider] ?? "", true)] {
        let one = try await server.call("GET", "/tasks/\(task.id)", token: token)
        #expect((one.body["environment"] == secret) == isShown)
        let projected = try await server.call(
          "GET", "/tasks/\(task.id)?projection=%7B%22continuations%22:0%7D", token: token)
        #expect((projected.body["environment"] == secret) == isShown)
        #expect((try await server.call("GET", "/tasks", token: token).items[0]["environment"] == secret) == isShown)
        let found = try await server.call("GET", "/tasks?\(query)", token: token)
        #expect(token == viewer ? found.status == 422 : found.total == (isShown ? 1 : 0))
        guard token != viewer else { continue }
        let figures = try await server.call("GET", "/tasks/statistics?\(query)", token: token)
        #expect(figures.body["count"]?.integer == (isShown ? 1 : 0), "\(figures.body)")
        let sorted = try await server.call(
          "GET", "/tasks?sort=environment.KEY&projection=%7B%22environment%22:1%7D", token: token)
        #expect((sorted.items.first?["environment"] == secret) == isShown)
        var socket = try await server.socket(token: token)
        let items = try await socket.ask(#"{"type": "get", "where": {"environment.KEY": {"$regex": "hunt"}}}"#)
        #expect(items["items"]?.array?.count == (isShown ? 1 : 0), "\(items)")
        try await socket.close()
      }
      // How many fit a filter on them is no way either.
      let forgot = try await server.call("DELETE", "/tasks?\(query)&force=true", token: eve)
      #expect(forgot.status == 204 && forgot.answer.header("banyan-others") == nil)

      // A worker that speaks REST reads what it has to run, once it holds it.
      let worker = try await server.registerWorker()
      #expect(try await server.call("GET", "/tasks/\(task.id)", as: .worker).body["environment"] == nil)
      let claimed = try await server.call("PATCH", "/tasks/\(task.id)", TaskRoutesTests.claim(worker), as: .worker)
      #expect(claimed.status == 200, "\(claimed.body)")
      #expect(try await server.call("GET", "/tasks/\(task.id)", as: .worker).body["environment"] == secret)
    }
  }

  @Test func `A task's document says how it ended`() async throws {
    try await TestServer.run { server async throws in
      let worker = try await server.registerWorker()
      func run(_ status: String) async throws -> String {
        let id = try await server.submit(TestServer.command)
        let claimed = try await server.call("PATCH", "/tasks/\(id)", TaskRoutesTests.claim(worker), as: .worker)
        let live = try await server.call("GET", "/tasks/\(id)")
        #expect(live.body["outcome"] == nil && live.body["exit_status"] == nil)
        let report = TaskRoutesTests.report(claimed.body["token"]?.string, status)
        #expect(try await server.call("PATCH", "/tasks/\(id)", report, as: .worker).status == 200)
        return id
      }
      let (good, bad) = (try await run("success"), try await run("failure (exit 3)"))
      let gone = try await server.submit(TestServer.command)
      #expect(try await server.call("PATCH", "/tasks/\(gone)", ["state": "cancelled"]).status == 200)
      for (id, outcome, status) in [
        (good, "succeeded", "success"), (bad, "failed", "failure (exit 3)"), (gone, "cancelled", nil),
      ] as [(String, String, String?)] {
        let shown = try await server.call("GET", "/tasks/\(id)")
        #expect(shown.body["outcome"]?.string == outcome && shown.body["exit_status"]?.string == status)
        let found = try await server.call("GET", "/tasks?where=%7B%22outcome%22:%22\(outcome)%22%7D")
        #expect(found.items.map { $0["_id"]?.string } == [id])
      }
      let failed = try await server.call("GET", "/tasks?where=%7B%22exit_status%22:%7B%22$regex%22:%22exit%22%7D%7D")
      #expect(failed.items.map { $0["_id"]?.string } == [bad])
    }
  }
}
