import BanyanCore
import BanyanJSON
import Foundation
import NIOCore
import Testing

@testable import BanyanServer

/// What is answered before the router is answered as by the router, in its turn, and no sooner than it may be told.
@Suite(.timeLimit(.minutes(1))) struct DirectTaskLookupTests {
  private func get(_ path: String, _ token: String?, _ headers: String...) -> String {
    let lines = headers + (token.map { ["Authorization: Bearer \($0)"] } ?? [])
    return "GET \(path) HTTP/1.1\r\nHost: localhost\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
  }

  @Test func theAnswerIsTheRouters() async throws {
    try await TestServer.run { server in
      let provider = server.tokens[.provider] ?? ""
      let basic = Data("\(provider):".utf8).base64EncodedString()
      let task: JSON = ["command": "a", "requested_resources": [:], "environment": ["A": "b"]]
      let id = try await server.submit(task)
      var client = try await RawClient.connect(to: server.port)
      // A parameter makes it the router's.
      try await client.send(get("/tasks/\(id)?dates=rfc1123", provider))
      let routed = try await client.answer()
      try await client.send(get("/tasks/\(id)", provider))
      let direct = try await client.answer()
      #expect(direct.status == 200)
      #expect(direct.body == routed.body)
      #expect(direct.header("content-type") == routed.header("content-type"))
      #expect(direct.header("date") != nil)
      try await client.send(get("/tasks/\(id)", nil, "authorization: Basic \(basic)"))
      #expect(try await client.answer().body == routed.body)

      for (path, token, status) in [
        ("/tasks/\(id)", "wrong", 401), ("/tasks/\(id)", nil, 401), ("/tasks/\(id)", server.tokens[.worker], 200),
        ("/tasks/ffffffffffffffffffffffff", provider, 404), ("/tasks/\(id)x", provider, 404),
        ("/tasks/zzzzzzzzzzzzzzzzzzzzzzzz", provider, 404),
      ] {
        try await client.send(get(path, token))
        #expect(try await client.answer().status == status, "\(path)")
      }
      let metrics = try await server.call("GET", "/metrics").answer.body
      // Those of the router and those before it, in one row.
      #expect(metrics.contains("\nbanyan_http_requests_total{method=\"GET\",route=\"/tasks/{id}\",code=\"200\"} 4\n"))
    }
  }

  @Test func aViewerSeesNoEnvironment() async throws {
    try await TestServer.run { server in
      let task: JSON = ["command": "a", "requested_resources": [:], "environment": ["SECRET": "canary"]]
      let id = try await server.submit(task)
      let viewer = try await server.call("POST", "/users", ["name": "eve", "role": "viewer"])
      let token = viewer.body["token"]?.string ?? ""
      #expect(try await !server.call("GET", "/tasks/\(id)", token: token).answer.body.contains("canary"))
      var client = try await RawClient.connect(to: server.port)
      try await client.send(get("/tasks/\(id)", token))
      let answer = try await client.answer()
      #expect(answer.status == 200)
      #expect(!answer.body.contains("canary"))
    }
  }

  @Test func answersKeepTheOrderOfTheRequests() async throws {
    try await TestServer.run { server in
      let token = server.tokens[.provider] ?? ""
      var ids: [String] = []
      for _ in 0..<3 { ids.append(try await server.submit(TestServer.command)) }
      var client = try await RawClient.connect(to: server.port)
      var text = ""
      for round in 0..<30 {
        text += get("/tasks?max_results=\(round + 1)", token)
        for id in ids { text += get("/tasks/\(id)", token) }
        text += get("/tasks/ffffffffffffffffffffffff", token)
      }
      try await client.send(text)
      for round in 0..<30 {
        #expect(try await client.answer().body.contains("\"max_results\":\(round + 1),"))
        for id in ids {
          let body = try await client.answer().body
          #expect(try JSON(parsing: body)["_id"]?.string == id)
        }
        #expect(try await client.answer().status == 404)
      }
    }
  }

  @Test func whoSendsNothingMoreIsAnsweredStill() async throws {
    try await TestServer.run { server in
      let id = try await server.submit(TestServer.command)
      var client = try await RawClient.connect(to: server.port)
      try await client.send(get("/tasks/\(id)", server.tokens[.provider]))
      try await client.channel.close(mode: .output)
      let rest = await client.rest()
      #expect(rest.hasPrefix("HTTP/1.1 200"))
      #expect(rest.contains(id))
    }
  }

  @Test func nothingIsToldBeforeItIsDurable() async throws {
    let bench = await QueueBench()
    let ids = try await bench.submit(QueueBench.draft())
    let first = try #require(ids.first)
    let told = Mailbox<TaskState?>()
    bench.queue.look(up: first) { told.put($0?.state) }
    #expect(await told.take() == .available)
    bench.disk.hold()
    let socket = FakeSocket(clock: bench.clock)
    bench.queue.post([.init(tag: 1, request: .command(.cancel([first], grace: nil, by: bench.ann)))], from: socket)
    bench.queue.look(up: first) { told.put($0?.state) }
    _ = await bench.queue.sequenceNow()
    #expect(told.count == 0)
    bench.disk.release()
    #expect(await told.take() == .cancelled)
    bench.queue.look(up: Identifier(seconds: 1, rest: 1)) { told.put($0?.state) }
    #expect(await told.take() == nil)
  }
}
