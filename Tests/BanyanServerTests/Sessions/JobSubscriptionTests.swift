import BanyanCore
import BanyanJSON
import TestSupport
import Testing

@testable import BanyanServer

/// Watchers of jobs: what happens to their tasks, and how they stand.
@Suite(.timeLimit(.minutes(2))) struct JobSubscriptionTests {
  @Test func `Who watches a job is told of its tasks with their places, how it stands, and of nothing else`()
    async throws
  {
    try await TestServer.run { server in
      let list: JSON = [TestServer.command, TestServer.command]
      let ids = try await server.call("POST", "/tasks", list).items.compactMap { $0["_id"]?.string }
      let other = try await server.submit(["name": "other"])
      var client = try await server.socket()
      #expect(try await client.ask(#"{"type": "subscribe", "id": 1, "jobs": [1]}"#)["type"] == "subscribed")
      let first = try await client.message()
      #expect(first["kind"] == "job_changed" && first["job"] == 1 && first["state"] == "waiting", "\(first)")
      #expect(first["counts"]?["available"] == 2 && first["task_count"] == 2)
      #expect(try await server.call("PATCH", "/tasks/\(other)", ["priority": 1]).status == 200)
      #expect(try await server.call("PATCH", "/tasks/\(ids[1])", ["state": "cancelled"]).status == 200)
      let event = try await client.message()
      #expect(event["kind"] == "cancelled" && event["task"] == .string(ids[1]), "\(event)")
      #expect(event["job"] == 1 && event["member"] == 2)
      let changed = try await client.message()
      #expect(changed["kind"] == "job_changed" && changed["counts"]?["cancelled"] == 1, "\(changed)")
      #expect(try await client.ask(#"{"type": "unsubscribe", "id": 2, "subscription": 1}"#)["type"] == "unsubscribed")
      #expect(try await server.call("PATCH", "/tasks/\(ids[0])", ["state": "cancelled"]).status == 200)
      #expect(try await client.ask(#"{"type": "get", "id": 3, "max_results": 1}"#)["type"] == "items")
      try await client.close()
    }
  }

  @Test func `What happened before is told with its place, and a job that goes is told as gone`() async throws {
    try await TestServer.run { server in
      let ids = try await server.call("POST", "/tasks", [["name": "a"], ["name": "b"]]).items
        .compactMap { $0["_id"]?.string }
      _ = try await server.submit(["name": "other"])
      #expect(try await server.call("PATCH", "/tasks/\(ids[0])", ["priority": 3]).status == 200)
      var client = try await server.socket()
      #expect(
        try await client.ask(#"{"type": "subscribe", "id": 1, "jobs": [1], "from_sequence": 0}"#)["type"]
          == "subscribed")
      var kinds: [String] = []
      while kinds.last != "edited" {
        let event = try await client.message()
        let kind = event["kind"]?.string ?? "none"
        if kind == "job_changed" { continue }
        kinds.append(kind)
        if kind != "job_created" { #expect(event["job"] == 1 && event["member"] != nil, "\(event)") }
      }
      #expect(kinds == ["job_created", "created", "created", "edited"])
      for id in ids {
        #expect(try await server.call("PATCH", "/tasks/\(id)", ["state": "cancelled"]).status == 200)
        #expect(try await server.call("DELETE", "/tasks/\(id)").status == 204)
      }
      var last = JSON.null
      while last["kind"] != "job_forgotten" { last = try await client.message() }
      #expect(last["job"] == 1)
      try await client.close()
    }
  }
}
