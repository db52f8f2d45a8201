import BanyanCore
import BanyanJSON
import Testing

@testable import BanyanServer

@Suite(.timeLimit(.minutes(2))) struct TaskRoutesTests {
  static func claim(_ worker: String) -> JSON {
    ["state": "running", "update_execution_data": ["worker_id": .string(worker)]]
  }

  static func report(_ token: String?, _ status: String = "success") -> JSON {
    var data: JSONObject = [
      "exit_status": .string(status), "time_terminated": "2026-01-02T03:04:05.678Z",
    ]
    if let token { data["token"] = .string(token) }
    return ["state": "terminated", "update_execution_data": .object(data)]
  }

  @Test func `Fields are changed while the task is inactive`() async throws {
    try await TestServer.run { server in
      let id = try await server.submit(["command": "a", "requested_resources": [:]])
      let patch = try await server.call(
        "PATCH", "/tasks/\(id)", ["requested_resources": ["cores": 1, "memory": "1 GiB"]])
      #expect(patch.status == 200)
      #expect(patch.id == id)
      #expect(try await server.call("PATCH", "/tasks/\(id)", ["state": "available", "nosuch": 1]).status == 422)
      #expect(try await server.call("PATCH", "/tasks/\(id)", ["state": "available"]).status == 200)
      let late = try await server.call("PATCH", "/tasks/\(id)", ["priority": 3])
      #expect(late.status == 422)
      #expect(late.issue("priority") != nil)
      #expect(try await server.call("PATCH", "/tasks/\(id)", ["priority": 0]).status == 200)
      #expect(try await server.call("DELETE", "/tasks/\(id)").status == 422)
      #expect(try await server.call("PATCH", "/tasks/\(id)", ["state": "cancelled"]).status == 200)
      #expect(try await server.call("DELETE", "/tasks/\(id)").status == 204)
      #expect(try await server.call("DELETE", "/tasks/\(id)").status == 404)
    }
  }

  @Test func `A worker's token is looked at first, then the step, then fields that are not its to write`() async throws
  {
    try await TestServer.run { server in
      let worker = try await server.registerWorker()
      let id = try await server.submit(TestServer.command)
      func patch(_ body: JSON) async throws -> TestServer.Reply {
        try await server.call("PATCH", "/tasks/\(id)", body, as: .worker)
      }
      let greedy = try await patch([
        "state": "running", "priority": 1, "update_execution_data": ["worker_id": .string(worker)],
      ])
      #expect(greedy.status == 422 && greedy.issue("priority") != nil, "\(greedy.body)")
      #expect(try await server.call("GET", "/tasks/\(id)").body["state"] == "available", "nothing was claimed")
      let token = try await patch(Self.claim(worker)).body["token"] ?? .null
      for (data, status) in [(nil, 401), (["token": "1-1-AAAA"], 403), (["token": token], 422)] as [(JSON?, Int)] {
        for fields in [["priority": 1], ["nosuch": 1], ["continuations": []], ["labels": ["a": "b"]]] as [JSONObject] {
          var body = fields
          if let data { body["update_execution_data"] = data }
          let reply = try await patch(.object(body))
          #expect(reply.status == status, "\(body): \(reply.body)")
          if status == 422 { #expect(reply.body["_issues"]?.object?.count == 1, "\(reply.body)") }
        }
      }
      let step = try await patch(["state": "inactive", "priority": 1, "update_execution_data": ["token": token]])
      #expect(step.status == 422 && step.issue("state") != nil, "\(step.body)")
      #expect(try await patch(Self.report(token.string)).status == 200)
      #expect(try await patch(["priority": 1, "update_execution_data": ["token": token]]).status == 409)
    }
  }

  @Test func `A worker claims, says how it goes, and reports, with the attempt's token`() async throws {
    try await TestServer.run { server in
      let worker = try await server.registerWorker()
      let child = try await server.submit(["command": "b", "requested_resources": [:]])
      let id = try await server.submit(["command": "a", "requested_resources": [:], "continuations": [.string(child)]])
      #expect(try await server.call("PATCH", "/tasks/\(id)", Self.claim(worker), as: .worker).status == 422)
      #expect(try await server.call("PATCH", "/tasks/\(id)", ["state": "available"]).status == 200)
      #expect(try await server.call("PATCH", "/tasks/\(id)", Self.claim(worker)).status == 403)
      let claimed = try await server.call("PATCH", "/tasks/\(id)", Self.claim(worker), as: .worker)
      #expect(claimed.status == 200)
      let token = claimed.body["token"]?.string
      #expect(try await server.call("PATCH", "/tasks/\(id)", Self.claim(worker), as: .worker).status == 422)
      #expect(try await server.call("GET", "/tasks/\(id)").body["worker_id"] == .string(worker))

      // The token comes before the fields.
      func data(_ members: JSON, _ path: String = "update_execution_data") async throws -> TestServer.Reply {
        try await server.call("POST", "/tasks/\(id)/\(path)", members, as: .worker)
      }
      #expect(try await data(["nosuch": 1]).status == 401)
      #expect(try await data(["nosuch": 1, "token": "1-1-AAAA"]).status == 403)
      #expect(try await data(["nosuch": 1, "token": .string(token ?? "")]).status == 422)
      #expect(try await data(["time_started": "2026-01-02T03:04:05.678Z"]).status == 401)
      #expect(
        try await data(["time_started": "2026-01-02T03:04:05.678Z", "token": .string(token ?? "")]).status == 200)
      #expect(try await data(["exit_status": "success", "token": .string(token ?? "")]).status == 422)

      #expect(try await server.call("PATCH", "/tasks/\(id)", Self.report(nil), as: .worker).status == 401)
      #expect(try await server.call("PATCH", "/tasks/\(id)", Self.report("1-1-AAAA"), as: .worker).status == 403)
      #expect(try await server.call("PATCH", "/tasks/\(id)", Self.report(token), as: .worker).status == 200)
      #expect(try await server.call("GET", "/tasks/\(id)").body["state"] == "terminated")
      #expect(try await server.call("GET", "/tasks/\(child)").body["state"] == "available")
      #expect(try await server.call("PATCH", "/tasks/\(id)", Self.report(token), as: .worker).status == 200)
      #expect(try await server.call("PATCH", "/tasks/\(id)", Self.report(token, "failure"), as: .worker).status == 409)

      let history = try await server.call("GET", "/tasks/\(id)/history?dates=iso8601")
      #expect(history.items.count == 1)
      #expect(history.items[0]["exit_status"] == "success")
      #expect(history.items[0]["time_started"] == "2026-01-02T03:04:05.678Z")
      let record = history.items[0]["_id"]?.string ?? ""
      #expect(try await server.call("GET", "/execution_info").items.count == 1)
      #expect(try await server.call("GET", "/execution_info/\(record)").body["task_id"] == .string(id))
      #expect(try await server.call("GET", "/execution_info/\(id)").status == 404)
      #expect(try await server.call("GET", "/tasks/\(id)/log").status == 410)
      #expect(try await server.call("GET", "/tasks/\(child)/log").status == 404)
      #expect(try await server.call("GET", "/tasks/\(id)/log?stream=stdin").status == 422)
    }
  }

  @Test func `A worker's user that nobody registered is by its first claim, unless it was unregistered`() async throws {
    try await TestServer.run { server in
      func claim(_ data: JSON) async throws -> TestServer.Reply {
        let id = try await server.submit(TestServer.command)
        return try await server.call(
          "PATCH", "/tasks/\(id)", ["state": "running", "update_execution_data": data], as: .worker)
      }
      // A claim that is refused registers nobody.
      let waiting = try await server.submit(["command": "a", "requested_resources": [:]])
      let early: JSON = ["state": "running", "update_execution_data": ["worker": "worker"]]
      #expect(try await server.call("PATCH", "/tasks/\(waiting)", early, as: .worker).status == 422)
      #expect(try await server.call("GET", "/registered_workers").total == 0)
      #expect(try await claim(["worker": "somebody"]).status == 403)

      let first = try await claim(["worker": "worker"])
      #expect(first.status == 200)
      let workers = try await server.call("GET", "/registered_workers").items
      #expect(workers.map { $0["name"] } == ["worker"])
      let id = workers.first?["_id"]?.string ?? "none"
      #expect(try await claim(["worker_id": .string(id)]).status == 200)
      let both = try await claim(["worker_id": .string(id), "worker": "worker"])
      #expect(both.issue("update_execution_data.worker") != nil)
      #expect(try await claim(["worker": ""]).status == 422)

      #expect(try await server.call("DELETE", "/registered_workers/\(id)").status == 204)
      #expect(try await claim(["worker": "worker"]).status == 403)
    }
  }

  @Test func `A running task that is cancelled waits for its worker`() async throws {
    try await TestServer.run { server in
      let worker = try await server.registerWorker()
      let id = try await server.submit(TestServer.command)
      let token = try await server.call("PATCH", "/tasks/\(id)", Self.claim(worker), as: .worker).body["token"]?.string
      let cancel = try await server.call(
        "PATCH", "/tasks/\(id)", ["state": "cancelled", "shutdown_time_milliseconds": 10])
      #expect(cancel.status == 200)
      #expect(try await server.call("GET", "/tasks/\(id)").body["state"] == "pending_cancellation")
      #expect(try await server.call("PATCH", "/tasks/\(id)", Self.report(token), as: .worker).status == 200)
      #expect(try await server.call("GET", "/tasks/\(id)").body["state"] == "terminated")
    }
  }
}
