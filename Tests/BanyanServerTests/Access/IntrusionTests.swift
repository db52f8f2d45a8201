import BanyanCore
import BanyanJSON
import Foundation
import TestSupport
import Testing

@testable import BanyanServer

/// Those who have no business here, from outside, against the whole server.
@Suite(.timeLimit(.minutes(2))) struct IntrusionTests {
  private static let evil = "Origin: http://evil.example"

  @Test func `Another page's form and another page's WebSocket are 403, whether or not the server is open`()
    async throws
  {
    for isOpen in [false, true] {
      try await TestServer.run(isOpen: isOpen) { server async throws in
        let host = "http://127.0.0.1:\(server.port)"
        for (origin, form, socket) in [
          ("Origin: http://evil.example", 403, 403), ("Origin: null", 403, 403),
          ("Origin: \(host)", isOpen ? 415 : 415, 101), ("Origin: \(host)0", 403, 403),
        ] {
          let reply = try await server.call(
            "POST", "/tasks", headers: [origin, "Content-Type: application/x-www-form-urlencoded"], text: "a=1")
          #expect(reply.status == form, "\(origin)")
          var client = try await RawClient.connect(to: server.port)
          let headers = [origin, "Authorization: Bearer \(server.tokens[.provider] ?? "")"]
          try await client.send(
            RawClient.handshake(headers: headers).replacing("Host: localhost", with: "Host: 127.0.0.1:\(server.port)"))
          #expect(try await client.answer(hasBody: socket != 101).status == socket, "\(origin)")
          try await client.close()
        }
        #expect(try await server.call("GET", "/tasks").total == 0)
      }
    }
  }

  @Test func `A name that doesn't mean this machine is 403 where everybody is let in, for sockets too`() async throws {
    try await TestServer.run(isOpen: true) { server async throws in
      for (host, status) in [("evil.example", 403), ("127.0.0.1.evil.example", 403), ("localhost", 101)] {
        var client = try await RawClient.connect(to: server.port)
        try await client.send(
          RawClient.handshake(headers: []).replacing("Host: localhost", with: "Host: \(host)"))
        #expect(try await client.answer(hasBody: status != 101).status == status, "\(host)")
        try await client.close()
      }
    }
  }

  @Test func `A user is revoked, and its sockets are closed at once, also those that never said a word`() async throws {
    try await TestServer.run { server async throws in
      for role in ["worker", "provider", "viewer"] {
        let made = try await server.call("POST", "/users", ["name": .string("a \(role)"), "role": .string(role)])
        let token = made.body["token"]?.string ?? ""
        var silent = try await server.socket(token: token)
        var late = try await server.socket(token: nil, headers: [])
        let known = try await late.ask(#"{"type": "authenticate", "token": "\#(token)"}"#)
        #expect(known["type"] == "authenticated")
        let start = ContinuousClock.now
        #expect(try await server.call("DELETE", "/users/\(made.id)").status == 204)
        #expect(try await silent.frame().closeCode == 1008)
        #expect(try await late.frame().closeCode == 1008)
        #expect(ContinuousClock.now - start < .seconds(5))
        var again = try await RawClient.connect(to: server.port)
        try await again.send(RawClient.handshake(headers: ["Authorization: Bearer \(token)"]))
        #expect(try await again.answer().status == 401)
      }
    }
  }

  @Test func `The live page's feed ends with its reader's user`() async throws {
    try await TestServer.run { server async throws in
      let made = try await server.call("POST", "/users", ["name": "reader", "role": "viewer"])
      var client = try await RawClient.connect(to: server.port)
      try await client.send(
        "GET /live HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(made.body["token"]?.string ?? "")\r\nConnection: close\r\n\r\n"
      )
      #expect(try await client.answer(hasBody: false).status == 200)
      #expect(try await server.call("DELETE", "/users/\(made.id)").status == 204)
      #expect(await client.rest().contains("data: "))
    }
  }

  @Test func `Wrong tokens in messages are told in the words of 401, counted, and slowed down`() async throws {
    try await TestServer.run { server async throws in
      func guess(_ message: String) async throws -> JSON {
        var client = try await server.socket(token: nil, headers: [])
        let answer = try await client.ask(message)
        #expect(try await client.frame().closeCode == 1008)
        return answer
      }
      let wrong = try await guess(#"{"type": "authenticate", "id": 7, "token": "wrong"}"#)
      let refused = try await server.call("GET", "/tasks", token: "wrong")
      #expect(wrong["code"] == 401 && wrong["id"] == 7)
      #expect(wrong["message"] == refused.body["_error"]?["message"])
      #expect(try await guess(#"{"type": "get"}"#)["type"] == "error")
      var client = try await RawClient.connect(to: server.port)
      let request = "GET /tasks HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer wrong\r\n\r\n"
      try await client.send(String(repeating: request, count: LoginLimiter.maxFailures))
      for _ in 0..<LoginLimiter.maxFailures { _ = try await client.answer() }
      #expect(try await guess(#"{"type": "authenticate", "token": "wrong"}"#)["code"] == 429)
      var handshake = try await RawClient.connect(to: server.port)
      try await handshake.send(RawClient.handshake(headers: ["Authorization: Bearer wrong"]))
      #expect(try await handshake.answer().status == 429)
      // Who has a token isn't hurt.
      let good = try await server.socket()
      try await good.close()
      var late = try await server.socket(token: nil, headers: [])
      let token = server.tokens[.worker] ?? ""
      #expect(try await late.ask(#"{"type": "authenticate", "token": "\#(token)"}"#)["type"] == "authenticated")
    }
  }

  @Test func `Paths in a log's request lead nowhere`() async throws {
    try await TestServer.run { server async throws in
      let id = try await server.submit(TestServer.command)
      for path in [
        "/tasks/../../../etc/passwd/log", "/tasks/%2e%2e/log", "/tasks/%2e%2e%2f%2e%2e%2fetc%2fpasswd/log",
        "/tasks//etc/passwd/log", "/tasks/%2fetc%2fpasswd/log", "/tasks/\(id)/../\(id)/log",
        "/tasks/\(id)%2f..%2f..%2fpasswd/log", "/tasks/\(id)/log/../../../etc/passwd", "/tasks/\(id)%00/log",
        "/tasks/\(id)/log", "/tasks/..%5c..%5cwindows/log",
      ] {
        let reply = try await server.call("GET", path)
        #expect(reply.status == 404, "\(path): \(reply.status) \(reply.body)")
      }
      #expect(try await server.call("GET", "/tasks/\(id)/log?stream=../../etc/passwd").status == 422)
    }
  }

  @Test func `A request whose length is told twice, or can't be read, is 400`() async throws {
    try await TestServer.run { server async throws in
      let start = "POST /tasks HTTP/1.1\r\nAuthorization: Bearer \(server.tokens[.provider] ?? "")\r\nHost: a\r\n"
      for rest in [
        "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ", "Content-Length: -1\r\n\r\n{}",
        "Content-Length: 0x2\r\n\r\n{}", "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
      ] {
        var client = try await RawClient.connect(to: server.port)
        try await client.push(Array((start + rest).utf8))
        #expect(try await client.answer().status == 400, "\(rest)")
      }
      #expect(try await server.call("GET", "/tasks").total == 0)
    }
  }

  @Test func `An attempt of another worker is 403 and in the audit log, an older claim's token 409`() async throws {
    let folder = TestFolder()
    try await LiveServer.run(in: folder.path) { live in
      let port = live.ready.url.split(separator: ":").last.flatMap { Int($0) } ?? 0
      let tokens = Dictionary(
        live.ready.firstUsers.map { ($0.role, $0.token) }, uniquingKeysWith: { first, _ in first })
      let server = TestServer(port: port, tokens: tokens)
      let thief = try await server.call("POST", "/users", ["name": "thief", "role": "worker"])
      let stolen = thief.body["token"]?.string ?? ""
      let registration: JSON = ["worker_id": .string(thief.id), "address": ["ip": "b", "port": 1]]
      #expect(try await server.call("POST", "/registered_workers", registration).status == 201)
      let worker = try await server.registerWorker()
      let id = try await server.submit([
        "command": "true", "requested_resources": ["memory": "1 MiB"], "state": "available", "max_attempt_count": 3,
      ])
      let claimed = try await server.call("PATCH", "/tasks/\(id)", TaskRoutesTests.claim(worker), as: .worker)
      #expect(claimed.status == 200)
      let token = claimed.body["token"]?.string

      // By REST, with the true token of an attempt that isn't its own, and by the socket.
      let report = TaskRoutesTests.report(token)
      #expect(try await server.call("PATCH", "/tasks/\(id)", report, token: stolen).status == 403)
      let usage: JSON = ["task": .string(id), "time": "2026-01-02T03:04:05.678Z", "resident_memory_bytes": 1]
      #expect(try await server.call("POST", "/memory_usage", usage, token: stolen).status == 403)
      var socket = try await server.socket(token: stolen)
      _ = try await socket.ask(
        #"{"type": "hello", "id": 1, "name": "thief", "instance": "1", "version": "1", "resources": {"cpu_memory_bytes": 1000, "cpu_cores": 1, "gpus": []}}"#
      )
      let judged = try await socket.ask(
        #"{"type": "report", "id": 2, "results": [{"task": "\#(id)", "token": "\#(token ?? "")", "state": "terminated", "exit_status": "success", "time_terminated": "2026-01-02T03:04:05.678Z"}]}"#
      )
      #expect(judged["results"]?[0]?["accepted"] == false && judged["results"]?[0]?["code"] == 403, "\(judged)")
      #expect(try await server.call("GET", "/tasks/\(id)").body["state"] == "running")

      // The attempt fails and is claimed again: its old token is of an older claim.
      #expect(
        try await server.call("PATCH", "/tasks/\(id)", TaskRoutesTests.report(token, "failure"), as: .worker).status
          == 200)
      let again = try await server.call("PATCH", "/tasks/\(id)", TaskRoutesTests.claim(worker), as: .worker)
      #expect(again.status == 200, "\(again.body)")
      #expect(try await server.call("PATCH", "/tasks/\(id)", report, as: .worker).status == 409)
      #expect(
        try await server.call("PATCH", "/tasks/\(id)", TaskRoutesTests.report("9-9-AAAA"), as: .worker).status == 403)
      try await socket.close()
    }
    let text = try String(contentsOfFile: folder("audit.jsonl"), encoding: .utf8)
    let refused = try text.split(separator: "\n").map { try JSON(parsing: String($0)) }
      .filter { $0["outcome"] == "refused" }
    #expect(refused.map { $0["code"]?.integer } == [403, 403, 403, 409, 403])
    #expect(refused.prefix(3).allSatisfy { $0["by"] == "thief" }, "\(refused)")
  }
}
