import BanyanCore
import BanyanJSON
import Testing

@testable import BanyanServer

@Suite(.timeLimit(.minutes(2))) struct RouteTableTests {
  @Test func `Whoever has no business is told in one wording`() async throws {
    try await TestServer.run { server async throws in
      let none = try await server.call("GET", "/tasks", as: nil)
      let wrong = try await server.call("GET", "/tasks", token: "wrong")
      let unreadable = try await server.call("GET", "/tasks", as: nil, headers: ["Authorization: Basic ???"])
      for reply in [none, wrong, unreadable] {
        #expect(reply.status == 401)
        #expect(reply.answer.header("www-authenticate")?.hasPrefix("Basic") == true)
        #expect(reply.body == none.body)
        #expect(reply.body["_status"] == "ERR")
        #expect(reply.body["_error"]?["code"] == 401)
      }
      #expect(try await server.call("GET", "/tasks", as: .worker).status == 200)
      // Whose token is good is told that it is the role.
      let role = try await server.call("POST", "/tasks", TestServer.command, as: .worker)
      let words = role.body["_error"]?["message"]?.string ?? ""
      #expect(role.status == 403 && words.contains("worker") && !words.contains("token"), "\(role.body)")
      #expect(role.answer.header("www-authenticate") == nil)
    }
  }

  @Test func `A path that isn't there is 404, a method that isn't there 405 with those that are`() async throws {
    try await TestServer.run { server async throws in
      let nothing = try await server.call("GET", "/nothing")
      #expect(nothing.status == 404)
      #expect(nothing.body["_error"]?["code"] == 404)
      #expect(try await server.call("GET", "/tasks/nothing").status == 404)
      #expect(try await server.call("GET", "/tasks/0123456789abcdef01234567").status == 404)
      let method = try await server.call("DELETE", "/users")
      #expect(method.status == 405)
      #expect(method.answer.header("allow") == "GET, HEAD, POST")
      #expect(method.body["_error"]?["code"] == 405)
      #expect(try await server.call("PUT", "/tasks").answer.header("allow") == "GET, HEAD, POST, PATCH, DELETE")
      #expect(try await server.call("GET", "/tasks/add_continuations").status == 405)
    }
  }

  @Test func `HEAD is GET without its body`() async throws {
    try await TestServer.run { server async throws in
      let head = try await server.call("HEAD", "/tasks")
      let get = try await server.call("GET", "/tasks")
      #expect(head.status == 200)
      #expect(head.answer.header("content-length") == get.answer.header("content-length"))
      #expect(try await server.call("HEAD", "/healthz", as: nil).status == 200)
    }
  }

  @Test func `A body that can't be read is said so`() async throws {
    try await TestServer.run { server async throws in
      for (text, status) in [
        ("", 400), ("{", 400), ("{\"a\": 1, \"a\": 2}", 400), ("{\"a\": 99999999999999999999}", 400),
        ("{\"a\": 1e999}", 400),
        ("{\"a\": \"\\u0000\"}", 400), (String(repeating: "[", count: 100_000), 413),
        ("[" + String(repeating: "1,", count: 1_000_000) + "1]", 413), ("[1]", 422), ("17", 422), ("{}", 201),
        ("{\"nosuch\": 1}", 422),
      ] {
        let reply = try await server.call("POST", "/tasks", text: text)
        #expect(reply.status == status, "\(text.prefix(40)): \(reply.body)")
        if status != 201 { #expect(reply.body["_error"]?["message"]?.string?.isEmpty == false) }
      }
      let form = try await server.call("POST", "/tasks", text: "a=1")
      #expect(form.status == 400)
      let other = try await server.call("POST", "/tasks", headers: ["Content-Type: text/plain"], text: "{}")
      #expect(other.status == 415)
      let charset = try await server.call(
        "POST", "/tasks", headers: ["Content-Type: Application/JSON; charset=utf-8"], text: "{}")
      #expect(charset.status == 201)
    }
  }

  @Test func `A body over the limit is refused before it has come, and the connection ends`() async throws {
    try await TestServer.run { server async throws in
      for (role, size) in [(Role.provider, 16 << 20), (.worker, 1 << 20)] {
        var client = try await RawClient.connect(to: server.port)
        let path = role == .provider ? "/tasks" : "/tasks/0123456789abcdef01234567"
        let method = role == .provider ? "POST" : "PATCH"
        try await client.send(
          "\(method) \(path) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(server.tokens[role] ?? "")\r\n"
            + "Content-Type: application/json\r\nContent-Length: \(size + 1)\r\n\r\n")
        let answer = try await client.answer()
        #expect(answer.status == 413)
        #expect(answer.header("connection") == "close")
        #expect(await client.rest() == "")
      }
      // Without a length it is counted.
      var client = try await RawClient.connect(to: server.port)
      try await client.send(
        "POST /tasks HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(server.tokens[.provider] ?? "")\r\n"
          + "Transfer-Encoding: chunked\r\n\r\n")
      let chunk = "100000\r\n" + String(repeating: "x", count: 1 << 20) + "\r\n"
      for _ in 0..<17 { try await client.send(chunk) }
      #expect(try await client.answer().status == 413)
    }
  }

  @Test func `Another page's writes are refused, its reading is the browser's affair`() async throws {
    try await TestServer.run { server async throws in
      let evil = ["Origin: http://evil.example"]
      #expect(try await server.call("POST", "/tasks", TestServer.command, headers: evil).status == 403)
      #expect(try await server.call("GET", "/tasks", headers: evil).status == 200)
      let own = ["Origin: http://127.0.0.1:\(server.port)"]
      #expect(try await server.call("POST", "/tasks", TestServer.command, headers: own).status == 201)
    }
  }

  @Test func `An open server lets its own machine in, and nobody else`() async throws {
    try await TestServer.run(isOpen: true) { server async throws in
      #expect(try await server.call("POST", "/tasks", TestServer.command, as: nil).status == 201)
      #expect(try await server.call("GET", "/tasks", as: nil).total == 1)
      #expect(try await server.call("GET", "/tasks", token: "wrong").status == 401)
      for type in ["text/plain", "application/x-www-form-urlencoded"] {
        let reply = try await server.call("POST", "/tasks", as: nil, headers: ["Content-Type: \(type)"], text: "{}")
        #expect(reply.status == 415)
      }
      var client = try await RawClient.connect(to: server.port)
      try await client.send("GET /tasks HTTP/1.1\r\nHost: evil.example\r\n\r\n")
      #expect(try await client.answer().status == 403)
    }
  }

  @Test func `Guessing is slowed down, and valid tokens from the same address are served`() async throws {
    try await TestServer.run { server async throws in
      var client = try await RawClient.connect(to: server.port)
      let guess = "GET /tasks HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer wrong\r\n\r\n"
      try await client.send(String(repeating: guess, count: LoginLimiter.maxFailures + 1))
      for _ in 0..<LoginLimiter.maxFailures { #expect(try await client.answer().status == 401) }
      let slowed = try await client.answer()
      #expect(slowed.status == 429)
      #expect(slowed.header("retry-after") == "60")
      #expect(try await server.call("GET", "/tasks").status == 200)
    }
  }

  @Test func `Health is open, and the socket's address says what it is`() async throws {
    try await TestServer.run { server async throws in
      #expect(try await server.call("GET", "/healthz", as: nil).body == ["status": "ok"])
      #expect(try await server.call("GET", "/readyz", as: nil).body == ["status": "ready"])
      #expect(try await server.call("GET", "/ws", as: nil).status == 426)
      #expect(try await server.call("POST", "/ws", as: nil).status == 405)
    }
  }
}
