import BanyanCore
import BanyanJSON
import Testing

@testable import BanyanServer

@Suite(.timeLimit(.minutes(2))) struct TaskListRoutesTests {
  @Test func `A task is made and read`() async throws {
    try await TestServer.run { server in
      let made = try await server.call(
        "POST", "/tasks", ["name": "one", "command": "test", "requested_resources": ["memory": "1 GiB"]])
      #expect(made.status == 201)
      #expect(made.body["_status"] == "OK")
      let task = try await server.call("GET", "/tasks/\(made.id)").body
      #expect(task["name"] == "one")
      #expect(task["owner"] == "admin")
      #expect(task["state"] == "inactive")
      #expect(task["requested_resources"]?["cpu_memory_bytes"] == 1_073_741_824)
      #expect(task["continuations"] == [])
      #expect(task["_created"]?.string?.hasSuffix(" GMT") == true)
      let iso = try await server.call("GET", "/tasks/\(made.id)?dates=iso8601&projection=%7B%22name%22:1%7D").body
      #expect(iso.object?.keys.sorted() == ["_id", "name"])
    }
  }

  @Test func `A list is made whole or not at all`() async throws {
    try await TestServer.run { server in
      let bad = try await server.call("POST", "/tasks", [["name": "a"], ["name": "b", "priority": 99_999]])
      #expect(bad.status == 422)
      #expect(bad.issue("1.priority") != nil)
      #expect(try await server.call("GET", "/tasks").total == 0)
      let good = try await server.call("POST", "/tasks", [["name": "a", "continuations": ["b"]], ["name": "b"]])
      #expect(good.status == 201)
      #expect(good.items.count == 2)
      let parent = try await server.call("GET", "/tasks/\(good.items[0]["_id"]?.string ?? "")").body
      #expect(parent["continuations"]?[0] == good.items[1]["_id"])
      #expect(try await server.call("POST", "/tasks", []).status == 201)
    }
  }

  @Test func `A key makes a repeated request one`() async throws {
    try await TestServer.run { server in
      let key = ["Idempotency-Key: mine"]
      let first = try await server.call("POST", "/tasks", headers: key, text: #"{"name": "a", "priority": 1}"#)
      let again = try await server.call("POST", "/tasks", headers: key, text: #"{ "priority":1, "name":"a"}"#)
      #expect(first.status == 201)
      #expect(again.status == 201)
      #expect(again.body == first.body)
      #expect(try await server.call("POST", "/tasks", headers: key, text: #"{"name": "b"}"#).status == 422)
      let long = ["Idempotency-Key: \(String(repeating: "k", count: 256))"]
      #expect(try await server.call("POST", "/tasks", headers: long, text: "{}").status == 422)
      #expect(try await server.call("GET", "/tasks").total == 1)
    }
  }

  @Test func `Lists are filtered, sorted, cut and paged`() async throws {
    try await TestServer.run { server in
      let tasks = (0..<10).map { JSON.object(["name": .string("task \($0)"), "priority": .integer(Int64($0 % 3))]) }
      let made = try await server.call("POST", "/tasks", .array(tasks))
      let all = try await server.call("GET", "/tasks")
      #expect(all.items.map { $0["_id"] } == made.items.map { $0["_id"] })
      #expect(all.body["_meta"] == ["page": 1, "max_results": 128, "total": 10])
      let page = try await server.call("GET", "/tasks?max_results=3&page=2&sort=-name")
      #expect(page.items.map { $0["name"]?.string } == ["task 6", "task 5", "task 4"])
      #expect(page.total == 10)
      // As they stand in the contract: blanks and nothing else encoded.
      let named = try await server.call("GET", #"/tasks?where={"name":%20"task%201"}"#)
      #expect(named.items.map { $0["name"]?.string } == ["task 1"])
      #expect(try await server.call("GET", #"/tasks?where={"retry_count":{"$lt":10}}"#).total == 10)
      let some = try await server.call("GET", #"/tasks?where={"priority":{"$gte":1}}&projection={"name":1}"#)
      #expect(some.total == 6)
      #expect(some.items.allSatisfy { $0.object?.keys.sorted() == ["_id", "name"] })
      for query in ["where=%7B", "where=[]", "page=0", "max_results=10001", "sort=nosuch", "nosuch=1", "page=1&page=2"]
      {
        #expect(try await server.call("GET", "/tasks?\(query)").status == 422, "\(query)")
      }
      for query in ["where=%7", "where=%zz", "where=%ff"] {
        #expect(try await server.call("GET", "/tasks?\(query)").status == 400, "\(query)")
      }
    }
  }

  @Test func `Many are changed whole or not at all, each seeing those before`() async throws {
    try await TestServer.run { server in
      let (one, two) = (try await server.submit(["name": "a"]), try await server.submit(["name": "b"]))
      let bad = try await server.call(
        "PATCH", "/tasks", [["_id": .string(one), "priority": 5], ["_id": .string(two), "state": "running"]])
      #expect(bad.status == 422)
      #expect(try await server.call("GET", "/tasks/\(one)").body["priority"] == 0)
      let good = try await server.call(
        "PATCH", "/tasks", [["_id": .string(one), "name": "b2"], ["_id": .string(two), "name": "a"]])
      #expect(good.status == 200)
      #expect(good.items.count == 2)
    }
  }

  @Test func `Ended tasks are forgotten, others passed over unless forced`() async throws {
    try await TestServer.run { server in
      let (ended, other) = (try await server.submit(["name": "a", "state": "available"]), try await server.submit([:]))
      #expect(try await server.call("GET", "/tasks/\(ended)").body["state"] == "terminated")
      #expect(try await server.call("DELETE", "/tasks").status == 422)
      #expect(try await server.call("DELETE", "/tasks?where={}").status == 204)
      #expect(try await server.call("GET", "/tasks/\(ended)").status == 404)
      #expect(try await server.call("GET", "/tasks/\(other)").status == 200)
      #expect(try await server.call("DELETE", "/tasks?where={}&force=true").status == 204)
      #expect(try await server.call("GET", "/tasks").total == 0)
    }
  }

  @Test func `A viewer reads all but environments, and changes nothing`() async throws {
    try await TestServer.run { server in
      let user = try await server.call("POST", "/users", ["name": "eye", "role": "viewer"])
      let token = user.body["token"]?.string
      var task = TestServer.command
      if case .object(var members) = task {
        members["environment"] = ["SECRET": "1"]
        task = .object(members)
      }
      let id = try await server.submit(task)
      #expect(try await server.call("GET", "/tasks/\(id)").body["environment"] == ["SECRET": "1"])
      #expect(try await server.call("GET", "/tasks/\(id)", token: token).body["environment"] == nil)
      #expect(try await server.call("GET", #"/tasks?where={"environment.SECRET":"1"}"#, token: token).status == 422)
      #expect(try await server.call("PATCH", "/tasks/\(id)", ["priority": 1], token: token).status == 403)
    }
  }
}
