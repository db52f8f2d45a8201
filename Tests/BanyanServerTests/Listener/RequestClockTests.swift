import NIOCore
import Testing

@testable import BanyanServer

@Suite(.timeLimit(.minutes(1))) struct RequestClockTests {
  /// A listener in which one time is short and all others are long.
  static func listener(_ shorten: (inout HTTPTimes) -> Void) -> TestListener {
    var listener = TestListener()
    listener.configuration.times = HTTPTimes(
      firstHead: .seconds(60), idle: .seconds(60), body: .seconds(60), bodyRate: 1 << 10, stall: .seconds(60),
      linger: .milliseconds(100))
    shorten(&listener.configuration.times)
    return listener
  }

  @Test func `Half a head is closed in time`() async throws {
    try await Self.listener { $0.firstHead = .milliseconds(100) }.run { port, _ in
      var client = try await RawClient.connect(to: port)
      try await client.send("GET /a HTTP/1.1\r\nHost: ")
      #expect(await client.rest() == "")
    }
  }

  @Test func `A connection that says nothing is closed in time`() async throws {
    try await Self.listener { $0.firstHead = .milliseconds(100) }.run { port, _ in
      var client = try await RawClient.connect(to: port)
      #expect(await client.rest() == "")
    }
  }

  @Test func `A body that stops half way is closed in time`() async throws {
    try await Self.listener { $0.body = .milliseconds(100) }.run { port, _ in
      var client = try await RawClient.connect(to: port)
      try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\nhello")
      #expect(await client.rest() == "")
    }
  }

  @Test func `An idle connection is closed after its last answer`() async throws {
    try await Self.listener { $0.idle = .milliseconds(100) }.run { port, _ in
      var client = try await RawClient.connect(to: port)
      try await client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try await client.answer().body == "/a")
      #expect(await client.rest() == "")
    }
  }

  @Test func `A client that doesn't read its answer is cut`() async throws {
    try await Self.listener { $0.stall = .milliseconds(200) }.run { port, _ in
      var client = try await RawClient.connect(to: port, reads: false)
      try await client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
      // Only then is read what lies in the system's buffers, and the end behind it.
      let channel = client.channel
      channel.eventLoop.scheduleTask(in: .milliseconds(600)) {
        channel.setOption(.autoRead, value: true).cascade(to: nil)
      }
      #expect(await client.rest().utf8.count < 64 << 20)
    }
  }
}
