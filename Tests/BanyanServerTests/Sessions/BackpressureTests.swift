import BanyanCore
import BanyanJSON
import NIOCore
import TestSupport
import Testing

@testable import BanyanServer

/// Clients that ask for much, or read slowly.
@Suite(.timeLimit(.minutes(2))) struct BackpressureTests {
  /// Twenty tasks of nearly a megabyte each.
  private static func fill(_ server: TestServer) async throws {
    let word = String(repeating: "x", count: 120_000)
    let arguments = JSON.array([.string("echo")] + (0..<8).map { _ in .string(word) })
    for number in 0..<20 {
      _ = try await server.submit(
        ["name": .string("large \(number)"), "arguments": arguments, "requested_resources": [:]])
    }
  }

  @Test func `An answer that no message can hold is cut into what fits, and says so`() async throws {
    try await TestServer.run { server async throws in
      try await Self.fill(server)
      var client = try await server.socket()
      let all = try await client.ask(#"{"type": "get", "id": 1}"#)
      #expect(all["type"] == "items" && all["id"] == 1 && all["meta"]?["total"] == 20)
      let left = all["cut"]?["left_out"]?.integer ?? 0
      #expect(left > 0 && all["items"]?.array?.count == 20 - Int(left))
      #expect(all["cut"]?["message"]?.string?.contains("max_results") == true)
      let some = try await client.ask(#"{"type": "get", "id": 2, "max_results": 15}"#)
      #expect(some["items"]?.array?.count == 15 && some["meta"]?["total"] == 20 && some["cut"] == nil)
      let names = try await client.ask(#"{"type": "get", "id": 3, "projection": {"name": 1}}"#)
      #expect(names["items"]?.array?.count == 20)
      #expect(names["items"]?[19]?["name"] == "large 19")
      try await client.close()
    }
  }

  @Test func `Large answers that were asked for at once all come, in order, to a client that reads`() async throws {
    try await TestServer.run { server async throws in
      try await Self.fill(server)
      var client = try await server.socket()
      // Sixty megabytes, twice what may wait, with small requests between them.
      for number in 0..<5 {
        try await client.send(RawClient.text(#"{"type": "get", "id": \#(number * 2), "max_results": 12}"#))
        try await client.send(
          RawClient.text(#"{"type": "submit", "id": \#(number * 2 + 1), "tasks": [{"name": "n\#(number)"}]}"#))
      }
      for number in 0..<5 {
        let items = try await client.message()
        #expect(items["id"] == .integer(Int64(number * 2)) && items["items"]?.array?.count == 12)
        // Each read sees what was made before it, and nothing of what comes behind it.
        #expect(items["meta"]?["total"] == .integer(Int64(20 + number)))
        let submitted = try await client.message()
        #expect(submitted["id"] == .integer(Int64(number * 2 + 1)) && submitted["type"] == "submitted")
      }
      try await client.close()
    }
  }

  @Test func `A client that asks and doesn't read costs one answer, and is served when it reads`() async throws {
    try await TestServer.run { server async throws in
      try await Self.fill(server)
      var slow = try await RawClient.connect(to: server.port, reads: false, receiveBuffer: 4_096)
      try await slow.send(RawClient.handshake(headers: ["Authorization: Bearer \(server.tokens[.provider] ?? "")"]))
      let before = Memory.resident
      for number in 0..<40 {
        try await slow.send(RawClient.text(#"{"type": "get", "id": \#(number), "max_results": 5}"#))
      }
      // Two hundred megabytes were asked for; others are served meanwhile.
      var other = try await server.socket()
      for _ in 0..<20 {
        #expect(
          try await other.ask(#"{"type": "get", "max_results": 1, "projection": {"name": 1}}"#)["type"] == "items")
      }
      #expect(Memory.resident - before < 150 << 20)
      try await slow.channel.setOption(.autoRead, value: true).get()
      slow.channel.read()
      #expect(try await slow.answer(hasBody: false).status == 101)
      for number in 0..<4 { #expect(try await slow.message()["id"] == .integer(Int64(number))) }
      try await slow.close()
      try await other.close()
    }
  }

  @Test func `A slow watcher is never cut: it is told what it lost, and loses nothing else`() async throws {
    try await TestServer.run(configure: { $0.eventCapacity = 2_000 }) { server async throws in
      var slow = try await RawClient.connect(to: server.port, reads: false, receiveBuffer: 4_096)
      try await slow.send(RawClient.handshake(headers: ["Authorization: Bearer \(server.tokens[.provider] ?? "")"]))
      try await slow.send(RawClient.text(#"{"type": "subscribe", "id": "all"}"#))
      let name = String(repeating: "n", count: 240)
      var made: Int64 = 0
      for batch in 0..<8 {
        let tasks = (0..<2_500).map { JSON.object(["name": .string("\(name) \(batch) \($0)")]) }
        #expect(try await server.call("POST", "/tasks", .array(tasks)).status == 201)
        made += 2_500
      }
      try await slow.channel.setOption(.autoRead, value: true).get()
      slow.channel.read()
      #expect(try await slow.answer(hasBody: false).status == 101)
      var next = Int64(try #require(try await slow.message()["sequence"]?.integer)) + 1
      // An event for each list's job, too.
      let events = made + 8
      let last = next + events - 1
      var lost: Int64 = 0
      while next <= last {
        let message = try await slow.message()
        if message["type"] == "lagged" {
          #expect(message["from"]?.integer == next && message["subscription"] == "all")
          let to = try #require(message["to"]?.integer)
          lost += to - next + 1
          next = to + 1
        } else {
          let kind = message["kind"]
          #expect(message["sequence"]?.integer == next && (kind == "created" || kind == "job_created"))
          next += 1
        }
      }
      #expect(lost > 0 && lost < events)
      // What was missed is still to be read.
      let items = try await slow.ask(#"{"type": "get", "id": 2, "max_results": 1}"#)
      #expect(items["meta"]?["total"] == .integer(made))
      try await slow.close()
    }
  }

  @Test func `Requests larger in all than may be unanswered are all answered, in order`() async throws {
    try await TestServer.run { server async throws in
      var client = try await server.socket()
      let word = String(repeating: "x", count: 120_000)
      let words = Array(repeating: "\"\(word)\"", count: 8).joined(separator: ",")
      for number in 0..<40 {
        try await client.send(
          RawClient.text(
            #"{"type": "submit", "id": \#(number), "tasks": [{"arguments": [\#(words)], "requested_resources": {}}]}"#))
      }
      for number in 0..<40 {
        let answer = try await client.message()
        #expect(answer["type"] == "submitted" && answer["id"] == .integer(Int64(number)))
      }
      try await client.close()
    }
  }
}
