import NIOCore
import TestSupport
import Testing

@testable import BanyanServer

/// Bytes through a real socket, as a table.
@Suite(.timeLimit(.minutes(2))) struct ConformanceTests {
  @Test func `Every case of the table is answered as the protocol says, whole and byte by byte`() async throws {
    var listener = TestListener()
    listener.configuration.limits.closing = .milliseconds(50)
    #expect(WireCase.all.count > 300)
    #expect(Set(WireCase.all.map(\.name)).count == WireCase.all.count, "each has its name")
    try await listener.run { port, _ in
      // Several at a time: what takes time is the end of connections that were broken off.
      try await withThrowingTaskGroup(of: Void.self) { group in
        var rest = WireCase.all[...]
        for _ in 0..<16 { if let next = rest.popFirst() { group.addTask { try await Self.check(next, port) } } }
        while try await group.next() != nil {
          if let next = rest.popFirst() { group.addTask { try await Self.check(next, port) } }
        }
      }
    }
  }

  private static func check(_ wireCase: WireCase, _ port: Int) async throws {
    let whole = try await frames(of: [wireCase.bytes], port)
    #expect(whole == wireCase.expected, "\(wireCase)")
    guard wireCase.isChopped, wireCase.bytes.count <= 400 else { return }
    let chopped = try await frames(of: wireCase.bytes.map { [$0] }, port)
    #expect(chopped == wireCase.expected, "\(wireCase), byte by byte")
  }

  /// What the server answers up to its close frame; behind that it says nothing.
  private static func frames(of pieces: [[UInt8]], _ port: Int) async throws -> [WireCase.Frame] {
    var client = try await RawClient.socket(to: port)
    for piece in pieces { try await client.push(piece) }
    var frames: [WireCase.Frame] = []
    while true {
      let frame = try await client.frame()
      switch frame.opcode {
      case 0x81: frames.append(.text(frame.text))
      case 0x8A: frames.append(.pong(frame.payload))
      case 0x88:
        frames.append(.close(frame.closeCode))
        #expect(await client.rest() == "", "nothing behind the close")
        return frames
      default: Issue.record("an opcode that no server sends: \(frame.opcode)")
      }
    }
  }

  @Test func `A message of 16 MiB goes both ways, in one frame and in many, and not a byte more`() async throws {
    try await TestListener().run { port, _ in
      let most = SocketLimits.maxMessageBytes
      let payload = [UInt8](repeating: 97, count: most)
      var client = try await RawClient.socket(to: port)
      try await client.send(WireCase.unmixed(1, payload))
      #expect(try await client.frame().payload == payload)
      let quarter = Array(payload.prefix(most / 4))
      try await client.send(WireCase.unmixed(1, quarter, isFinal: false))
      for _ in 0..<2 { try await client.send(WireCase.unmixed(0, quarter, isFinal: false)) }
      try await client.send(WireCase.unmixed(0, quarter))
      #expect(try await client.frame().payload == payload)

      try await client.send(WireCase.unmixed(1, payload, isFinal: false))
      try await client.send(WireCase.frame(0, [97]))
      #expect(try await client.frame().closeCode == 1009)
    }
  }

  @Test func `A million empty fragments and a flood of pings end with 1008 and cost no memory`() async throws {
    try await TestListener().run { port, _ in
      let before = Memory.resident
      for (bytes, first) in [
        (WireCase.frame(0, isFinal: false), WireCase.frame(1, isFinal: false)), (WireCase.frame(9), WireCase.frame(9)),
      ] {
        var client = try await RawClient.socket(to: port)
        try await client.push(first)
        let many = Array(repeatElement(bytes, count: 10_000).joined())
        // The server stops reading at the violation, and hangs up soon after.
        for _ in 0..<100 { try await client.push(many) }
        var frame = try await client.frame()
        while frame.opcode == 0x8A { frame = try await client.frame() }
        #expect(frame.closeCode == 1008)
      }
      #expect(Memory.resident - before < 64 << 20)
    }
  }

  @Test func `Half a message costs what has come of it, and no more`() async throws {
    try await TestListener().run { port, _ in
      let before = Memory.resident
      var clients: [RawClient] = []
      for _ in 0..<100 {
        let client = try await RawClient.socket(to: port)
        // 16 MiB are announced; a few bytes come.
        try await client.send([0x81, 0xFF, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0] + Array("abc".utf8))
        clients.append(client)
      }
      var other = try await RawClient.socket(to: port)
      try await other.send(RawClient.text("there"))
      #expect(try await other.frame().text == "there")
      #expect(Memory.resident - before < 64 << 20)
      for client in clients { try await client.close() }
    }
  }

  @Test func `While a client doesn't read, the server doesn't read it either`() async throws {
    try await TestListener().run { port, _ in
      let before = Memory.resident
      let slow = try await RawClient.connect(to: port, reads: false, receiveBuffer: 4_096)
      try await slow.send(RawClient.handshake())
      // A gigabyte, each of whose messages is echoed: it gets stuck on its way.
      let message = WireCase.unmixed(1, [UInt8](repeating: 97, count: 1 << 20))
      let channel = slow.channel
      let sending = Task { for _ in 0..<1_000 { try await channel.writeAndFlush(ByteBuffer(bytes: message)) } }
      var other = try await RawClient.socket(to: port)
      for number in 0..<50 {
        try await other.send(RawClient.text("\(number)"))
        #expect(try await other.frame().text == "\(number)")
      }
      #expect(Memory.resident - before < 200 << 20)
      try await slow.close()
      await #expect(throws: (any Error).self) { try await sending.value }
    }
  }
}
