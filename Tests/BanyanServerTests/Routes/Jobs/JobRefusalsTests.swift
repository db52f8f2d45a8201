import BanyanCore
import BanyanJSON
import Testing

@testable import BanyanServer

/// Jobs that can't be: each answer names the place and the limit, and nothing is made.
@Suite(.timeLimit(.minutes(2))) struct JobRefusalsTests {
  private static func job(_ families: JSON...) -> JSON {
    ["defaults": ["requested_resources": [:]], "tasks": .array(families)]
  }

  private static let axis: JSON = .array((0..<1000).map { .string("\($0)") })

  private static let refused: [(job: JSON, place: String, words: String)] = [
    (job(["command": "true", "range": "1-1000000000000"]), "tasks.0.range", "1000000"),
    (
      job(["command": "true", "matrix": ["a": axis, "b": axis, "c": axis]]), "tasks.0.matrix", "1000000"
    ),
    (
      job(["command": "true", "rows": ["columns": ["a", "b"], "values": [["1", "2"], ["3"]]]]), "tasks.0.rows.values.1",
      "2"
    ),
    (job(["name": "a", "command": "true"], ["name": "a", "command": "true"]), "tasks.1.name", "unique within a job"),
    (job(["name": "a", "command": "true", "after": "a"]), "tasks.0.after.0", "waits for itself"),
    (
      job(["name": "a", "command": "true", "after": "b"], ["name": "b", "command": "true", "after": "a"]), "tasks",
      "in a circle"
    ),
    (
      job(["name": "a", "command": "true"], ["command": "true", "after": "a[{x}]"]), "tasks.1.after.0",
      "{x} is no parameter of this family"
    ),
    (job(["command": "true", "after": "12"]), "tasks.0.after.0", "no job 12"),
    (["name": "7", "tasks": [["command": "true", "requested_resources": [:]]]], "name", "digits alone"),
    (["name": "a\u{7}", "tasks": [["command": "true", "requested_resources": [:]]]], "name", "U+0007"),
    (["resume": 99, "tasks": [["command": "true", "requested_resources": [:]]]], "resume", "no job 99"),
  ]

  @Test func `What can't be made names its place and its limit, and nothing is made`() async throws {
    try await TestServer.run { server in
      for (job, place, words) in Self.refused {
        let answer = try await server.call("POST", "/jobs", job)
        #expect(answer.status == 422 || answer.status == 404, "\(place): \(answer.status) \(answer.body)")
        let issues = answer.body["_issues"]?.object ?? [:]
        let text = issues[place]?.string ?? "\(answer.body)"
        #expect(answer.status == 404 || issues[place] != nil, "\(place): \(answer.body)")
        #expect(text.contains(words), "\(place): \(answer.body)")
      }
      #expect(try await server.call("GET", "/jobs").total == 0)
      #expect(try await server.call("GET", "/tasks").total == 0)
    }
  }

  @Test func `A number that never was, another's job and a cursor of another list are refused`() async throws {
    try await TestServer.run { server in
      let made = try await server.call("POST", "/jobs", Self.job(["name": "a", "command": "true", "range": "1-3"]))
      #expect(made.status == 201, "\(made.body)")
      for (method, path) in [
        ("GET", "/jobs/99"), ("PATCH", "/jobs/99"), ("DELETE", "/jobs/99"), ("POST", "/jobs/99/retry"),
        ("GET", "/jobs/99/tasks"), ("GET", "/jobs/99/why"), ("GET", "/jobs/99/results"), ("GET", "/jobs/99/statistics"),
      ] {
        let answer = try await server.call(method, path, method == "PATCH" || method == "POST" ? [:] : nil)
        #expect(answer.status == 404, "\(method) \(path): \(answer.body)")
        #expect(answer.body["_error"]?["message"]?.string?.contains("no job 99") == true, "\(answer.body)")
      }
      for cursor in ["2", "0", "99.1", "1.x"] {
        let answer = try await server.call("GET", "/jobs/1/tasks?after=\(cursor)")
        #expect(answer.status == 422 && answer.body["_issues"]?["after"] != nil, "\(cursor): \(answer.body)")
      }
      #expect(try await server.call("GET", "/jobs/1/tasks?after=1.2").items.map { $0["member"] } == [3])
    }
  }

  @Test func `Jobs that are another's are passed over, and counted`() async throws {
    try await TestServer.run { server in
      var tokens: [String] = []
      for name in ["bob", "eve"] {
        let made = try await server.call("POST", "/users", ["name": .string(name), "role": "provider"])
        tokens.append(made.body["token"]?.string ?? "")
      }
      for token in tokens + [tokens[0]] {
        let job = try await server.call("POST", "/jobs", Self.job(["command": "true", "range": "1-3"]), token: token)
        let path = "/jobs/\(job.body["number"]?.integer ?? 0)"
        #expect(try await server.call("PATCH", path, ["state": "cancelled"], token: token).status == 200)
      }
      let forgot = try await server.call("DELETE", "/jobs?where={}", token: tokens[1])
      #expect(forgot.status == 204 && forgot.answer.header("banyan-others") == "2")
      #expect(try await server.call("GET", "/jobs").items.map { $0["owner"] } == ["bob", "bob"])
      let rest = try await server.call("DELETE", "/jobs?where={\"owner\":\"bob\"}", token: tokens[0])
      #expect(rest.status == 204 && rest.answer.header("banyan-others") == nil)
      #expect(try await server.call("GET", "/jobs").total == 0)
    }
  }

  @Test func `Pages of a filter are what the filter matches, with totals and cursors`() async throws {
    try await TestServer.run { server in
      for queue in ["slow", "fast"] {
        let job = Self.job(["command": "true", "range": "1-9", "queue": .string(queue)])
        #expect(try await server.call("POST", "/jobs", job).status == 201)
      }
      #expect(try await server.call("PATCH", "/jobs/1", ["members": "3-6", "state": "cancelled"]).status == 200)
      let first = try await server.call(
        "GET", "/tasks?where={\"state\":\"available\",\"queue\":\"slow\"}&max_results=3")
      #expect(first.total == 5 && first.items.map { $0["member"] } == [1, 2, 7])
      let next = try #require(first.body["_links"]?["next"]?["href"]?.string)
      let second = try await server.call("GET", next)
      #expect(second.total == 5 && second.items.map { $0["member"] } == [8, 9], "\(next)")
      let ended = try await server.call("GET", "/tasks?where={\"outcome\":\"cancelled\"}&sort=-job,-member")
      #expect(ended.items.map { $0["member"] } == [6, 5, 4, 3])
      #expect(try await server.call("GET", "/tasks?where={\"job\":2,\"state\":\"available\"}").total == 9)
      #expect(try await server.call("GET", "/jobs/1/tasks?where={\"state\":\"cancelled\"}").total == 4)
      #expect(try await server.call("GET", "/jobs?where={\"state\":\"waiting\"}&max_results=1").total == 2)
      #expect(try await server.call("GET", "/jobs?where={\"number\":2}").items.map { $0["number"] } == [2])
      #expect(try await server.call("GET", "/jobs?where={\"state\":{\"$in\":[\"failed\",\"succeeded\"]}}").total == 0)
    }
  }
}
