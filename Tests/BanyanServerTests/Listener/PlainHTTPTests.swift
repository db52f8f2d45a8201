import NIOCore
import Testing

@testable import BanyanServer

@Suite(.timeLimit(.minutes(1))) struct PlainHTTPTests {
  @Test func `Requests follow each other on one connection, and pipelined ones are answered in order`() async throws {
    try await TestListener().run { port, _ in
      var client = try await RawClient.connect(to: port)
      for path in ["/a", "/b"] {
        try await client.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try await client.answer().body == path)
      }
      let many = (0..<50).map { "/pipelined/\($0)" }
      try await client.send(many.map { "GET \($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
      for path in many { #expect(try await client.answer().body == path) }
      try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: Close\r\n\r\nhello")
      #expect(try await client.answer().body == "hello")
      #expect(await client.rest() == "")
    }
  }

  @Test func `Whoever asks whether to send its body is told to`() async throws {
    try await TestListener().run { port, _ in
      var client = try await RawClient.connect(to: port)
      try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
      #expect(try await client.answer().status == 100)
      try await client.send("hello")
      #expect(try await client.answer().body == "hello")
    }
  }

  @Test func `A connection of HTTP 1.0 ends with its answer`() async throws {
    try await TestListener().run { port, _ in
      var client = try await RawClient.connect(to: port)
      try await client.send("GET /old HTTP/1.0\r\n\r\n")
      #expect(try await client.answer().body == "/old")
      #expect(await client.rest() == "")
    }
  }

  @Test(arguments: [
    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "GET /a HTTP/1.1\r\nHost : a\r\n\r\n",
    "nonsense\r\n\r\n",
    "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{FC}",
  ]) func `What is no sound request is answered with 400 and closed`(text: String) async throws {
    var listener = TestListener()
    listener.configuration.times.linger = .milliseconds(100)
    try await listener.run { port, _ in
      var client = try await RawClient.connect(to: port)
      try await client.send(text)
      let alone = try await client.answer()
      #expect(alone.status == 400 && alone.body.contains(#""code":400"#), "\(alone.body)")
      #expect(await client.rest() == "")

      // The same as a second request.
      client = try await RawClient.connect(to: port)
      try await client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try await client.answer().body == "/a")
      try await client.send(text)
      let second = try await client.answer()
      #expect(second.status == 400 && second.body.contains(#""code":400"#), "\(second.body)")
      #expect(await client.rest() == "")
    }
  }

  @Test func `An answer that says it is the last one is, whatever else is sent`() async throws {
    try await TestListener().run { port, _ in
      var client = try await RawClient.connect(to: port)
      try await client.send("POST /last HTTP/1.1\r\nHost: a\r\nContent-Length: 50000000\r\n\r\nhello")
      #expect(try await client.answer().status == 413)
      #expect(await client.rest() == "")
    }
  }

  @Test func `A port that is taken is an error in words`() async throws {
    try await TestListener().run { port, _ in
      var second = TestListener()
      second.configuration.port = port
      do {
        try await second.run { _, _ in }
        Issue.record("two servers have one port")
      } catch let error as ListenError {
        #expect(error.description.contains("port \(port) on 127.0.0.1 is taken"))
      }
    }
  }

  @Test func `A URL brackets an IPv6 address and names loopback for every address`() {
    #expect(ListenerAddress(host: "127.0.0.1", port: 1, isSecure: false).url == "http://127.0.0.1:1")
    #expect(ListenerAddress(host: "::1", port: 2, isSecure: true).url == "https://[::1]:2")
    #expect(ListenerAddress(host: "0.0.0.0", port: 3, isSecure: false).url == "http://127.0.0.1:3")
  }
}
