import NIOCore
import Testing

@testable import BanyanServer

@Suite(.timeLimit(.minutes(1))) struct UpgradeGateTests {
  @Test func `A handshake is answered with the proof of its key, and the socket echoes`() async throws {
    try await TestListener().run { port, _ in
      var client = try await RawClient.connect(to: port)
      try await client.send(
        RawClient.handshake(headers: ["Authorization: Bearer right", "Sec-WebSocket-Protocol: chat, banyan.v1"]))
      let answer = try await client.answer(hasBody: false)
      #expect(answer.status == 101)
      // The example of RFC 6455, section 1.3.
      #expect(answer.header("sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
      #expect(answer.header("sec-websocket-protocol") == "banyan.v1")
      try await client.send(RawClient.text("hello"))
      #expect(try await client.frame().text == "hello")
    }
  }

  @Test func `Who asks and says at once that nothing more follows is answered`() async throws {
    try await TestListener().run { port, _ in
      // Whether the end comes before anybody has taken the connection is chance: in one of twenty it does.
      for number in 0..<100 {
        var client = try await RawClient.connect(to: port)
        try await client.send("GET /other HTTP/1.1\r\nHost: localhost\r\n\r\n")
        try await client.channel.close(mode: .output)
        #expect(await client.rest().hasPrefix("HTTP/1.1 200"), "\(number)")
      }
    }
  }

  @Test func `Frames that follow the handshake at once are not lost`() async throws {
    try await TestListener().run { port, _ in
      var client = try await RawClient.connect(to: port)
      try await client.send(
        Array(RawClient.handshake().utf8) + RawClient.text("one") + RawClient.text("two") + RawClient.close(1000))
      #expect(try await client.answer(hasBody: false).status == 101)
      #expect(try await client.frame().text == "one")
      #expect(try await client.frame().text == "two")
      #expect(try await client.frame().closeCode == 1000)
    }
  }

  @Test(arguments: [
    (["Authorization: Bearer wrong"], 401),
    (["Authorization: Bearer right", "Origin: http://evil.example"], 403),
    (["Sec-WebSocket-Protocol: chat"], 400),
    (["Content-Length: 3"], 400),
  ]) func `A refused handshake is answered and the connection closed`(headers: [String], status: Int) async throws {
    try await TestListener().run { port, _ in
      var client = try await RawClient.connect(to: port)
      try await client.send(RawClient.handshake(headers: headers) + "abc behind it")
      let answer = try await client.answer()
      #expect(answer.status == status)
      #expect(await client.rest() == "")
    }
  }

  @Test(arguments: [
    ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8", 426),
    ("Sec-WebSocket-Version: 13\r\n", "", 426),
    ("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZQ==", 400),
    ("dGhlIHNhbXBsZSBub25jZQ==", "???", 400),
    ("GET /ws", "GET /other", 200),
    ("Upgrade: websocket", "Upgrade: h2c", 400),
  ]) func `A handshake that is none gets its status`(old: String, new: String, status: Int) async throws {
    try await TestListener().run { port, _ in
      var client = try await RawClient.connect(to: port)
      let text = RawClient.handshake()
      try await client.send(text.replacing(old, with: new))
      let answer = try await client.answer()
      #expect(answer.status == status)
      if status == 426 { #expect(answer.header("sec-websocket-version") == "13") }
      #expect(await client.rest() == "")
    }
  }

  @Test func `A later handshake on a connection gets a clean refusal`() async throws {
    try await TestListener().run { port, _ in
      var client = try await RawClient.connect(to: port)
      try await client.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try await client.answer().body == "/first")
      try await client.send(RawClient.handshake())
      #expect(try await client.answer().status == 400)
      #expect(await client.rest() == "")
    }
  }

  @Test func `What streams in behind a refused handshake is cut, and others are served`() async throws {
    var listener = TestListener()
    listener.configuration.times.linger = .milliseconds(100)
    try await listener.run { port, _ in
      let flooding = try await RawClient.connect(to: port)
      try await flooding.send(RawClient.handshake(headers: ["Authorization: Bearer wrong"]))
      let junk = [UInt8](repeating: 65, count: 256 << 10)
      do {
        for _ in 0..<4_000 { try await flooding.send(junk) }
        Issue.record("a gigabyte behind a refused handshake was taken")
      } catch {
        // The connection was closed under it, as it should be.
      }
      var other = try await RawClient.connect(to: port)
      try await other.send("GET /alive HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try await other.answer().body == "/alive")
    }
  }

  @Test func `CONNECT and its tunnel end in an answer`() async throws {
    try await TestListener().run { port, _ in
      var client = try await RawClient.connect(to: port)
      try await client.send("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\nbytes of a tunnel")
      _ = try await client.answer()
      #expect(await client.rest() == "")
    }
  }
}
