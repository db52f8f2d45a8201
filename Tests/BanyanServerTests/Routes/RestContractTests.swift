import BanyanCore
import BanyanJSON
import BanyanWire
import TestSupport
import Testing

@testable import BanyanServer

/// The sentences of the REST contract that no other suite holds, one after the other, over a real socket.
@Suite(.timeLimit(.minutes(2))) struct RestContractTests {
  private static let unknown = "0123456789abcdef01234567"

  @Test func `Every wrong field is named at once, by its path`() async throws {
    try await TestServer.run { server async throws in
      let wrong: JSON = [
        "name": "", "priority": 99_999, "command": 5, "max_attempt_count": 0, "labels": [], "nosuch": 1,
        "not_before": "yesterday", "environment": ["0A": "x"], "requested_resources": ["memory": "-1"], "_id": "x",
      ]
      let paths = [
        "name", "priority", "command", "max_attempt_count", "labels", "nosuch", "not_before",
      ]
      func check(_ reply: TestServer.Reply, _ prefix: String) {
        #expect(reply.status == 422)
        #expect(reply.body["_status"] == "ERR" && reply.body["_error"]?["code"] == 422)
        for path in paths { #expect(reply.issue(prefix + path)?.isEmpty == false, "\(prefix)\(path): \(reply.body)") }
        let issues = reply.body["_issues"]?.object?.keys.map { $0 } ?? []
        #expect(issues.contains { $0.hasPrefix("\(prefix)environment") }, "\(issues)")
        #expect(issues.contains { $0.hasPrefix("\(prefix)requested_resources") }, "\(issues)")
        #expect(issues.contains("\(prefix)_id"), "\(issues)")
      }
      check(try await server.call("POST", "/tasks", wrong), "")
      check(try await server.call("POST", "/tasks", [["name": "good"], wrong]), "1.")
      let id = try await server.submit(["name": "there"])
      let changed = try await server.call("PATCH", "/tasks/\(id)", wrong)
      #expect(changed.status == 422 && (changed.body["_issues"]?.object?.count ?? 0) >= 10, "\(changed.body)")

      let worker = try await server.call(
        "POST", "/registered_workers",
        ["worker_id": "x", "address": ["ip": "", "port": 70_000], "permissions": ["fly"]])
      for path in ["worker_id", "address.ip", "address.port", "permissions.0"] { #expect(worker.issue(path) != nil) }
      let user = try await server.call("POST", "/users", ["role": "king", "token": "short", "x": 1])
      for path in ["name", "role", "token", "x"] { #expect(user.issue(path) != nil, "\(user.body)") }
      let usage = try await server.call("POST", "/memory_usage", ["task": 1, "time": 2, "y": 3], as: .worker)
      for path in ["task", "time", "resident_memory_bytes", "y"] { #expect(usage.issue(path) != nil, "\(usage.body)") }
    }
  }

  @Test func `Dates are taken in both forms, and given in the one that is asked for`() async throws {
    try await TestServer.run { server async throws in
      let named = "Thu, 02 Apr 2099 10:29:13 GMT"
      let first = try await server.submit(["name": "a", "not_before": .string(named)])
      for same in ["2099-04-02T10:29:13Z", "2099-04-02T10:29:13.000Z", "2099-04-02T12:29:13+02:00"] {
        let id = try await server.submit(["not_before": .string(same)])
        #expect(try await server.call("GET", "/tasks/\(id)").body["not_before"] == .string(named), "\(same)")
      }
      let iso = try await server.call("GET", "/tasks/\(first)?dates=iso8601").body
      #expect(iso["not_before"] == "2099-04-02T10:29:13.000Z")
      #expect(try await server.call("GET", "/tasks/\(first)?dates=french").status == 422)
      for filter in [#"{"not_before":"\#(named)"}"#, #"{"not_before":{"$gte":"2099-04-02T10:29:13Z"}}"#] {
        let text = filter.replacing(" ", with: "%20").replacing("+", with: "%2B")
        #expect(try await server.call("GET", "/tasks?where=\(text)").total == 4, "\(filter)")
      }
      let written = try await server.call("PATCH", "/tasks/\(first)?dates=iso8601", ["name": "b"]).body
      #expect(written["_updated"]?.string?.hasSuffix("Z") == true && written["_status"] == "OK")
    }
  }

  @Test func `What was made says when, to the millisecond, everywhere and for ever`() async throws {
    let folder = TestFolder()
    let before = SystemTimekeeper().wall
    let (made, token) = try await TestServer.run(in: folder) { server async throws in
      var created: [String: JSON] = [:]
      for number in 0..<9 {
        // By each way to make one, in different milliseconds.
        let reply = try await server.call("POST", "/tasks?dates=iso8601", ["name": .string("t\(number)")])
        created[reply.id] = reply.body["_created"]
        #expect(reply.body["_updated"] == reply.body["_created"])
        let list = try await server.call("POST", "/tasks?dates=iso8601", [["name": .string("l\(number)")]])
        let item = list.body["_items"]?[0]
        created[item?["_id"]?.string ?? ""] = item?["_created"]
      }
      return (created, server.tokens[.provider] ?? "")
    }
    #expect(made.count == 18)
    for text in made.values {
      let time = WireDate.milliseconds(text.string ?? "") ?? 0
      #expect(time >= before && time <= SystemTimekeeper().wall, "\(text)")
    }
    #expect(made.values.contains { $0.string?.hasSuffix(".000Z") == false })
    // After a restart, and after one from a snapshot.
    for _ in 0..<2 {
      try await TestServer.run(in: folder) { server async throws in
        let listed = try await server.call("GET", "/tasks?dates=iso8601&max_results=100&sort=_created", token: token)
          .items
        let shown = listed.map { ($0["_id"]?.string ?? "", $0["_created"] ?? .null) }
        #expect(Dictionary(shown, uniquingKeysWith: { first, _ in first }) == made)
        #expect(shown.map { $0.1.string ?? "" } == made.values.compactMap(\.string).sorted())
        let some = made.values.compactMap(\.string).sorted()[9]
        for (sign, count) in [
          ("$gte", made.values.count { ($0.string ?? "") >= some }),
          ("$lt", made.values.count { ($0.string ?? "") < some }), ("$eq", made.values.count { $0.string == some }),
        ] {
          let filter = "%7B%22_created%22:%7B%22\(sign)%22:%22\(some)%22%7D%7D"
          #expect(try await server.call("GET", "/tasks?where=\(filter)", token: token).total == Int64(count), "\(sign)")
        }
        let id = listed[0]["_id"]?.string ?? ""
        let changed = try await server.call("PATCH", "/tasks/\(id)?dates=iso8601", ["held": false], token: token)
        #expect(changed.body["_created"] == made[id])
        for query in [
          "/tasks/statistics?dates=iso8601", "/tasks/\(id)/statistics?dates=iso8601", "/statistics?dates=iso8601",
        ] {
          #expect(try await server.call("GET", query, token: token).status == 200, "\(query)")
          #expect(
            try await server.call("GET", query.replacing("iso8601", with: "french"), token: token).status == 422,
            "\(query)")
        }
        let users = try await server.call("GET", "/users?dates=iso8601", token: token).items.compactMap {
          $0["_created"]?.string
        }
        #expect(users.count == 2 && users.allSatisfy { (WireDate.milliseconds($0) ?? 0) >= before })
        #expect(try await server.call("POST", "/snapshots", token: token).status == 201)
      }
    }
  }

  @Test func `A GET or DELETE may say JSON and bring no body`() async throws {
    try await TestServer.run { server async throws in
      let json = ["Content-Type: application/json"]
      let id = try await server.submit(["name": "a"])
      #expect(try await server.call("GET", "/tasks/\(id)", headers: json).status == 200)
      #expect(try await server.call("GET", "/tasks", headers: json + ["Content-Length: 0"]).status == 200)
      #expect(try await server.call("DELETE", "/tasks/\(id)", headers: json).status == 204)
    }
  }

  @Test func `Keys are a user's own, of any POST that makes tasks, and none where an answer holds a token`()
    async throws
  {
    try await TestServer.run { server async throws in
      let other = try await server.call("POST", "/users", ["name": "other", "role": "provider"])
      let token = other.body["token"]?.string ?? ""
      let key = ["Idempotency-Key: k"]
      let mine = try await server.call("POST", "/tasks", ["name": "a"], headers: key)
      let theirs = try await server.call("POST", "/tasks", ["name": "a"], token: token, headers: key)
      #expect(mine.status == 201 && theirs.status == 201 && mine.id != theirs.id)
      let list = try await server.call(
        "POST", "/tasks", [["name": "b"], ["name": "c"]], headers: ["Idempotency-Key: l"])
      let again = try await server.call(
        "POST", "/tasks", [["name": "b"], ["name": "c"]], headers: ["Idempotency-Key: l"])
      #expect(list.status == 201 && again.body == list.body)
      // A request that was refused left no key.
      #expect(try await server.call("POST", "/tasks", ["priority": "x"], headers: ["Idempotency-Key: m"]).status == 422)
      #expect(try await server.call("POST", "/tasks", ["name": "d"], headers: ["Idempotency-Key: m"]).status == 201)
      for name in ["u1", "u2"] {
        let user = try await server.call("POST", "/users", ["name": .string(name), "role": "viewer"], headers: key)
        #expect(user.status == 201 && user.body["token"]?.string?.count == 43)
      }
    }
  }

  @Test func `Each limit says that it is one`() async throws {
    try await TestServer.run { server async throws in
      let parent = try await server.submit(["name": "parent"])
      let many = JSON.array((0..<1_025).map { .string("name \($0)") })
      let ids = JSON.array((0..<1_025).map { _ in .string(parent) })
      for (method, path, body) in [
        ("POST", "/tasks/\(parent)/add_continuations", many),
        ("POST", "/tasks/\(parent)/remove_continuations", many),
        ("PATCH", "/tasks/\(parent)/add_continuations", many),
        ("PATCH", "/tasks/\(parent)", ["add_continuations": many]),
        ("PATCH", "/tasks", [["_id": .string(parent), "remove_continuations": many]]),
        ("POST", "/tasks/add_continuations", [["targets": [.string(parent)], "values": many]]),
        ("POST", "/tasks/add_continuations", [["targets": ids, "values": ["x"]]]),
        ("POST", "/tasks/remove_continuations", [["targets": [.string(parent)], "values": many]]),
        ("PATCH", "/tasks", .array((0..<129).map { _ in ["_id": .string(parent)] })),
        ("POST", "/tasks", .array((0..<100_001).map { _ in [:] })),
      ] as [(String, String, JSON)] {
        let reply = try await server.call(method, path, body)
        #expect(reply.status == 413, "\(method) \(path): \(reply.body)")
        #expect(reply.body["_error"]?["message"]?.string?.contains("at most") == true, "\(reply.body)")
      }
      let deep = #"{"labels": "# + String(repeating: "[", count: 64) + String(repeating: "]", count: 64) + "}"
      #expect(try await server.call("POST", "/tasks", text: deep).status == 413)
      #expect(try await server.call("GET", "/tasks").total == 1)
      // At the limit it works.
      let updates = JSON.array((0..<128).map { ["_id": .string(parent), "priority": .integer(Int64($0))] })
      #expect(try await server.call("PATCH", "/tasks", updates).status == 200)
      // Whoever is nobody is told so before its body is looked at.
      #expect(
        try await server.call("POST", "/tasks", as: nil, text: "x" + String(repeating: "y", count: 100_000)).status
          == 401)
    }
  }

  @Test func `Every list is filtered, projected, sorted and paged`() async throws {
    try await TestServer.run { server async throws in
      let worker = try await server.registerWorker()
      for name in ["a", "b", "c"] {
        let id = try await server.submit([
          "name": .string(name), "command": "true", "requested_resources": ["memory": "1 MiB"], "state": "available",
        ])
        let claimed = try await server.call("PATCH", "/tasks/\(id)", TaskRoutesTests.claim(worker), as: .worker)
        #expect(claimed.status == 200)
        _ = try await server.call("POST", "/users", ["name": .string("user \(name)"), "role": "viewer"])
      }
      for (path, total) in [
        ("/tasks", Int64(3)), ("/users", 5), ("/registered_workers", 1), ("/execution_info", 3),
      ] {
        #expect(try await server.call("GET", path).total == total, "\(path)")
        let sorted = try await server.call("GET", "\(path)?sort=-_id&max_results=2&page=1")
        let ids = sorted.items.compactMap { $0["_id"]?.string }
        #expect(ids == ids.sorted(by: >) && ids.count == min(2, Int(total)), "\(path)")
        let old = try await server.call("GET", #"\#(path)?sort=[("_id",%20-1)]&max_results=2"#)
        #expect(old.items.compactMap { $0["_id"]?.string } == ids, "\(path)")
        let one = try await server.call("GET", #"\#(path)?where={"_id":"\#(ids[0])"}&projection={"_id":1}"#)
        #expect(one.total == 1 && one.items[0].object?.keys.sorted() == ["_id"], "\(path): \(one.body)")
        let beyond = try await server.call("GET", "\(path)?page=1000000")
        #expect(beyond.items.isEmpty && beyond.total == total, "\(path)")
        for query in [
          "max_results=10001", "max_results=0", "max_results=x", "page=0", "page=-1", "nosuch=1", "where=x",
          #"where={"$where":1}"#, #"where={"_id":{"$near":1}}"#, "where=[]", "sort=", "projection=1",
          #"where={"name":{"$regex":"("}}"#, "page=1&page=2", "dates=x",
        ] {
          let reply = try await server.call("GET", "\(path)?\(query)")
          #expect(reply.status == 422, "\(path)?\(query): \(reply.status)")
        }
        #expect(try await server.call("GET", "\(path)?max_results=10000").status == 200)
        let pointed = try await server.call("GET", "\(path)?max_results=1.0&page=1.0&projection=%7B%22_id%22:1.0%7D")
        #expect(pointed.status == 200 && pointed.items.count == 1, "\(path): \(pointed.body)")
      }
      // An attempt's record is found by its own identifier, and the task's history holds it.
      let records = try await server.call("GET", "/execution_info").items
      for record in records {
        let id = record["_id"]?.string ?? ""
        let shown = try await server.call("GET", "/execution_info/\(id)")
        #expect(shown.status == 200 && shown.body["_id"] == record["_id"] && shown.body["task_id"] == record["task_id"])
        let history = try await server.call("GET", "/tasks/\(record["task_id"]?.string ?? "")/history")
        #expect(history.items.map { $0["_id"] } == [record["_id"]])
      }
      #expect(try await server.call("GET", "/execution_info/\(Self.unknown)").status == 404)
    }
  }

  @Test func `A PATCH does its parts in order, all or nothing`() async throws {
    try await TestServer.run { server async throws in
      let child = try await server.submit(["name": "child"])
      let second = try await server.submit(["name": "second"])
      let parent = try await server.submit(["name": "parent"])
      let both = try await server.call(
        "PATCH", "/tasks/\(parent)",
        [
          "add_continuations": ["child", .string(second)], "remove_continuations": [.string(second)], "priority": 3,
          "state": "available",
        ])
      #expect(both.status == 200, "\(both.body)")
      let shown = try await server.call("GET", "/tasks/\(parent)").body
      #expect(shown["continuations"] == [.string(child)] && shown["priority"] == 3)
      // The last part can't be: nothing is.
      let other = try await server.submit(["name": "other"])
      let refused = try await server.call(
        "PATCH", "/tasks/\(other)", ["priority": 5, "add_continuations": [.string(other)], "state": "available"])
      #expect(refused.status == 422)
      let after = try await server.call("GET", "/tasks/\(other)").body
      #expect(after["priority"] == 0 && after["state"] == "inactive" && after["continuations"] == [])
    }
  }

  @Test func `Registrations: whose, for which name, and what may be changed`() async throws {
    try await TestServer.run { server async throws in
      let worker = try await server.registerWorker()
      let path = "/registered_workers/\(worker)"
      for (change, field) in [
        (["draining": true] as JSON, "draining"),
        (["paused": true, "note": "n", "until": "2099-01-01T00:00:00Z"], "note"),
        (["permissions": ["report"]], "permissions"), (["quarantined": false], "connected"),
      ] {
        #expect(try await server.call("PATCH", path, change).status == 200, "\(change)")
        #expect(try await server.call("GET", path).body[field] != nil, "\(field)")
      }
      #expect(try await server.call("GET", path).body["permissions"] == ["report"])
      let task = try await server.submit(TestServer.command)
      // Known, and without the permission.
      #expect(
        try await server.call("PATCH", "/tasks/\(task)", TaskRoutesTests.claim(worker), as: .worker).status == 403)
      #expect(try await server.call("PATCH", path, ["quarantined": true]).issue("quarantined") != nil)
      #expect(try await server.call("PATCH", path, ["note": "alone"]).issue("note") != nil)
      #expect(try await server.call("PATCH", path, ["paused": true], as: .worker).status == 403)
      #expect(try await server.call("DELETE", path).status == 204)
      // The name is barred until it is registered again, by the identifier that it had.
      let back: JSON = ["worker_id": .string(worker), "address": ["ip": "a", "port": 1]]
      let again = try await server.call("POST", "/registered_workers", back)
      #expect(again.status == 201, "\(again.body)")
      let provider = try await server.call("GET", #"/users?where={"role":"provider"}"#).items.first?["_id"] ?? .null
      let wrong = try await server.call(
        "POST", "/registered_workers", ["worker_id": provider, "address": ["ip": "a", "port": 1]])
      #expect(wrong.status == 422 && wrong.issue("worker_id") != nil, "\(wrong.body)")
    }
  }

  @Test func `Filters are what document stores have`() async throws {
    try await TestServer.run { server async throws in
      _ = try await server.call(
        "POST", "/tasks",
        [
          ["name": "a", "priority": 1, "labels": ["k": "x"]], ["name": "b", "priority": 2, "labels": ["k": "y"]],
          ["priority": 3],
        ])
      for (filter, names) in [
        (#"{"priority":{"$in":[1,3]}}"#, ["a", ""]), (#"{"priority":{"$nin":[1,3]}}"#, ["b"]),
        (#"{"priority":{"$gt":1,"$lte":2}}"#, ["b"]), (#"{"name":{"$exists":false}}"#, [""]),
        (#"{"name":{"$ne":"a"}}"#, ["b", ""]), (#"{"labels.k":"y"}"#, ["b"]),
        (#"{"name":{"$regex":"^[ab]$"}}"#, ["a", "b"]), (#"{"$or":[{"name":"a"},{"priority":3}]}"#, ["a", ""]),
        (#"{"$and":[{"name":"a"},{"priority":3}]}"#, []), (#"{"$nor":[{"name":"a"},{"priority":3}]}"#, ["b"]),
        (#"{"$not":{"name":"a"}}"#, ["b", ""]), (#"{"priority":{"$not":{"$gt":1}}}"#, ["a"]),
        (#"{"priority":2.0}"#, ["b"]), (#"{"priority":"2"}"#, []), (#"{"retry_count":{"$lt":10}}"#, ["a", "b", ""]),
        (#"{"owner":"admin","state":"inactive"}"#, ["a", "b", ""]), (#"{"queue":{"$ne":"default"}}"#, []),
      ] {
        let encoded = filter.replacing("^", with: "%5E").replacing("[", with: "%5B").replacing("]", with: "%5D")
        let reply = try await server.call("GET", "/tasks?where=\(encoded)&sort=priority")
        #expect(reply.items.map { $0["name"]?.string ?? "" } == names, "\(filter): \(reply.body)")
      }
    }
  }
}
