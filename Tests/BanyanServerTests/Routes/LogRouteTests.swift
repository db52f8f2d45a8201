import BanyanCore
import BanyanJSON
import BanyanWire
import Testing

@testable import BanyanServer

@Suite(.timeLimit(.minutes(2))) struct LogRouteTests {
  /// A worker on a socket that holds one task, and answers for its log.
  struct Worker {
    var socket: RawClient
    var task = ""
    var claim: Int64 = 0
    /// The attempt's token.
    var token: JSON = .null

    static func connect(to server: TestServer) async throws -> Worker {
      let token = server.tokens[.worker] ?? ""
      var worker = Worker(
        socket: try await RawClient.socket(to: server.port, headers: ["Authorization: Bearer \(token)"]))
      let resources: JSON = ["cpu_memory_bytes": 1_073_741_824, "cpu_cores": 4]
      let welcome = try await worker.ask(
        ["type": "hello", "id": 1, "name": "w", "instance": "i", "resources": resources])
      #expect(welcome["type"] == "welcome")
      let claimed = try await worker.ask(["type": "claim", "id": 2, "resources": resources, "max": 1])
      worker.task = claimed["tasks"]?[0]?["_id"]?.string ?? "none"
      worker.token = claimed["tasks"]?[0]?["token"] ?? .null
      worker.claim = claimed["tasks"]?[0]?["claim_number"]?.integer ?? 0
      return worker
    }

    mutating func ask(_ message: JSON) async throws -> JSON {
      try await socket.send(RawClient.text(message.encodedString()))
      return try await next()
    }

    mutating func next() async throws -> JSON { try JSON(parsing: try await socket.frame().text) }

    /// Answers so many requests for pieces of a log.
    mutating func serve(_ log: [UInt8], requests: Int, end: Bool = true) async throws {
      for _ in 0..<requests {
        let push = try await next()
        #expect(push["type"] == "request_log")
        #expect(push["task"] == .string(task))
        #expect(push["claim_number"] == .integer(claim))
        let wish = Int(push["offset"]?.integer ?? 0)
        let offset = min(log.count, wish < 0 ? max(0, log.count + wish) : wish)
        let piece = log[offset...].prefix(Int(push["limit"]?.integer ?? 0))
        let answer: JSON = [
          "type": "log", "id": push["id"] ?? .null, "data": .string(Base64.text(of: Array(piece))),
          "offset": .integer(Int64(offset)),
          "size": .integer(Int64(log.count)), "end": .bool(end && offset + piece.count == log.count),
        ]
        try await socket.send(RawClient.text(answer.encodedString()))
      }
    }
  }

  @Test func `The bytes come from the worker, exactly, however many pieces they take`() async throws {
    try await TestServer.run { server in
      let id = try await server.submit(TestServer.command)
      var worker = try await Worker.connect(to: server)
      #expect(worker.task == id)
      let log = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 % 251) }.map { $0 & 0x7F }
      async let whole = server.call("GET", "/tasks/\(id)/log")
      // One of them is for its end, which the answer's head tells.
      try await worker.serve(log, requests: 4)
      let answer = try await whole
      #expect(answer.status == 200)
      #expect(Array(answer.answer.body.utf8) == log)
      #expect(answer.answer.header("banyan-log-size") == "600000")
      #expect(answer.answer.header("banyan-log-end") == "true")

      async let part = server.call("GET", "/tasks/\(id)/log?stream=stderr&offset=5&limit=7")
      try await worker.serve(log, requests: 1)
      #expect(Array(try await part.answer.body.utf8) == Array(log[5..<12]))
      #expect(try await part.answer.header("banyan-log-end") == "false")

      async let tail = server.call("GET", "/tasks/\(id)/log?offset=-4")
      try await worker.serve(log, requests: 1)
      #expect(Array(try await tail.answer.body.utf8) == Array(log.suffix(4)))
      #expect(try await tail.answer.header("banyan-log-offset") == "599996")

      async let beyond = server.call("GET", "/tasks/\(id)/log?offset=700000&attempt=1")
      try await worker.serve(log, requests: 1, end: false)
      #expect(try await beyond.status == 200)
      #expect(try await beyond.answer.body == "")

      async let refused = server.call("GET", "/tasks/\(id)/log")
      let push = try await worker.next()
      try await worker.socket.send(
        RawClient.text(
          JSON.object(["type": "error", "id": push["id"] ?? .null, "code": 404, "message": "no log"]).encodedString()))
      #expect(try await refused.status == 404)
      #expect(try await server.call("GET", "/tasks/\(id)/log?attempt=2").status == 404)
      #expect(try await server.call("GET", "/registered_workers").items.first?["connected"] == true)
    }
  }

  @Test func `A log that was removed is gone, and one to which nothing came is whole`() async throws {
    try await TestServer.run { server in
      let id = try await server.submit(TestServer.command)
      var worker = try await Worker.connect(to: server)
      func read(_ stream: String, isEnd: Bool) async throws -> TestServer.Reply {
        async let reply = server.call("GET", "/tasks/\(id)/log?stream=\(stream)")
        try await worker.serve([], requests: 1, end: isEnd)
        return try await reply
      }
      #expect(try await read("stdout", isEnd: false).status == 200, "it may still come")
      let result: JSON = [
        "task": .string(id), "token": worker.token, "state": "terminated", "exit_status": "success",
        "time_terminated": "2026-01-02T03:04:06.678Z", "usage": ["printed": ["stdout"]],
      ]
      let report: JSON = ["type": "report", "id": 9, "results": .array([result])]
      #expect(try await worker.ask(report)["results"]?[0]?["accepted"] == true)
      let lost = try await read("stdout", isEnd: true)
      #expect(lost.status == 410 && lost.answer.header("retry-after") == nil)
      #expect("\(lost.body)".contains("worker w "), "\(lost.body)")
      let nothing = try await read("stderr", isEnd: true)
      #expect(nothing.status == 200 && nothing.answer.body.isEmpty)
      #expect(nothing.answer.header("banyan-log-end") == "true" && nothing.answer.header("banyan-log-kept") == nil)
    }
  }
}
