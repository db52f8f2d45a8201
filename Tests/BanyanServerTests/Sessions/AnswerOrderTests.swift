import BanyanCore
import BanyanJSON
import Testing

@testable import BanyanServer

/// Answers come in the order of the requests, but for a claim that waits and a heartbeat; over a raw socket.
@Suite(.timeLimit(.minutes(2))) struct AnswerOrderTests {
  private static let resources = #""resources": {"cpu_memory_bytes": 64000000000, "cpu_cores": 64, "gpus": []}"#

  private static func worker(_ server: TestServer) async throws -> RawClient {
    var client = try await server.socket(.worker)
    let welcome = try await client.ask(
      #"{"type": "hello", "id": "h", "name": "w", "instance": "1", "version": "1", \#(resources)}"#)
    #expect(welcome["type"] == "welcome", "\(welcome)")
    return client
  }

  private static func id(_ message: JSON) -> Int64 { message["id"]?.integer ?? -1 }

  @Test func `A worker's answers come in the order of its requests, good ones and refusals`() async throws {
    try await TestServer.run { server async throws in
      var client = try await Self.worker(server)
      for _ in 0..<3 { _ = try await server.submit(TestServer.command) }
      var texts: [String] = []
      for round in 0..<20 {
        let first = round * 5
        texts += [
          #"{"type": "claim", "id": \#(first), "max": 1, \#(Self.resources)}"#,
          #"{"type": "nosuch", "id": \#(first + 1)}"#,
          #"{"type": "report", "id": \#(first + 2), "results": []}"#,
          #"{"type": "authenticate", "id": \#(first + 3), "token": "nonsense"}"#,
          #"{"type": "release", "id": \#(first + 4), "tasks": []}"#,
        ]
      }
      try await client.send(texts.flatMap { RawClient.text($0) })
      for number in 0..<Int64(texts.count) {
        let answer = try await client.message()
        #expect(Self.id(answer) == number, "\(answer)")
      }
      try await client.close()
    }
  }

  @Test func `A claim that waits and a heartbeat hold no answer up, and are held up by none`() async throws {
    try await TestServer.run { server async throws in
      var client = try await Self.worker(server)
      try await client.send(
        [
          #"{"type": "claim", "id": 1, "max": 1, \#(Self.resources), "wait_milliseconds": 60000}"#,
          #"{"type": "report", "id": 2, "results": []}"#, #"{"type": "heartbeat", "id": 3}"#,
          #"{"type": "release", "id": 4, "tasks": []}"#,
        ].flatMap { RawClient.text($0) })
      let answers = [try await client.message(), try await client.message(), try await client.message()]
      #expect(answers.map(Self.id) == [3, 2, 4], "\(answers)")
      _ = try await server.submit(TestServer.command)
      #expect(Self.id(try await client.message()) == 1)
      try await client.close()
    }
  }

  @Test func `A message that is parsed elsewhere keeps its place`() async throws {
    try await TestServer.run { server async throws in
      let rest = String(repeating: " ", count: RequestPipeline<Int>.longMessage)
      var worker = try await Self.worker(server)
      var provider = try await server.socket()
      for (type, client) in [("report", worker), ("submit", provider)] {
        let list = type == "report" ? "results" : "tasks"
        var client = client
        try await client.send(
          (0..<30).flatMap { number in
            RawClient.text(
              #"{"type": "\#(type)", "id": \#(number), "\#(list)": []\#(number % 3 == 0 ? rest : "")}"#)
          })
        for number in 0..<30 { #expect(Self.id(try await client.message()) == Int64(number)) }
        if type == "report" { worker = client } else { provider = client }
      }
      try await worker.close()
      try await provider.close()
    }
  }

  @Test func `A provider's answers come in the order of its requests, whatever takes long`() async throws {
    try await TestServer.run { server async throws in
      var client = try await server.socket()
      var texts: [String] = []
      for round in 0..<10 {
        let first = round * 6
        texts += [
          #"{"type": "submit", "id": \#(first), "tasks": [{"name": "n"}]}"#,
          #"{"type": "get", "id": \#(first + 1), "max_results": 1}"#,
          #"{"type": "unsubscribe", "id": \#(first + 2), "subscription": "none"}"#,
          #"{"type": "cancel", "id": \#(first + 3), "where": {"name": "n"}}"#,
          #"{"type": "get", "id": \#(first + 4), "where": 5}"#,
          #"{"type": "cancel", "id": \#(first + 5), "tasks": []}"#,
        ]
      }
      try await client.send(texts.flatMap { RawClient.text($0) })
      for number in 0..<Int64(texts.count) {
        let answer = try await client.message()
        #expect(Self.id(answer) == number, "\(answer)")
      }
      try await client.close()
    }
  }

  @Test func `Events of a subscription come behind the answer that it stands, however long that waits`() async throws {
    try await TestServer.run { server async throws in
      for number in 0..<20 { _ = try await server.submit(["name": .string("\(number)")]) }
      for _ in 0..<20 {
        var client = try await server.socket()
        // The answer waits for the submission's, which waits for the disk; what has happened is known at once.
        try await client.send(
          [
            #"{"type": "submit", "id": 1, "tasks": [{"name": "n"}]}"#,
            #"{"type": "subscribe", "id": 2, "from_sequence": 1}"#,
          ].flatMap { RawClient.text($0) })
        #expect(Self.id(try await client.message()) == 1)
        let subscribed = try await client.message()
        #expect(subscribed["type"] == "subscribed" && Self.id(subscribed) == 2, "\(subscribed)")
        #expect(try await client.message()["sequence"] == 2)
        try await client.close()
      }
    }
  }

  @Test func `Of a claim as much is told as a message holds, and the rest goes back uncharged`() async throws {
    try await TestServer.run { server async throws in
      let word = String(repeating: "x", count: 120_000)
      let arguments = JSON.array([.string("echo")] + (0..<8).map { _ in .string(word) })
      var ids: [String] = []
      for number in 0..<20 {
        ids.append(
          try await server.submit([
            "name": .string("large \(number)"), "arguments": arguments, "requested_resources": ["memory": "1 MiB"],
            "state": "available", "max_attempt_count": 1,
          ]))
      }
      var client = try await Self.worker(server)
      func claim() async throws -> [JSON] {
        try await client.send(RawClient.text(#"{"type": "claim", "id": 1, "max": 100, \#(Self.resources)}"#))
        let frame = try await client.frame()
        #expect(frame.payload.count <= SocketLimits.maxMessageBytes)
        return try JSON(parsing: frame.payload)["tasks"]?.array ?? []
      }
      let first = try await claim()
      // As many as fit: with one more it would be too large.
      let size = first.map { $0.encodedString().utf8.count }.max() ?? 0
      #expect(first.count < 20 && (first.count + 1) * size > SocketLimits.maxMessageBytes)
      let second = try await claim()
      #expect((first + second).compactMap { $0["_id"]?.string }.sorted() == ids.sorted())
      #expect((first + second).allSatisfy { $0["attempt_count"] == 1 })
      try await client.close()
    }
  }
}
