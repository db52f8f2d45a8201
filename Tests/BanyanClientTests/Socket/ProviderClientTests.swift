import BanyanJSON
import Testing

@testable import BanyanClient

@Suite struct ProviderClientTests {
  private func client(_ address: ServerAddress) throws -> ProviderClient {
    var options = SocketOptions()
    let attempts = AttemptLimit()
    options.jitter = { $0 }
    options.sleep = { _ in try attempts.count() }
    return try ProviderClient(Credentials(address: address, token: "t"), options: options)
  }

  /// Runs the client beside `body`, which ends it.
  private func running<Result: Sendable>(
    _ client: ProviderClient, _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
      group.addTask {
        try await client.run()
        return nil
      }
      group.addTask { try await body() }
      defer { group.cancelAll() }
      while let done = try await group.next() { if let result = done { return result } }
      throw CancellationError()
    }
  }

  private static func parsed(_ text: String?) throws -> JSON { try JSON(parsing: text ?? "null") }

  @Test func answersFindTheirRequestsWhateverTheirOrder() async throws {
    let script: FakeSocketServer.Act = .talk { peer in
      let first = try Self.parsed(try await peer.text())
      let second = try Self.parsed(try await peer.text())
      for request in [second, first] {
        var answer: JSONObject = ["type": "answer"]
        answer["id"] = request["id"]
        answer["word"] = request["word"]
        try await peer.send(JSON.object(answer).encodedString())
      }
      _ = try await peer.frame()
    }
    try await FakeSocketServer.serving([script]) { address, fake in
      let client = try client(address)
      let answers = try await running(client) {
        for await event in client.events { if case .connected = event { break } }
        async let first = client.request("ask", ["word": "one"])
        async let second = client.request("ask", ["word": "two"])
        return (try await first["word"]?.string, try await second["word"]?.string)
      }
      #expect(answers == ("one", "two"))
      #expect(fake.violations.isEmpty)
    }
  }

  @Test func anErrorAnswerIsThrownAndPushesAreEvents() async throws {
    let script: FakeSocketServer.Act = .talk { peer in
      let request = try Self.parsed(try await peer.text())
      #expect(request["type"] == "cancel")
      #expect(request["tasks"] == ["x"])
      try await peer.send([
        "{\"type\": \"event\", \"sequence\": 7}",
        "{\"type\": \"error\", \"id\": \(request["id"] ?? .null), \"code\": 422, \"message\": \"no\","
          + "\"issues\": {\"tasks.0\": \"no id\"}}",
        "{\"type\": \"event\", \"sequence\": 8}",
      ])
      _ = try await peer.frame()
    }
    try await FakeSocketServer.serving([script]) { address, fake in
      let client = try client(address)
      let sequences = try await running(client) {
        var events = client.events.makeAsyncIterator()
        _ = await events.next()
        let error = await #expect(throws: ServerError.self) { try await client.request("cancel", ["tasks": ["x"]]) }
        #expect(error == ServerError(status: 422, message: "no", issues: [.init(field: "tasks.0", trouble: "no id")]))
        var sequences: [Int64] = []
        while sequences.count < 2, let event = await events.next() {
          if case .pushed(let message) = event { sequences.append(message["sequence"]?.integer ?? 0) }
        }
        return sequences
      }
      #expect(sequences == [7, 8])
      #expect(fake.violations.isEmpty)
    }
  }

  /// A request whose connection goes is not answered; the next connection is a new one, and works.
  @Test func aCutFailsWhatWaitsAndTheNextConnectionWorks() async throws {
    let cut: FakeSocketServer.Act = .talk { peer in _ = try await peer.text() }
    let answer: FakeSocketServer.Act = .talk { peer in
      let request = try Self.parsed(try await peer.text())
      try await peer.send("{\"type\": \"answer\", \"id\": \(request["id"] ?? .null)}")
      _ = try await peer.frame()
    }
    try await FakeSocketServer.serving([cut, answer]) { address, fake in
      let client = try client(address)
      let outcomes = try await running(client) {
        var outcomes: [String] = []
        for await event in client.events {
          switch event {
          case .connected:
            do {
              outcomes.append(try await client.request("ask")["type"]?.string ?? "")
            } catch {
              outcomes.append("failed")
            }
            if outcomes.count == 3 { return outcomes }
          case .disconnected: outcomes.append("disconnected")
          case .pushed: outcomes.append("pushed")
          }
        }
        return outcomes
      }
      #expect(outcomes == ["failed", "disconnected", "answer"])
      #expect(fake.violations.isEmpty)
    }
  }

  @Test func aRequestWithoutAConnectionFailsAndACancelledOneEnds() async throws {
    let client = try client(ServerAddress(host: "127.0.0.1", port: 1))
    await #expect(throws: ConnectionError.self) { try await client.request("ask") }
    let asking = Task { try await client.request("ask") }
    asking.cancel()
    await #expect(throws: (any Error).self) { try await asking.value }
  }
}
