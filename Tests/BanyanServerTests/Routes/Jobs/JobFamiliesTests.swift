import BanyanCore
import BanyanJSON
import Testing

@testable import BanyanServer

/// Jobs of families, from their making to their end.
@Suite(.timeLimit(.minutes(2))) struct JobFamiliesTests {
  private static let job: JSON = [
    "name": "sweep", "labels": ["paper": "3"], "defaults": ["requested_resources": ["memory": "1 MiB"]],
    "tasks": [
      ["name": "prepare", "command": "true"],
      ["name": "fit", "command": "fit {lr} {lrr}", "after": "prepare", "matrix": ["lr": ["0.1", "1e-3"]]],
      ["name": "all", "range": "1-3", "command": "true"],
    ],
  ]

  @Test func `A job is made, read, changed, tried again and forgotten`() async throws {
    try await TestServer.run { server in
      let key = ["Idempotency-Key: one"]
      let made = try await server.call("POST", "/jobs", Self.job, headers: key)
      #expect(made.status == 201, "\(made.body)")
      #expect(made.answer.header("location") == "/jobs/1")
      #expect(made.body["number"] == 1 && made.body["task_count"] == 6 && made.body["taken_over"] == 0)
      #expect(made.body["remarks"]?.array?.count == 1)
      #expect(try await server.call("POST", "/jobs", Self.job, headers: key).body == made.body)
      let job = try await server.call("GET", "/jobs/1").body
      #expect(job["labels"] == ["paper": "3"] && job["families"]?[1]?["parameters"] == ["lr"])
      let tasks = try await server.call("GET", "/jobs/1/tasks").items
      #expect(tasks.map { $0["name"] } == ["prepare", "fit[0.1]", "fit[1e-3]", "all[1]", "all[2]", "all[3]"])
      #expect(tasks[2]["command"] == "fit 1e-3 {lrr}" && tasks[2]["parameters"] == ["lr": "1e-3"])
      #expect(tasks[2]["family"] == "fit" && tasks[2]["job"] == 1 && tasks[2]["member"] == 3)
      let held = try await server.call("PATCH", "/jobs/1", ["held": true, "members": "4-5"])
      #expect(held.status == 200 && held.body["changed"] == 2, "\(held.body)")
      #expect(try await server.call("GET", "/jobs/1").body["counts"]?["held"] == 2)
      let cancelled = try await server.call("PATCH", "/jobs/1", ["state": "cancelled"])
      #expect(cancelled.body["cancelled"] == 6, "\(cancelled.body)")
      let figures = try await server.call("GET", "/jobs/1/statistics").body
      #expect(figures["done"]?.double == 1 && figures["critical_path"]?["remaining_milliseconds"] == 0, "\(figures)")
      let retried = try await server.call("POST", "/jobs/1/retry", ["members": "1-2"])
      #expect(retried.status == 201, "\(retried.body)")
      #expect((retried.body["task_count"]?.integer ?? 0) >= 2)
      #expect(try await server.call("GET", "/jobs/1/tasks").items.map { $0["name"] } == tasks.map { $0["name"] })
      #expect(try await server.call("GET", "/jobs/1/results").total == 6)
      #expect(try await server.call("DELETE", "/jobs/1").status != 204)
      #expect(try await server.call("PATCH", "/jobs/1", ["state": "cancelled"]).status == 200)
      #expect(try await server.call("DELETE", "/jobs?where={\"name\":\"sweep\"}").status == 204)
      #expect(try await server.call("GET", "/jobs/1").status == 404)
      #expect(try await server.call("GET", "/tasks").total == 0)
    }
  }

  @Test func `Who watches tasks of a family, or the job, is told what happens to its members as one`() async throws {
    try await TestServer.run { server in
      var client = try await server.socket()
      let text = Self.job.encodedString()
      let submitted = try await client.ask(#"{"type": "submit", "id": 1, "job": \#(text)}"#)
      #expect(submitted["type"] == "submitted" && submitted["job"] == 1, "\(submitted)")
      let tasks = submitted["tasks"]?.array?.compactMap(\.string) ?? []
      #expect(tasks.count == 6)
      #expect(
        try await client.ask(#"{"type": "subscribe", "id": "t", "tasks": ["\#(tasks[4])", "\#(tasks[5])"]}"#)["type"]
          == "subscribed")
      #expect(try await client.ask(#"{"type": "subscribe", "id": "j", "jobs": [1]}"#)["type"] == "subscribed")
      #expect(try await client.message()["kind"] == "job_changed")
      #expect(try await server.call("PATCH", "/jobs/1", ["held": true, "members": "4-5"]).status == 200)
      var (single, whole): (JSON?, JSON?) = (nil, nil)
      while single == nil || whole == nil {
        let event = try await client.message()
        if event["kind"] == "held" { if event["subscription"] == "t" { single = event } else { whole = event } }
      }
      #expect(single?["task"] == .string(tasks[4]) && single?["member"] == 5 && single?["members"] == nil)
      #expect(whole?["members"] == "4-5" && whole?["job"] == 1 && whole?["task"] == nil)
      let refused = try await client.ask(
        #"{"type": "submit", "id": 9, "job": {"tasks": [{"name": "a", "after": "b"}]}}"#)
      if refused["type"] == "error" {
        #expect(refused["issues"]?.object?.keys.allSatisfy { $0.hasPrefix("job.tasks.0.after") } == true, "\(refused)")
      }
      try await client.close()
    }
  }
}
