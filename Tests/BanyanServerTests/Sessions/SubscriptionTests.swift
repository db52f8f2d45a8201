import BanyanCore
import BanyanJSON
import TestSupport
import Testing

@testable import BanyanServer

/// Watchers: in order, no event lost and none twice.
@Suite(.timeLimit(.minutes(2))) struct SubscriptionTests {
  @Test func `Who comes back is told all that came meanwhile, once and in order`() async throws {
    try await TestServer.run { server in
      for index in 0..<20 { _ = try await server.submit(["name": .string("task \(index)")]) }
      var client = try await RawClient.socket(
        to: server.port, headers: ["Authorization: Bearer \(server.tokens[.provider] ?? "")"])
      try await client.send(RawClient.text(#"{"type": "subscribe", "id": 1, "from_sequence": 5}"#))
      let subscribed = try await JSON(parsing: client.frame().payload)
      #expect(subscribed["type"] == "subscribed")
      _ = try await server.submit(["name": "last"])
      var next: Int64 = 6
      while true {
        let message = try await JSON(parsing: client.frame().payload)
        #expect(message["subscription"] == 1)
        #expect(message["sequence"]?.integer == next)
        next += 1
        if message["task"] != nil, next > 24 { break }
      }
      try await client.close()
    }
  }

  @Test func `What has not come yet is refused with the newest there is`() async throws {
    try await TestServer.run { server in
      _ = try await server.submit(["name": "one"])
      var client = try await server.socket()
      let newest = try await client.ask(#"{"type": "get", "id": 1}"#)["sequence"]?.integer ?? 0
      let refused = try await client.ask(#"{"type": "subscribe", "id": 2, "from_sequence": \#(newest + 1)}"#)
      #expect(refused["code"] == 422 && refused["id"] == 2, "\(refused)")
      #expect(refused["issues"]?["from_sequence"]?.string?.contains("\(newest)") == true)
      let taken = try await client.ask(#"{"type": "subscribe", "id": 2, "from_sequence": \#(newest)}"#)
      #expect(taken["type"] == "subscribed" && taken["sequence"] == .integer(newest))
      try await client.close()
    }
  }

  /// Each would send a quarter of a megabyte at once, all of them more than may wait for a slow reader.
  @Test func `Hundreds of subscriptions in one write cut nobody who reads`() async throws {
    try await TestServer.run { server in
      let batch = JSON.array((0..<512).map { ["name": .string("task \($0)")] })
      #expect(try await server.call("POST", "/tasks", batch).status == 201)
      var client = try await server.socket()
      let newest = try await client.ask(#"{"type": "get", "max_results": 1}"#)["sequence"]?.integer ?? 0
      let count = 500
      try await client.push(
        (0..<count).flatMap { RawClient.text(#"{"type": "subscribe", "id": \#($0), "from_sequence": 0}"#) })
      var last: [Int64: Int64] = [:]
      var whole = 0
      while whole < count {
        let message = try await client.message()
        guard let subscription = message["subscription"]?.integer else { continue }
        let sequence = message["sequence"]?.integer ?? 0
        #expect(sequence == last[subscription, default: 0] + 1)
        last[subscription] = sequence
        if sequence == newest { whole += 1 }
      }
      try await client.close()
    }
  }

  @Test func `A connection may hold several, of everything or of some tasks, and end each`() async throws {
    try await TestServer.run { server async throws in
      let one = try await server.submit(["name": "one"])
      var client = try await server.socket()
      #expect(try await client.ask(#"{"type": "subscribe", "id": 1}"#)["type"] == "subscribed")
      #expect(try await client.ask(#"{"type": "subscribe", "id": "1", "tasks": ["\#(one)"]}"#)["id"] == "1")
      // The name is taken; a number and a text that look alike are two.
      #expect(try await client.ask(#"{"type": "subscribe", "id": 1}"#)["code"] == 422)
      _ = try await server.submit(["name": "two"])
      #expect(try await client.message()["subscription"] == 1)
      #expect(try await server.call("PATCH", "/tasks/\(one)", ["priority": 1]).status == 200)
      var told: [String] = []
      for _ in 0..<2 { told.append(try await client.message()["subscription"]?.encodedString() ?? "") }
      #expect(told.sorted() == [#""1""#, "1"])
      #expect(try await client.ask(#"{"type": "unsubscribe", "id": 2, "subscription": 1}"#)["type"] == "unsubscribed")
      _ = try await server.submit(["name": "three"])
      #expect(try await server.call("PATCH", "/tasks/\(one)", ["priority": 2]).status == 200)
      let last = try await client.message()
      #expect(last["subscription"] == "1" && last["kind"] == "edited", "\(last)")
      try await client.close()
    }
  }

  @Test func `Its sequence goes on across a restart, and what was before it is told as a gap`() async throws {
    let folder = TestFolder()
    var token = ""
    var before: Int64 = 0
    for start in 0..<2 {
      (token, before) = try await LiveServer.run(in: folder.path) { live in
        let token = live.token("admin") ?? token
        let port = live.ready.url.split(separator: ":").last.flatMap { Int($0) } ?? 0
        let server = TestServer(port: port, tokens: [.provider: token])
        var client = try await server.socket()
        let sequence = try await client.ask(#"{"type": "get", "id": 0}"#)["sequence"]?.integer ?? 0
        if start == 1 {
          #expect(sequence > before)
          #expect(try await client.ask(#"{"type": "subscribe", "id": 1, "from_sequence": 0}"#)["sequence"] == 0)
          let lagged = try await client.message()
          #expect(lagged["type"] == "lagged" && lagged["from"] == 1)
          let to = try #require(lagged["to"]?.integer)
          #expect(to >= before)
          _ = try await server.submit(["name": "after"])
          var next = to + 1
          while true {
            let event = try await client.message()
            #expect(event["sequence"]?.integer == next)
            next += 1
            if event["name"] == "after" { break }
          }
        } else {
          _ = try await server.submit(["name": "before"])
        }
        let last = try await client.ask(#"{"type": "get", "id": 9}"#)["sequence"]?.integer ?? 0
        try await client.close()
        return (token, last)
      }
    }
  }
}
