import BanyanJSON
import Testing

@testable import BanyanServer

@Suite(.timeLimit(.minutes(2))) struct JobRoutesTests {
  @Test func `What one submission made is one job, with a number, members and counts`() async throws {
    try await TestServer.run { server in
      let list: JSON = [
        ["name": "a", "command": "true", "requested_resources": [:], "state": "available"],
        ["name": "b", "command": "true", "requested_resources": [:], "state": "available", "after": ["a"]],
        ["name": "c", "command": "true", "requested_resources": [:], "held": true],
      ]
      let ids = try await server.call("POST", "/tasks", list).items.compactMap { $0["_id"]?.string }
      let alone = try await server.submit(["name": "alone", "command": "true", "requested_resources": [:]])
      let job = try await server.call("GET", "/jobs/1")
      #expect(job.status == 200)
      #expect(job.body["number"] == 1 && job.body["task_count"] == 3 && job.body["state"] == "waiting")
      #expect(job.body["counts"]?["available"] == 1 && job.body["counts"]?["inactive"] == 1)
      #expect(job.body["counts"]?["held"] == 1 && job.body["counts"]?["succeeded"] == 0)
      #expect(job.body["name"] == nil && job.body["ended"] == nil)
      #expect(try await server.call("GET", "/jobs/1/tasks").items.compactMap { $0["_id"]?.string } == ids)
      let member = try await server.call("GET", "/tasks/\(ids[1])")
      #expect(member.body["job"] == 1 && member.body["member"] == 2)
      let other = try await server.call("GET", "/jobs/2")
      #expect(other.body["name"] == "alone" && other.body["task_count"] == 1)
      #expect(try await server.call("GET", "/jobs/2/tasks").items.map { $0["_id"] } == [.string(alone)])
      #expect(try await server.call("GET", "/jobs").items.map { $0["number"] } == [1, 2])
      for projection in ["%7B%22name%22:1%7D", "%7B%22number%22:0,%22task_count%22:0%7D"] {
        let rows = try await server.call("GET", "/jobs?projection=\(projection)").items
        #expect(rows.map { $0["number"] } == [1, 2] && rows.allSatisfy { $0["task_count"] == nil }, "\(projection)")
      }
      #expect(
        try await server.call("GET", "/jobs?projection=%7B%22number%22:1%7D").items == [["number": 1], ["number": 2]])
      // A member that is tried again keeps its place, though its task is the newest.
      #expect(try await server.call("PATCH", "/tasks/\(ids[0])", ["state": "cancelled"]).status == 200)
      let copy = try await server.call("POST", "/tasks/\(ids[0])/retry").id
      let members = try await server.call("GET", "/jobs/1/tasks").items
      #expect(members.map { $0["name"] } == ["a", "b", "c"] && members.first?["_id"] == .string(copy))
      let last = try await server.call("GET", "/jobs/1/tasks?max_results=2&page=2")
      #expect(last.items.map { $0["name"] } == ["c"] && last.total == 3)
      #expect(try await server.call("GET", "/jobs/1/tasks?sort=-name").items.first?["name"] == "c")
    }
  }

  @Test func `A retry stands in the place of what it tries again`() async throws {
    try await TestServer.run { server in
      let id = try await server.submit(["name": "one", "command": "true", "requested_resources": [:]])
      #expect(try await server.call("PATCH", "/tasks/\(id)", ["state": "cancelled"]).status == 200)
      #expect(try await server.call("GET", "/jobs/1").body["state"] == "cancelled")
      let copy = try await server.call("POST", "/tasks/\(id)/retry").id
      let job = try await server.call("GET", "/jobs/1")
      #expect(job.body["state"] == "waiting" && job.body["task_count"] == 1 && job.body["ended"] == nil)
      #expect(job.body["counts"]?["cancelled"] == 0 && job.body["counts"]?["available"] == 1)
      #expect(try await server.call("GET", "/tasks/\(copy)").body["replaces"] == .string(id))
      #expect(try await server.call("GET", "/tasks/\(id)").body["replaced_by"] == .string(copy))
      #expect(try await server.call("GET", "/jobs").total == 1)
      let again = try await server.call("POST", "/tasks/\(id)/retry")
      #expect(again.status == 422 && again.issue("\(id)._id")?.contains(copy) == true)
    }
  }

  @Test func `Jobs are found by what they are, and no other path is one`() async throws {
    try await TestServer.run { server in
      for name in ["x", "y", "z"] {
        _ = try await server.submit(["name": .string(name), "command": "true", "requested_resources": [:]])
      }
      let found = try await server.call("GET", "/jobs?where={\"name\":{\"$in\":[\"x\",\"z\"]}}&sort=-number")
      #expect(found.items.map { $0["number"] } == [3, 1])
      #expect(try await server.call("GET", "/jobs?where={\"nmae\":\"x\"}").status == 422)
      #expect(try await server.call("GET", "/jobs?max_results=2&page=2").items.map { $0["number"] } == [3])
      for path in ["/jobs/0", "/jobs/01", "/jobs/-1", "/jobs/x", "/jobs/4", "/jobs/99999999999999999999999"] {
        #expect(try await server.call("GET", path).status == 404, "\(path)")
      }
      #expect(try await server.call("GET", "/jobs", as: .worker).status != 200)
    }
  }
}
