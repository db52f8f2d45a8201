import BanyanJSON
import Testing

@testable import BanyanClient

@Suite struct HTTPClientTests {
  private func client(_ address: ServerAddress) throws -> HTTPClient {
    try HTTPClient(Credentials(address: address, token: "t"), answerLimit: .seconds(10))
  }

  @Test func requestsGoOverOneConnectionAsTheyShould() async throws {
    try await FakeHTTPServer.serving([.init(body: "{\"a\": 1}"), .init(status: 201, body: ""), .init()]) {
      address, fake in
      let client = try client(address)
      #expect(try await client.json(.get, "/tasks", query: [("where", "{\"n\": \"ä b\"}")]) == ["a": 1])
      #expect(try await client.json(.post, "/tasks", body: ["x": "é"], key: "k1") == .null)
      try await client.json(.post, "/tasks/x/retry")
      await client.close()
      let asked = fake.asked
      #expect(asked.map(\.connection) == [1, 1, 1])
      #expect(asked[0].uri == "/base/tasks?where=%7B%22n%22%3A%20%22%C3%A4%20b%22%7D")
      #expect(asked[0].headers["Authorization"] == ["Basic dDo="])
      #expect(asked[0].headers["Host"] == ["127.0.0.1:\(address.port)"])
      #expect(asked[0].headers["Content-Type"].isEmpty)
      #expect(asked[1].method == "POST")
      #expect(asked[1].body == "{\"x\":\"é\"}")
      #expect(asked[1].headers["Content-Type"] == ["application/json"])
      #expect(asked[1].headers["Idempotency-Key"] == ["k1"])
      #expect(asked[2].headers["Content-Length"] == ["0"])
    }
  }

  @Test func anErrorBringsItsWordsAndItsIssues() async throws {
    let body = """
      {"_status": "ERR", "_error": {"code": 422, "message": "the task is not made"},
       "_issues": {"name": "empty; give 1 to 256 characters", "priority": "too large"}}
      """
    try await FakeHTTPServer.serving([.init(status: 422, body: body)]) { address, _ in
      let client = try client(address)
      let error = try #require(
        await #expect(throws: ServerError.self) { try await client.json(.post, "/tasks", body: []) })
      #expect(error.status == 422)
      #expect(error.message == "the task is not made")
      #expect(error.issues.map(\.field) == ["name", "priority"])
      #expect(
        error.description
          == "the task is not made\n  name: empty; give 1 to 256 characters\n  priority: too large")
      await client.close()
    }
  }

  @Test(arguments: [
    FakeHTTPServer.Reply(status: 404, type: "text/html", body: "<h1>A router</h1>"),
    FakeHTTPServer.Reply(status: 200, type: "text/html", body: "<h1>A router</h1>"),
  ])
  func aStrangerIsToldApart(reply: FakeHTTPServer.Reply) async throws {
    try await FakeHTTPServer.serving([reply]) { address, _ in
      let client = try client(address)
      let error = await #expect(throws: ConnectionError.self) { try await client.json(.get, "/tasks") }
      guard case .notBanyan = error else { Issue.record("\(String(describing: error))"); return }
      await client.close()
    }
  }

  /// A server may let go of an idle connection at any time: what can be asked again is.
  @Test func anIdleConnectionThatIsGoneIsReplaced() async throws {
    try await FakeHTTPServer.serving([.init(), .init(cuts: true), .init(body: "{\"n\": 2}")]) { address, fake in
      let client = try client(address)
      try await client.json(.get, "/a")
      #expect(try await client.json(.get, "/b") == ["n": 2])
      #expect(fake.asked.map(\.connection) == [1, 1, 2])
      await client.close()
    }
  }

  /// What was asked on a connection that broke may have been done: without a key it is not asked twice.
  @Test func aWriteWithoutAKeyIsNotRepeated() async throws {
    try await FakeHTTPServer.serving([.init(), .init(cuts: true), .init()]) { address, fake in
      let client = try client(address)
      try await client.json(.get, "/a")
      let error = await #expect(throws: ConnectionError.self) { try await client.json(.post, "/b", body: [:]) }
      guard case .broken = error else { Issue.record("\(String(describing: error))"); return }
      #expect(fake.asked.count == 2)
      await client.close()
    }
  }

  @Test func aWriteWithAKeyIs() async throws {
    try await FakeHTTPServer.serving([.init(), .init(cuts: true), .init(body: "{\"n\": 1}")]) { address, fake in
      let client = try client(address)
      try await client.json(.get, "/a")
      #expect(try await client.json(.post, "/b", body: [:], key: "k") == ["n": 1])
      #expect(fake.asked.map { $0.headers["Idempotency-Key"] } == [[], ["k"], ["k"]])
      await client.close()
    }
  }

  @Test func aConnectionThatWasClosedBehindAnAnswerIsNotUsedAgain() async throws {
    try await FakeHTTPServer.serving([.init(closesQuietly: true), .init(body: "{\"n\": 1}")]) { address, fake in
      let client = try client(address)
      try await client.json(.get, "/a")
      #expect(try await client.json(.get, "/b") == ["n": 1])
      #expect(fake.asked.last?.connection == 2)
      await client.close()
    }
  }

  @Test func nobodyThereIsToldInWords() async throws {
    let port = try await FreePort.find()
    let client = try client(ServerAddress(host: "127.0.0.1", port: port))
    let error = await #expect(throws: ConnectionError.self) { try await client.json(.get, "/a") }
    #expect(
      error?.description == "no server can be reached at http://127.0.0.1:\(port): connection refused")
  }

  @Test func aHostThatIsNotKnownIsTold() async throws {
    let client = try client(ServerAddress(host: "no-such-host.invalid", port: 1))
    let error = await #expect(throws: ConnectionError.self) { try await client.json(.get, "/a") }
    #expect(error?.description.contains("the host 'no-such-host.invalid' is not known") == true)
  }
}
