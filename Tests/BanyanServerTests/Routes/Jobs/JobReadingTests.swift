import BanyanCore
import BanyanJSON
import Testing

@testable import BanyanServer

/// Results, figures and reasons of a job.
@Suite(.timeLimit(.minutes(2))) struct JobReadingTests {
  private static func submit(_ server: TestServer) async throws -> [String] {
    let list: JSON = [
      ["name": "a", "command": "true", "requested_resources": ["memory": "1 MiB"], "state": "available"],
      ["name": "b,c", "command": "true", "requested_resources": [:], "state": "available", "after": ["a"]],
      ["name": "d", "command": "true", "requested_resources": [:], "held": true],
    ]
    return try await server.call("POST", "/tasks", list).items.compactMap { $0["_id"]?.string }
  }

  @Test func `A graph is told by members and by families`() async throws {
    try await TestServer.run { server in
      let job: JSON = [
        "tasks": [
          ["name": "a", "command": "x", "range": "1-2"], ["name": "b", "command": "x", "after": "a"],
          ["name": "c", "command": "x", "after": "a[1]"],
        ], "defaults": ["requested_resources": [:]],
      ]
      #expect(try await server.call("POST", "/jobs", job).status == 201)
      #expect(try await server.call("PATCH", "/jobs/1", ["state": "cancelled", "members": "1"]).status == 200)
      let members = try await server.call("GET", "/jobs/1/graph").body
      #expect(members["edges"] == [[1, 3], [1, 4], [2, 3]] && members["by"] == "member", "\(members)")
      let families = try await server.call("GET", "/jobs/1/graph?by=family").body
      #expect(families["edges"] == [[1, 2], [1, 3]], "\(families)")
      #expect(families["families"]?.array?.map { $0["name"] } == ["a", "b", "c"])
      #expect(families["families"]?[0]?["counts"]?["cancelled"] == 1 && families["families"]?[0]?["count"] == 2)
      #expect(try await server.call("GET", "/jobs/1/graph?by=x").status == 422)
      #expect(try await server.call("GET", "/jobs/7/graph").status == 404)
    }
  }

  @Test func `Results come as JSON or as CSV, whole or by pages`() async throws {
    try await TestServer.run { server in
      let ids = try await Self.submit(server)
      #expect(try await server.call("PATCH", "/tasks/\(ids[2])", ["state": "cancelled"]).status == 200)
      let json = try await server.call("GET", "/jobs/1/results")
      #expect(json.status == 200 && json.total == 3)
      #expect(json.items.map { $0["name"] } == ["a", "b,c", "d"] && json.items.map { $0["member"] } == [1, 2, 3])
      #expect(json.items.map { $0["outcome"] } == [nil, nil, "cancelled"])
      #expect(json.items[0]["asked_memory_bytes"] == 1_048_576)
      let second = try await server.call("GET", "/jobs/1/results?max_results=2&page=2")
      #expect(second.items.map { $0["member"] } == [3] && second.total == 3)
      let found = try await server.call("GET", "/jobs/1/results?where={\"outcome\":\"cancelled\"}")
      #expect(found.items.map { $0["member"] } == [3])
      let csv = try await server.call("GET", "/jobs/1/results", headers: ["Accept: text/csv"])
      #expect(csv.answer.head.contains("text/csv"))
      let lines = csv.answer.body.split(separator: "\r\n", omittingEmptySubsequences: false)
      #expect(lines.count == 5 && lines[0].hasPrefix("member,name,outcome,") && lines[4].isEmpty)
      #expect(lines[2].hasPrefix("2,\"b,c\",,"))
      let page = try await server.call(
        "GET", "/jobs/1/results?max_results=1&sort=-member", headers: ["Accept: text/csv"])
      #expect(page.answer.body.split(separator: "\r\n").last?.hasPrefix("3,d,cancelled") == true)
      #expect(try await server.call("GET", "/jobs/2/results").status == 404)
      #expect(try await server.call("GET", "/jobs/1/results?where={\"x\":1}").status == 422)
    }
  }

  @Test func `Figures of a job say null where nothing is known`() async throws {
    try await TestServer.run { server in
      let ids = try await Self.submit(server)
      #expect(try await server.call("PATCH", "/tasks/\(ids[2])", ["state": "cancelled"]).status == 200)
      let told = try await server.call("GET", "/jobs/1/statistics").body
      #expect(told["number"] == 1 && told["count"] == 3 && told["counts"]?["cancelled"] == 1)
      #expect(abs((told["done"]?.double ?? 0) - 1.0 / 3) < 0.001)
      #expect(told["estimated_end"] == .null && told["core_seconds"] == .null && told["critical_path"] == .null)
      #expect(told["memory_bytes"]?["used"]?["mean"] == .null)
      #expect((told["rates"]?["1m"]?.double ?? 0) > 0)
      #expect(try await server.call("GET", "/jobs/7/statistics").status == 404)
    }
  }

  @Test func `What holds most of a job back is told as data and as a sentence`() async throws {
    try await TestServer.run { server in
      _ = try await Self.submit(server)
      let told = try await server.call("GET", "/jobs/1/why").body
      #expect(told["waiting"] == 3 && told["looked_at"] == 3)
      let reasons = told["reasons"]?.array?.compactMap { $0["reason"]?.string } ?? []
      #expect(reasons.contains("no_workers"))
      #expect(told["sentence"]?.string?.hasPrefix("1 of its 3 waiting tasks wait as a does.") == true, "\(told)")
      #expect(try await server.call("GET", "/jobs/1/why?dates=iso8601").status == 200, "as all that is read is asked")
      #expect(try await server.call("GET", "/jobs/7/why").status == 404)
    }
  }

  @Test func `A job made of single tasks tells its families by itself, and lists don't`() async throws {
    try await TestServer.run { server in
      _ = try await Self.submit(server)
      let families = try await server.call("GET", "/jobs/1").body["families"]
      #expect(families?.array?.map { $0["name"] } == ["a", "b,c", "d"])
      #expect(try await server.call("GET", "/jobs").items.first?["families"] == nil)
    }
  }

  @Test func `Lists go on behind a cursor, and tell where`() async throws {
    try await TestServer.run { server in
      _ = try await Self.submit(server)
      for name in ["x", "y"] { _ = try await server.submit(["name": .string(name)]) }
      var names: [JSON?] = []
      var path: String? = "/tasks?max_results=2&projection=%7B%22name%22:1%7D"
      while let next = path {
        let page = try await server.call("GET", next)
        #expect(page.status == 200 && page.total == 5)
        names += page.items.map { $0["name"] }
        path = page.body["_links"]?["next"]?["href"]?.string
      }
      #expect(names == ["a", "b,c", "d", "x", "y"])
      let filtered = try await server.call("GET", "/tasks?max_results=1&where={\"name\":{\"$in\":[\"d\",\"y\"]}}")
      #expect(filtered.body["_links"]?["next"]?["after"] == "1.3" && filtered.total == 2)
      let jobs = try await server.call("GET", "/jobs?max_results=2")
      #expect(jobs.items.map { $0["number"] } == [1, 2] && jobs.body["_links"]?["next"]?["after"] == "2")
      let last = try await server.call("GET", "/jobs?max_results=2&after=2")
      #expect(last.items.map { $0["number"] } == [3] && last.body["_links"] == nil && last.total == 3)
      #expect(try await server.call("GET", "/tasks?after=1.2&sort=name").status == 422)
      #expect(try await server.call("GET", "/users?after=1").status == 422)
    }
  }

  @Test func `A task that was tried again is shown to who asks for it`() async throws {
    try await TestServer.run { server in
      let ids = try await Self.submit(server)
      #expect(try await server.call("PATCH", "/tasks/\(ids[2])", ["state": "cancelled"]).status == 200)
      let copy = try await server.call("POST", "/tasks/\(ids[2])/retry").id
      func names(_ path: String) async throws -> [String] {
        try await server.call("GET", path).items.compactMap { $0["_id"]?.string }
      }
      #expect(try await names("/tasks") == [ids[0], ids[1], copy])
      #expect(try await names("/tasks?where={\"state\":\"cancelled\"}") == [])
      #expect(try await names("/tasks?where={\"state\":\"cancelled\"}&replaced=true") == [ids[2]])
      #expect(try await names("/tasks?replaced=true") == [ids[0], ids[1], ids[2], copy])
      #expect(try await names("/tasks?where={\"replaced_by\":\"\(copy)\"}") == [ids[2]])
      #expect(try await names("/tasks?where={\"_id\":\"\(ids[2])\"}") == [ids[2]])
      #expect(try await names("/jobs/1/tasks") == [ids[0], ids[1], copy])
      #expect(try await names("/jobs/1/tasks?replaced=true") == [ids[0], ids[1], ids[2], copy])
      #expect(try await server.call("GET", "/tasks/statistics").body["count"] == 3)
    }
  }
}
