import BanyanCore
import BanyanJSON
import TestSupport
import Testing

@testable import BanyanServer

/// What a worker says, word by word, and what it is answered, over a raw socket.
@Suite(.timeLimit(.minutes(2))) struct WorkerWordsTests {
  private static let resources = #""resources": {"cpu_memory_bytes": 1000000000, "cpu_cores": 2, "gpus": []}"#
  private static let time = "2026-01-02T03:04:05.678Z"

  private static func hello(_ name: String = "w", running: String = "[]") -> String {
    #"{"type": "hello", "id": "h", "name": "\#(name)", "instance": "1", "version": "1", \#(resources), "running": \#(running)}"#
  }

  private static func worker(_ server: TestServer, _ name: String = "w") async throws -> RawClient {
    var client = try await server.socket(.worker)
    let welcome = try await client.ask(hello(name))
    #expect(welcome["type"] == "welcome", "\(welcome)")
    return client
  }

  private static func claim(_ client: inout RawClient, max: Int = 9) async throws -> [JSON] {
    try await client.ask(#"{"type": "claim", "id": 1, "max": \#(max), \#(resources)}"#)["tasks"]?.array ?? []
  }

  private static func result(
    _ task: JSON, _ state: String, token: String? = nil, status: String? = nil, time: String? = nil
  ) -> JSON {
    var result: JSONObject = ["task": task["_id"] ?? .null, "state": .string(state)]
    if token != "" { result["token"] = token.map(JSON.string) ?? task["token"] ?? .null }
    if let status { result["exit_status"] = .string(status) }
    if let time { result["time_terminated"] = .string(time) }
    return .object(result)
  }

  private static func report(_ results: [JSON], id: JSON = 2) -> String {
    (["type": "report", "id": id, "results": .array(results)] as JSON).encodedString()
  }

  // MARK: Identifiers

  @Test(arguments: ["7", "-1", "1.5", "0.1", "5.0", "123456789012345678901234567890", "1e999", #""a""#, #""""#])
  func `An id comes back as it was, in answers, heartbeats and errors`(id: String) async throws {
    try await TestServer.run { server async throws in
      // No parser here reads the largest ones: they are looked at as text.
      func isNamed(_ answer: String) -> Bool {
        guard let wanted = try? JSON(parsing: id) else { return answer.contains("\"id\":\(id)") }
        return (try? JSON(parsing: answer))?["id"] == wanted
      }
      var client = try await Self.worker(server)
      for (text, type) in [
        (#"{"type": "heartbeat", "id": \#(id)}"#, "heartbeat"), (#"{"type": "nosuch", "id": \#(id)}"#, "error"),
        (#"{"type": "report", "id": \#(id), "results": []}"#, "reported"),
      ] {
        try await client.send(RawClient.text(text))
        let answer = try await client.frame().text
        #expect(answer.contains("\"type\":\"\(type)\"") && isNamed(answer), "\(text): \(answer)")
      }
      try await client.close()
      var stranger = try await server.socket(token: nil, headers: [])
      try await stranger.send(RawClient.text(#"{"type": "get", "id": \#(id)}"#))
      let refused = try await stranger.frame().text
      #expect(refused.contains("\"code\":422") && isNamed(refused), "\(refused)")
      #expect(try await stranger.frame().closeCode == 1008)
    }
  }

  // MARK: Who it is

  @Test func `On an open server a token is looked at all the same`() async throws {
    try await TestServer.run(isOpen: true) { server async throws in
      var wrong = try await server.socket(token: nil, headers: [])
      let refused = try await wrong.ask(#"{"type": "authenticate", "id": 1, "token": "nonsense"}"#)
      #expect(refused["type"] == "error" && refused["code"] == 401 && refused["id"] == 1, "\(refused)")
      #expect(try await wrong.frame().closeCode == 1008)

      let token = try #require(server.tokens[.worker])
      var worker = try await server.socket(token: nil, headers: [])
      #expect(try await worker.ask(#"{"type": "authenticate", "token": "\#(token)"}"#)["type"] == "authenticated")
      #expect(try await worker.ask(Self.hello())["type"] == "welcome", "it is the worker's connection now")
      try await worker.close()

      var anybody = try await server.socket(token: nil, headers: [])
      #expect(try await anybody.ask(#"{"type": "get", "id": 1}"#)["type"] == "items")
      #expect(
        try await anybody.ask(#"{"type": "authenticate", "id": 2, "token": "\#(token)"}"#)["code"] == 422)
      try await anybody.close()
    }
  }

  @Test func `On a connection that is known another's token is refused, and one's own is good`() async throws {
    try await TestServer.run { server async throws in
      for (role, other) in [(Role.provider, Role.worker), (.worker, .provider)] {
        var client = try await server.socket(role)
        for (token, code) in [
          (server.tokens[role], nil), (server.tokens[other], 422), ("nonsense", 401),
        ] as [(String?, Int64?)] {
          let answer = try await client.ask(#"{"type": "authenticate", "id": 1, "token": "\#(token ?? "")"}"#)
          #expect(answer["code"]?.integer == code && answer["id"] == 1, "\(role): \(answer)")
        }
        try await client.close()
      }
    }
  }

  @Test func `What a role has no business with is refused by its name, before it is read`() async throws {
    try await TestServer.run { server async throws in
      let viewer = try await server.call("POST", "/users", ["name": "eve", "role": "viewer"]).body["token"]?.string
      var worker = try await server.socket(.worker)
      var provider = try await server.socket(.provider)
      var eve = try await server.socket(token: viewer)
      for type in ["submit", "cancel", "get", "subscribe", "unsubscribe"] {
        let answer = try await worker.ask(#"{"type": "\#(type)", "id": 1}"#)
        #expect(answer["code"] == 403 && answer["message"]?.string?.contains("worker") == true, "\(answer)")
      }
      for type in ["hello", "claim", "started", "report", "usage", "tails", "heartbeat", "release", "goodbye", "log"] {
        let answer = try await provider.ask(#"{"type": "\#(type)", "id": 1}"#)
        #expect(answer["code"] == 403 && answer["message"]?.string?.contains("provider") == true, "\(answer)")
      }
      for type in ["submit", "cancel", "claim"] {
        let answer = try await eve.ask(#"{"type": "\#(type)", "id": 1}"#)
        #expect(answer["code"] == 403 && answer["message"]?.string?.contains("viewer") == true, "\(answer)")
      }
      let post = try await server.call("POST", "/tasks", TestServer.command, token: viewer)
      let words = post.body["_error"]?["message"]?.string ?? ""
      #expect(post.status == 403 && words.contains("viewer") && !words.contains("token"), "\(post.body)")
      for client in [worker, provider, eve] { try await client.close() }
    }
  }

  // MARK: hello

  @Test func `A name has 1 to 256 characters, none of control`() async throws {
    try await TestServer.run { server async throws in
      var client = try await server.socket(.worker)
      for name in [
        "", String(repeating: "x", count: 257), String(repeating: "x", count: 100_000), #"a\u0007b"#, #"a\nb"#,
      ] {
        let answer = try await client.ask(Self.hello(name))
        #expect(answer["code"] == 422 && answer["issues"]?["name"] != nil, "\(name.prefix(9)): \(answer)")
      }
      #expect(try await client.ask(Self.hello(String(repeating: "é", count: 256)))["type"] == "welcome")
      try await client.close()
    }
  }

  @Test func `A hello may name more than a megabyte of attempts, each judged alone`() async throws {
    try await TestServer.run { server async throws in
      var client = try await server.socket(.worker)
      let token = String(repeating: "t", count: 80)
      var running = (0..<9_500).map { number in
        #"{"task": "\#(TaskID(seconds: 1, rest: UInt64(number)))", "token": "\#(token)"}"#
      }
      running.append(#"{"task": "\#(TaskID(seconds: 2, rest: 0))"}"#)
      let text = Self.hello(running: "[" + running.joined(separator: ",") + "]")
      #expect(text.utf8.count > 1 << 20)
      let welcome = try await client.ask(text)
      #expect(welcome["type"] == "welcome" && welcome["refused"]?.array?.count == 9_501, "\(welcome["type"] ?? .null)")
      try await client.close()
    }
  }

  @Test func `An attempt in a hello that can't be read is told, and the others count`() async throws {
    try await TestServer.run { server async throws in
      let id = try await server.submit(TestServer.command)
      var client = try await Self.worker(server)
      let task = try #require(try await Self.claim(&client).first)
      try await client.close()
      client = try await server.socket(.worker)
      let token = task["token"]?.string ?? ""
      let running = #"[{"task": 7, "token": "t"}, {"task": "\#(id)", "token": "\#(token)"}, "nonsense"]"#
      let welcome = try await client.ask(Self.hello(running: running))
      #expect(welcome["type"] == "welcome" && welcome["attached"] == [.string(id)], "\(welcome)")
      #expect(welcome["held"] == [] && welcome["refused"] == [], "\(welcome)")
      let told = try JSON(parsing: try await client.frame().text)
      #expect(told["type"] == "error" && told["code"] == 422 && told["id"] == nil, "\(told)")
      #expect(told["issues"]?["running.0.task"] != nil && told["issues"]?["running.2"] != nil, "\(told)")
      try await client.close()
    }
  }

  // MARK: claimed

  @Test func `What is claimed is the task as it stands, with the attempt's own`() async throws {
    try await TestServer.run { server async throws in
      var client = try await Self.worker(server)
      let id = try await server.submit([
        "command": "true", "name": "n", "requested_resources": ["memory": "1 MiB"], "state": "available",
        "labels": ["a": "b"], "priority": 7, "max_attempt_count": 3, "max_loss_count": 5,
        "retry_delay_milliseconds": 1000, "estimated_runtime_milliseconds": 60_000, "environment": ["K": "V"],
      ])
      let claimed = try #require(try await Self.claim(&client).first)
      let shown = try await server.call("GET", "/tasks/\(id)?dates=iso8601").body
      for (name, value) in shown.object ?? [:] { #expect(claimed[name] == value, "\(name)") }
      #expect(claimed["token"]?.string?.isEmpty == false && claimed["attempt_count"] == 1)
      #expect(claimed["claim_number"] == 1 && claimed["environment"] == ["K": "V"])
      try await client.close()
    }
  }

  // MARK: report

  @Test func `Each report is judged alone: one without a token is a 401 among good ones`() async throws {
    try await TestServer.run { server async throws in
      var client = try await Self.worker(server)
      for _ in 0..<3 { _ = try await server.submit(TestServer.command) }
      let tasks = try await Self.claim(&client)
      try #require(tasks.count == 3)
      let reported = try await client.ask(
        Self.report([
          Self.result(tasks[0], "terminated", status: "success", time: Self.time),
          Self.result(tasks[1], "terminated", token: "", status: "success", time: Self.time),
          Self.result(tasks[2], "terminated", token: "1-1-x", status: "success", time: Self.time),
          ["task": tasks[2]["_id"] ?? .null, "token": nil, "state": "terminated"],
          ["task": tasks[2]["_id"] ?? .null, "token": 17, "state": "terminated"],
        ]))
      #expect(
        reported["results"]?.array?.map { $0["code"]?.integer } == [nil, 401, 403, 401, 401], "\(reported)")
      try await client.close()
    }
  }

  @Test func `One item that can't be read is told, and the others are taken`() async throws {
    try await TestServer.run { server async throws in
      var client = try await Self.worker(server)
      for _ in 0..<4 { _ = try await server.submit(TestServer.command) }
      let tasks = try await Self.claim(&client)
      try #require(tasks.count == 4)
      let (id, token) = (tasks[0]["_id"] ?? .null, tasks[0]["token"] ?? .null)
      // What nothing is answered to: an error tells of the bad one, and the good one stands.
      for (type, good, bad) in [
        ("started", ["time_started": .string(Self.time)], ["time_started": "yesterday"]),
        ("usage", ["peak_memory_bytes": 7.0], ["peak_memory_bytes": "x"]),
        ("tails", ["stream": "stdout", "data": "YQ==", "size": 1], ["stream": "stdin", "data": "", "size": 0]),
      ] as [(String, JSON, JSON)] {
        let items = [bad, good].map { part in
          var item: JSONObject = ["task": id, "token": token]
          for (key, value) in part.object ?? [:] { item[key] = value }
          return JSON.object(item)
        }
        let error = try await client.ask(
          (["type": .string(type), "id": 5, "tasks": .array(items)] as JSON).encodedString())
        #expect(error["type"] == "error" && error["code"] == 422 && error["id"] == 5, "\(error)")
        #expect(error["issues"]?.object?.keys.allSatisfy { $0.hasPrefix("tasks.0.") } == true, "\(error)")
      }
      let history = try await server.call("GET", "/tasks/\(id.string ?? "")/history?dates=iso8601")
      #expect(try await client.message()["type"] == "request_usage")
      #expect(history.items.first?["time_started"] == .string(Self.time), "\(history.body)")
      #expect(history.items.first?["peak_memory_bytes"] == 7, "\(history.body)")

      let released = try await client.ask(
        (["type": "release", "id": 6, "tasks": [["task": id, "token": token, "reason": 5], 7]] as JSON)
          .encodedString())
      #expect(released["results"]?.array?.map { $0["code"] } == [422, 422], "\(released)")
      #expect(released["results"]?.array?.map { $0["task"] } == [id, .null], "\(released)")
      let reported = try await client.ask(
        Self.report([
          Self.result(tasks[0], "flying"), Self.result(tasks[1], "terminated", status: "success", time: Self.time),
          Self.result(tasks[2], "terminated", status: "success", time: "yesterday"), 7,
          Self.result(tasks[3], "terminated", token: "", status: "success", time: Self.time),
        ]))
      #expect(
        reported["results"]?.array?.map { $0["code"]?.integer } == [422, nil, 422, 422, 401], "\(reported)")
      #expect(reported["results"]?[1]?["accepted"] == true)
      try await client.close()
    }
  }

  @Test func `A report that comes again, word for word, gets the first answer`() async throws {
    try await TestServer.run { server async throws in
      var client = try await Self.worker(server)
      let ids = [try await server.submit(TestServer.command), try await server.submit(TestServer.command)]
      let tasks = try await Self.claim(&client)
      try #require(tasks.count == 2)
      #expect(try await server.call("PATCH", "/tasks/\(ids[0])", ["state": "cancelled"]).status == 200)
      #expect(try await client.message()["type"] == "cancel")
      let texts = [
        Self.report([Self.result(tasks[0], "cancelled")]), Self.report([Self.result(tasks[1], "available")]),
      ]
      for text in texts {
        let first = try await client.ask(text)
        #expect(first["results"]?[0]?["accepted"] == true, "\(first)")
        #expect(try await client.ask(text) == first)
      }
      let other = try await client.ask(Self.report([Self.result(tasks[0], "cancelled", status: "cancelled (SIGKILL)")]))
      #expect(other["results"]?[0]?["code"] == 409, "another word: \(other)")
      try await client.close()
    }
  }

  @Test func `What was reported before the server closes the connection is answered before`() async throws {
    try await TestServer.run { server async throws in
      var client = try await Self.worker(server)
      _ = try await server.submit(TestServer.command)
      let task = try #require(try await Self.claim(&client).first)
      let worker = try await server.call("GET", "/registered_workers").items.first?["_id"]?.string ?? ""
      #expect(try await client.message()["type"] == "request_usage", "somebody looks at workers")
      #expect(try await server.call("DELETE", "/registered_workers/\(worker)").status == 204)
      // Both pushes, in either order.
      let pushes = [try await client.message(), try await client.message()].compactMap { $0["type"]?.string }
      #expect(pushes.sorted() == ["cancel", "deregister"])
      // Its last attempt's end is the end of its registration, and of the connection.
      let reported = try await client.ask(Self.report([Self.result(task, "cancelled")]))
      #expect(reported["type"] == "reported" && reported["results"]?[0]?["accepted"] == true, "\(reported)")
      #expect(try await client.frame().closeCode == 1000)
    }
  }

  @Test func `A server that goes away says so before it closes`() async throws {
    let folder = TestFolder()
    let talk = try await LiveServer.run(in: folder.path) { server async throws in
      let port = server.ready.url.split(separator: ":").last.flatMap { Int($0) } ?? 0
      let test = TestServer(
        port: port,
        tokens: Dictionary(server.ready.firstUsers.map { ($0.role, $0.token) }, uniquingKeysWith: { first, _ in first })
      )
      let (greetings, report) = AsyncStream<Void>.makeStream()
      let talk = Task {
        defer { report.finish() }
        var client = try await Self.worker(test)
        report.yield()
        return (try await client.message()["type"], try await client.frame().closeCode)
      }
      for await _ in greetings { break }
      return talk
    }
    let (last, code) = try await talk.value
    #expect(last == "shutdown" && code == 1001)
  }
}
