import BanyanCore
import BanyanJSON
import Testing

@testable import BanyanServer

/// Whose it is, from outside: the first user is an admin, bob and eve are providers.
@Suite(.timeLimit(.minutes(2))) struct RightsRoutesTests {
  /// Makes a user, as the first one, and gives its token.
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

  @Test func `Whether somebody may comes before what is wrong with the words, everywhere`() async throws {
    try await TestServer.run { server async throws in
      let (bob, eve) = (try await Self.provider("bob", server), try await Self.provider("eve", server))
      let path = "/tasks/\(try await server.call("POST", "/tasks", TestServer.command, token: bob).id)"
      let id = JSON.string(String(path.dropFirst("/tasks/".count)))
      let worker = try await server.registerWorker()
      let unknown = String(repeating: "0", count: 24)
      let refused: [(String, String, JSON, Int)] = [
        ("PATCH", path, ["bogus": 1], 403), ("PATCH", path, ["state": 7], 403), ("PATCH", path, [1], 403),
        ("PATCH", "/tasks", [["_id": id, "bogus": 1]], 403), ("PATCH", "/tasks", [["_id": 5], ["_id": id]], 403),
        ("POST", path + "/add_continuations", [5], 403), ("PATCH", path + "/remove_continuations", ["x": 1], 403),
        ("POST", "/tasks/add_continuations", [["targets": [id], "value": 1]], 403),
        ("POST", "/tasks/retry", [id, 5], 403),
        ("POST", "/users", ["bogus": 1], 403), ("POST", "/registered_workers", ["bogus": 1], 403),
        ("PATCH", "/registered_workers/\(worker)", ["bogus": 1], 403),
        ("PATCH", "/tasks/\(unknown)", ["bogus": 1], 404), ("POST", "/tasks/\(unknown)/add_continuations", [5], 404),
        ("PATCH", "/tasks", [["_id": .string(unknown), "bogus": 1]], 404),
      ]
      for (method, path, body, status) in refused {
        let reply = try await server.call(method, path, body, token: eve)
        #expect(reply.status == status && reply.body["_issues"] == nil, "\(method) \(path): \(reply.body)")
        // An admin is told of the words, where the thing is there.
        let own = try await server.call(method, path, body)
        #expect(own.status == (status == 403 ? 422 : 404), "\(method) \(path): \(own.body)")
      }
      #expect(
        try await server.call("PATCH", "/registered_workers/\(unknown)", ["bogus": 1]).status == 404)
    }
  }

  @Test func `A worker without the permission is told so before what is wrong with its words`() async throws {
    try await TestServer.run { server async throws in
      let worker = try await server.registerWorker()
      let claimed = try await server.submit(TestServer.command)
      let claim = try await server.call("PATCH", "/tasks/\(claimed)", TaskRoutesTests.claim(worker), as: .worker)
      #expect(claim.status == 200)
      let waiting = try await server.submit(TestServer.command)
      let rights = "/registered_workers/\(worker)"
      #expect(try await server.call("PATCH", rights, ["permissions": []]).status == 200)
      var wrong = TaskRoutesTests.claim(worker).object ?? [:]
      for (path, change) in [("/tasks/\(waiting)", ["bogus": 1]), ("/tasks/\(waiting)", ["priority": 5])]
        as [(String, JSON)]
      {
        for (key, value) in change.object ?? [:] { wrong[key] = value }
        let reply = try await server.call("PATCH", path, .object(wrong), as: .worker)
        #expect(reply.status == 403, "\(reply.body)")
      }
      let usage: JSON = ["task": .string(claimed), "bogus": 1]
      #expect(try await server.call("POST", "/memory_usage", usage, as: .worker).status == 403)
      #expect(try await server.call("PATCH", rights, ["permissions": ["claim", "report"]]).status == 200)
      #expect(try await server.call("PATCH", "/tasks/\(waiting)", .object(wrong), as: .worker).status == 422)
      #expect(try await server.call("POST", "/memory_usage", usage, as: .worker).status == 422)
    }
  }

  /// Every method of every resource, as the description tells them.
  @Test func `A role that has no business there is a 403 that names it, and nobody a 401`() async throws {
    try await TestServer.run { server async throws in
      let vic = try await Self.provider("vic", server, role: "viewer")
      let paths = try await server.call("GET", "/openapi.json", as: nil).body["paths"]?.object ?? [:]
      #expect(paths.count > 20)
      var refusals = 0
      for (template, item) in paths {
        let path = template.replacing("{id}", with: String(repeating: "0", count: 24))
        for (method, operation) in item.object ?? [:] where operation["security"] != nil {
          let codes = Set((operation["responses"]?.object ?? [:]).keys)
          #expect(codes.isSuperset(of: ["401", "403"]), "\(method) \(template)")
          let name = method.uppercased()
          let nobody = try await server.call(name, path, as: nil)
          #expect(nobody.status == 401 && nobody.answer.header("www-authenticate") != nil, "\(name) \(path)")
          #expect(try await server.call(name, path, token: "nonsense").status == 401)
          // The live page's feed has no end.
          guard template != "/live" else { continue }
          for (role, token) in [("worker", server.tokens[.worker] ?? ""), ("viewer", vic)] {
            let reply = try await server.call(name, path, token: token)
            let words = reply.body["_error"]?["message"]?.string ?? ""
            if role == "viewer", name != "GET" { #expect(reply.status == 403, "\(name) \(path)") }
            #expect(reply.status != 401, "\(role): \(name) \(path)")
            guard reply.status == 403 else { continue }
            #expect(words.contains("A \(role) ") && words.contains("is for a "), "\(name) \(path): \(words)")
            #expect(reply.answer.header("www-authenticate") == nil)
            refusals += 1
          }
        }
      }
      #expect(refusals > 30)
    }
  }

  @Test func `A viewer that asks about environments is told that it sees none`() async throws {
    try await TestServer.run { server async throws in
      let vic = try await Self.provider("vic", server, role: "viewer")
      for query in [
        "where=%7B%22environment.A%22:1%7D", "where=%7B%22environment%22:1%7D", "sort=environment.A",
        "projection=%7B%22environment%22:1%7D",
      ] {
        let reply = try await server.call("GET", "/tasks?\(query)", token: vic)
        let words = reply.body.encodedString()
        #expect(reply.status == 422 && words.contains("viewer") && !words.contains("did you mean"), "\(words)")
      }
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
