import BanyanCore
import BanyanJSON
import Testing

@testable import BanyanServer

/// What people may say, and how it is taken.
@Suite(.timeLimit(.minutes(2))) struct ManyWordsTests {
  @Test func `A method that no resource has is a 405, and a missing host a 400`() async throws {
    try await TestServer.run { server in
      let reply = try await server.call("PROPFIND", "/tasks")
      #expect(reply.status == 405)
      #expect(reply.answer.header("allow")?.contains("PATCH") == true)
      #expect(try await server.call("PROPFIND", "/nothing").status == 404)
      for path in [
        "/ws", "/", "/healthz", "/openapi.json", "/live", "/tasks/why", "/tasks/\(String(repeating: "0", count: 24))",
      ] {
        for method in ["PROPFIND", "TRACE", "PUT", "MKCOL", "OPTIONS"] {
          let reply = try await server.call(method, path, as: nil)
          #expect(reply.status == 405, "\(method) \(path)")
          #expect(reply.answer.header("allow")?.hasPrefix("GET, HEAD") == true, "\(method) \(path)")
          #expect(reply.body["_error"]?["code"] == 405)
        }
      }
      #expect(try await server.call("HEAD", "/ws", as: nil).status == 426)
      // What the parser knows no method by.
      for method in ["FOO", "get", "GETT"] {
        let reply = try await server.call(method, "/tasks")
        #expect(reply.status == 400 && reply.body["_error"]?["code"] == 400, "\(method): \(reply.body)")
        #expect(reply.answer.header("content-type") == "application/json")
      }
      for (version, status) in [("1.1", 400), ("1.0", 200)] {
        var client = try await RawClient.connect(to: server.port)
        try await client.send(
          "GET /tasks HTTP/\(version)\r\nConnection: close\r\nAuthorization: Bearer \(server.tokens[.provider] ?? "")\r\n\r\n"
        )
        #expect(try await client.answer().status == status)
      }
    }
  }

  @Test func `Resources by name have bounds`() async throws {
    try await TestServer.run { server in
      func ask(_ names: [String]) async throws -> TestServer.Reply {
        var custom = JSONObject()
        for name in names { custom[name] = 1 }
        return try await server.call(
          "POST", "/tasks", ["command": "true", "requested_resources": ["custom": .object(custom)]])
      }
      let field = "requested_resources.custom"
      let longest = String(repeating: "\u{e9}", count: 128)
      let most = try await ask([longest] + (1..<64).map { "n\($0)" })
      #expect(most.status == 201)
      let many = try await ask((0..<65).map { "n\($0)" })
      #expect(many.issue(field)?.contains("at most 64") == true)
      let long = try await ask([longest + "x"])
      #expect(long.body.encodedString().contains("1 to 128"))
      let nameless = try await ask([""])
      #expect(nameless.issue("\(field).")?.contains("1 to 128") == true)
    }
  }

  @Test func `Snapshots are a list like others, the newest first`() async throws {
    try await TestServer.run { server in
      for name in ["a", "b", "c"] {
        _ = try await server.call("POST", "/tasks", ["name": .string(name)])
        #expect(try await server.call("POST", "/snapshots").status == 201)
      }
      let all = try await server.call("GET", "/snapshots")
      let sequences = all.items.compactMap { $0["sequence"]?.integer }
      #expect(sequences.count >= 2 && sequences == sequences.sorted(by: >))
      let turned = try await server.call("GET", "/snapshots?sort=sequence&max_results=1&page=2")
      #expect(turned.items.map { $0["sequence"]?.integer } == [sequences.sorted()[1]])
      #expect(turned.body["_meta"]?["total"]?.integer == Int64(sequences.count))
      let old = try await server.call("GET", "/snapshots?where=%7B%22sequence%22:\(sequences[1])%7D")
      #expect(old.items.map { $0["sequence"]?.integer } == [sequences[1]])
      #expect(try await server.call("GET", "/snapshots?sort=sequenze").status == 422)
    }
  }

  @Test func `A body that says it is something else is a 415, wherever it is sent`() async throws {
    try await TestServer.run { server in
      let id = try await server.submit(["name": "there"])
      for (method, path) in [
        ("POST", "/tasks"), ("PATCH", "/tasks"), ("PATCH", "/tasks/\(id)"), ("POST", "/tasks/\(id)/retry"),
        ("POST", "/tasks/\(id)/abandon"), ("POST", "/snapshots"), ("DELETE", "/tasks/\(id)"), ("GET", "/tasks"),
        ("GET", "/healthz"), ("POST", "/users"),
      ] {
        for header in [
          "Content-Encoding: gzip", "Content-Encoding: identity, br", "Content-Type: text/plain",
        ] {
          let reply = try await server.call(method, path, ["name": "a"], headers: [header])
          #expect(reply.status == 415 && reply.body["_error"]?["code"] == 415, "\(method) \(path) \(header)")
        }
        var client = try await RawClient.connect(to: server.port)
        try await client.send(
          "\(method) \(path) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(server.tokens[.provider] ?? "")\r\n"
            + "Content-Type: application/json\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")
        #expect(try await client.answer().status == 415, "\(method) \(path)")
        try await client.close()
      }
      #expect(try await server.call("GET", "/tasks/\(id)").body["name"] == "there")
      // Of what isn't there nothing is said.
      #expect(try await server.call("GET", "/tasks", headers: ["Content-Encoding: gzip"]).status == 200)
      let plain = try await server.call("POST", "/tasks", ["name": "b"], headers: ["Content-Encoding: identity"])
      #expect(plain.status == 201)
    }
  }

  @Test(arguments: [
    ("Host: a", 200), ("Host: a.b-c_d:80", 200), ("Host: [::1]:5100", 200), ("Host: 127.0.0.1:1", 200),
    ("host:a:", 200),
    ("", 400), ("Host:", 400), ("Host: a\r\nHost: a", 400), ("Host: a\r\nhost: b", 400), ("Host: a b", 400),
    ("Host: a/b", 400), ("Host: a@b", 400), ("Host: a:x", 400), ("Host: a:123456", 400), ("Host: [::1", 400),
    ("Host: []", 400), ("Host: a, b", 400), ("Host: \u{e9}", 400),
  ]) func `A request names its host, once`(header: String, status: Int) async throws {
    try await TestServer.run { server in
      let lines = header.isEmpty ? "" : header + "\r\n"
      let id = try await server.submit(["name": "a"])
      // One for the router, one that is answered before it, and a handshake.
      for path in ["/tasks", "/tasks/\(id)"] {
        var client = try await RawClient.connect(to: server.port)
        try await client.send(
          "GET \(path) HTTP/1.1\r\n\(lines)Authorization: Bearer \(server.tokens[.provider] ?? "")\r\n\r\n")
        let answer = try await client.answer()
        #expect(answer.status == status, "\(header)")
        if status == 400 { #expect(try JSON(parsing: answer.body)["_error"]?["code"] == 400) }
        try await client.close()
      }
      var client = try await RawClient.connect(to: server.port)
      try await client.send(
        "GET /ws HTTP/1.1\r\n\(lines)Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
          + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
      #expect(try await client.answer(hasBody: status == 400).status == (status == 200 ? 101 : 400), "\(header)")
      try await client.close()
    }
  }

  @Test func `null takes an optional field away in a PATCH alone`() async throws {
    try await TestServer.run { server in
      let fields: JSON = [
        "name": "a", "command": "true", "requested_resources": [:], "working_directory": "/tmp",
        "labels": ["a": "b"], "max_runtime_milliseconds": 5, "environment": ["A": "b"],
      ]
      let task = try await server.call("POST", "/tasks", fields).id
      let path = "/tasks/\(task)"
      let change: JSON = [
        "name": nil, "working_directory": nil, "labels": nil, "max_runtime_milliseconds": nil, "environment": nil,
      ]
      #expect(try await server.call("PATCH", path, change).status == 200)
      let body = try await server.call("GET", path).body
      for field in ["name", "working_directory", "labels", "max_runtime_milliseconds", "environment"] {
        #expect(body[field] == nil, "\(field)")
      }
      #expect(try await server.call("PATCH", path, ["priority": nil]).issue("priority") != nil)
      #expect(try await server.call("PATCH", path, ["requested_resources": nil]).status == 422)
      let program: JSON = ["arguments": ["true"], "command": nil]
      #expect(try await server.call("PATCH", path, program).status == 200)
      #expect(try await server.call("POST", "/tasks", ["name": nil]).issue("name") != nil)
    }
  }

  @Test func `Names are told apart by their code points`() async throws {
    try await TestServer.run { server in
      let (composed, decomposed) = ("caf\u{e9}", "cafe\u{301}")
      let body = "{\"name\": \"\(composed)\", \"labels\": {\"\(composed)\": \"1\", \"\(decomposed)\": \"2\"}}"
      let one = try await server.call("POST", "/tasks", text: body)
      #expect(one.status == 201)
      let two = try await server.call("POST", "/tasks", text: "{\"name\": \"\(decomposed)\"}")
      #expect(two.status == 201)
      let shown = try await server.call("GET", "/tasks/\(one.id)").body["labels"]?.object
      #expect(shown?.count == 2)
      let found = try await server.call("GET", "/tasks?where=%7B%22name%22:%22cafe%CC%81%22%7D")
      #expect(found.items.map { $0["_id"]?.string } == [two.id])
      let among = try await server.call("GET", "/tasks?where=%7B%22name%22:%7B%22$in%22:%5B%22caf%C3%A9%22%5D%7D%7D")
      #expect(among.items.map { $0["_id"]?.string } == [one.id])
    }
  }

  @Test func `Percentages are real numbers, and integers may have a point`() async throws {
    try await TestServer.run { server in
      let made = try await server.call(
        "POST", "/tasks",
        text:
          #"{"command": "true", "priority": 5.0, "requested_resources": {"cpu_cores": {"percent": 33.5, "count": 2.0}}}"#
      )
      #expect(made.status == 201)
      let task = try await server.call("GET", "/tasks/\(made.id)").body
      #expect(task["priority"] == 5)
      #expect(task["requested_resources"]?["cpu_cores"]?["percent"]?.double == 33.5)
      for percent in ["100.5", "-1", "\"5\""] {
        let text = "{\"command\": \"true\", \"requested_resources\": {\"cpu_cores\": {\"percent\": \(percent)}}}"
        #expect(try await server.call("POST", "/tasks", text: text).status == 422, "\(percent)")
      }
      #expect(try await server.call("POST", "/tasks", text: #"{"priority": 5.5}"#).status == 422)
    }
  }

  @Test func `Every list refuses fields that it doesn't have, and dates without a zone`() async throws {
    try await TestServer.run { server in
      for path in ["/tasks", "/registered_workers", "/users", "/execution_info"] {
        let reply = try await server.call("GET", "\(path)?where=%7B%22_ide%22:1%7D")
        #expect(reply.issue("where._ide")?.contains("_id") == true, "\(path)")
      }
      func created(_ date: String) async throws -> TestServer.Reply {
        try await server.call("GET", "/tasks?where=%7B%22_created%22:%7B%22$gt%22:%22\(date)%22%7D%7D")
      }
      #expect(try await created("2020-01-31").status == 200)
      #expect(try await created("2020-01-31T10:00:00").issue("where._created.$gt")?.contains("zone") == true)
    }
  }

  @Test func `A sequence that has not come is refused, and a name with dots is found`() async throws {
    try await TestServer.run { server in
      var socket = try await server.socket()
      let refusal = try await socket.ask(#"{"type": "subscribe", "id": 1, "from_sequence": 1000000}"#)
      #expect(refusal["code"] == 422)
      #expect(refusal["issues"]?["from_sequence"]?.string?.contains("newest") == true)
      let resources: JSON = ["custom": ["license.solver": 1]]
      _ = try await server.call("POST", "/tasks", ["command": "true", "requested_resources": resources])
      let path = "/tasks?where=%7B%22requested_resources.custom.license.solver%22:1%7D"
      #expect(try await server.call("GET", path).total == 1)
    }
  }

  /// Neither the loop of a connection nor everybody's lists stand still for one person's pattern.
  @Test func `Whatever one person asks, others are answered`() async throws {
    try await TestServer.run { server in
      let pattern = "%7B%22name%22:%7B%22$regex%22:%22((((){1000}){1000}){1000}){1000}%22%7D%7D"
      #expect(try await server.call("GET", "/tasks?where=\(pattern)").status == 422)
      let line = String(repeating: "a", count: 131_000)
      let tasks = (0..<20).map {
        JSON.object(["name": .string("t\($0)"), "command": .string(line), "requested_resources": [:]])
      }
      #expect(try await server.call("POST", "/tasks", .array(tasks)).status == 201)
      let slow = "/tasks?where=%7B%22command%22:%7B%22$regex%22:%22(a?)%7B900%7Db%22%7D%7D"
      var askers: [RawClient] = []
      for _ in 0..<4 {
        let asker = try await RawClient.connect(to: server.port)
        try await asker.send(
          "GET \(slow) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(server.tokens[.provider] ?? "")\r\n\r\n")
        askers.append(asker)
      }
      let clock = ContinuousClock()
      let start = clock.now
      #expect(try await server.call("GET", "/tasks?where=%7B%22name%22:%22t1%22%7D").total == 1)
      #expect(try await server.call("GET", "/users").status == 200)
      #expect(start.duration(to: clock.now) < .seconds(5))
      for asker in askers { try await asker.close() }
    }
  }
}
