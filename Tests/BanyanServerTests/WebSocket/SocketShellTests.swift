import NIOCore
import Testing

@testable import BanyanServer

@Suite(.timeLimit(.minutes(1))) struct SocketShellTests {
  @Test func `Messages are echoed in order, and one read is one batch`() async throws {
    let (happenings, continuation) = AsyncStream.makeStream(of: EchoHandler.Happening.self)
    var listener = TestListener()
    listener.sockets = { EchoHandler(connection: $0) { continuation.yield($0) } }
    try await listener.run { port, _ in
      var client = try await RawClient.socket(to: port)
      try await client.send((0..<100).flatMap { RawClient.text("message \($0)") })
      for index in 0..<100 { #expect(try await client.frame().text == "message \(index)") }
      try await client.send(RawClient.close(1000))
      #expect(try await client.frame().closeCode == 1000)
      #expect(await client.rest() == "")
    }
    // The other side sees the end before our handler is told of it; the listener is down by now, and all has been said.
    var seen: [EchoHandler.Happening] = []
    for await happening in happenings {
      seen.append(happening)
      if happening == .closed { continuation.finish() }
    }
    #expect(seen.filter { $0 == .closed }.count == 1)
    #expect(seen.last == .closed)
    // A hundred small messages lie in a read or two, not in a hundred.
    #expect(seen.count < 20)
  }

  @Test(
    arguments: [
      (RawClient.frame(1, [0xFF]), 1007), (RawClient.frame(2, [1]), 1003), ([0x81, 0x01, 0x61], 1002),
      (RawClient.frame(8, isFinal: false), 1002), ([0x81, 0xFF, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0], 1009),
      ((0..<2_500).flatMap { _ in RawClient.frame(9) }, 1008),
    ] as [([UInt8], UInt16)]) func `A violation is closed with its code, after what came before it`(
      bytes: [UInt8], code: UInt16
    ) async throws
  {
    var listener = TestListener()
    listener.configuration.limits.closing = .milliseconds(100)
    try await listener.run { port, _ in
      var client = try await RawClient.socket(to: port)
      try await client.send(RawClient.text("before") + bytes)
      // Answers to pings may overtake.
      var frame = try await client.frame()
      while frame.opcode == 0x8A { frame = try await client.frame() }
      #expect(frame.text == "before")
      frame = try await client.frame()
      while frame.opcode == 0x8A { frame = try await client.frame() }
      #expect(frame.opcode == 0x88)
      #expect(frame.closeCode == code)
      try await client.send(RawClient.close(code))
    }
  }

  @Test(arguments: [nil, 1000, 1001, 3000, 4999] as [UInt16?]) func `A close is answered with its own code`(
    code: UInt16?
  ) async throws {
    try await TestListener().run { port, _ in
      var client = try await RawClient.socket(to: port)
      try await client.send(RawClient.close(code, code == nil ? "" : "reason"))
      let frame = try await client.frame()
      #expect(frame.opcode == 0x88)
      #expect(frame.closeCode == code)
      #expect(await client.rest() == "")
    }
  }

  @Test func `A ping is answered with its payload, and our own pings find a silent peer`() async throws {
    var listener = TestListener()
    listener.configuration.limits.ping = .milliseconds(50)
    listener.configuration.limits.silence = .milliseconds(300)
    try await listener.run { port, _ in
      var client = try await RawClient.socket(to: port)
      try await client.send(RawClient.frame(9, [1, 2, 3]))
      #expect(try await client.frame() == RawClient.Frame(opcode: 0x8A, payload: [1, 2, 3]))
      let ping = try await client.take { bytes in
        bytes.count >= 2 ? [bytes.removeFirst(), bytes.removeFirst()] : nil
      }
      #expect(ping == [0x89, 0])
      // It says nothing more.
      _ = await client.rest()
    }
  }

  @Test func `A connection without a token has little time until it says who it is`() async throws {
    var listener = TestListener()
    listener.configuration.limits.authentication = .milliseconds(200)
    try await listener.run { port, _ in
      var client = try await RawClient.socket(to: port, headers: [])
      #expect(try await client.frame().closeCode == 1008)
    }
  }

  @Test func `A connection without a token has 4 KiB until it says who it is`() async throws {
    var listener = TestListener()
    // Nothing here is about time: a machine under load may take its own.
    listener.configuration.limits.authentication = .minutes(10)
    try await listener.run { port, _ in
      let long = String(repeating: "x", count: 5_000)
      var client = try await RawClient.socket(to: port, headers: [])
      try await client.send(RawClient.text(long))
      #expect(try await client.frame().closeCode == 1009)

      // What follows the message that raises the limit in the same read is under the new one.
      client = try await RawClient.socket(to: port, headers: [])
      try await client.send(RawClient.text("authenticate") + RawClient.text(long))
      #expect(try await client.frame().text == long)
    }
  }

  @Test func `The server's own close waits for the answer, then ends`() async throws {
    try await TestListener().run { port, _ in
      var client = try await RawClient.socket(to: port)
      try await client.send(RawClient.text("a") + RawClient.text("leave"))
      #expect(try await client.frame().text == "a")
      let frame = try await client.frame()
      #expect(frame.closeCode == 4001)
      #expect(String(decoding: frame.payload.dropFirst(2), as: UTF8.self) == "as you wish")
      try await client.send(RawClient.close(4001))
      #expect(await client.rest() == "")
    }
  }

  @Test func `Large messages go both ways`() async throws {
    try await TestListener().run { port, _ in
      var client = try await RawClient.socket(to: port)
      let large = String(repeating: "0123456789abcdef", count: 40_000)
      try await client.send(RawClient.text(large))
      #expect(try await client.frame().text == large)
    }
  }

  @Test func `A slow reader is cut, and nobody else notices`() async throws {
    let (happenings, continuation) = AsyncStream.makeStream(of: EchoHandler.Happening.self)
    var listener = TestListener()
    listener.configuration.limits.outgoing = 4 << 20
    listener.sockets = { EchoHandler(connection: $0) { continuation.yield($0) } }
    try await listener.run { port, _ in
      let slow = try await RawClient.connect(to: port, reads: false, receiveBuffer: 4_096)
      try await slow.send(RawClient.handshake())
      // A megabyte for each of these.
      try await slow.send((0..<40).flatMap { _ in RawClient.text("flood") })
      for await happening in happenings where happening == .closed { break }

      var other = try await RawClient.socket(to: port)
      try await other.send(RawClient.text("still there"))
      #expect(try await other.frame().text == "still there")
      try await slow.close()
    }
  }
}
