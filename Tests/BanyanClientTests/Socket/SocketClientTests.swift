import NIOConcurrencyHelpers
import NIOCore
import Testing

@testable import BanyanClient

/// One at a time: some count milliseconds, and all share two event loops.
@Suite(.serialized) struct SocketClientTests {
  /// What a client's owner saw, in words.
  final class Diary: Sendable {
    private let lines = NIOLockedValueBox<[String]>([])

    var all: [String] { lines.withLockedValue { $0 } }

    func write(_ event: SocketEvent) {
      lines.withLockedValue { lines in
        switch event {
        case .connected: lines.append("connected")
        case .received(let messages): lines += messages.map { String(decoding: $0, as: UTF8.self) }
        case .disconnected(let error): lines.append("lost: \(error)")
        }
      }
    }
  }

  /// Ends a client from inside.
  struct Done: Error {}

  private func options(_ change: (inout SocketOptions) -> Void = { _ in }) -> SocketOptions {
    var options = SocketOptions()
    let attempts = AttemptLimit()
    options.jitter = { $0 }
    options.sleep = { _ in try attempts.count() }
    change(&options)
    return options
  }

  private func client(_ address: ServerAddress, _ options: SocketOptions) throws -> SocketClient {
    try SocketClient(Credentials(address: address, token: "t"), options: options)
  }

  @Test func itSaysWhoItIsAndCarriesMessagesBothWays() async throws {
    let script: FakeSocketServer.Act = .talk { peer in
      let first = try await peer.text() ?? ""
      let second = try await peer.text() ?? ""
      try await peer.send([first + "!", second + "!"])
      _ = try await peer.frame()
    }
    try await FakeSocketServer.serving([script]) { address, fake in
      let client = try client(address, options())
      let diary = Diary()
      await #expect(throws: Done.self) {
        try await client.run { event in
          diary.write(event)
          if case .connected = event { try await client.send([Array("é1".utf8), Array("2".utf8)]) }
          if diary.all.count == 3 { throw Done() }
        }
      }
      #expect(diary.all == ["connected", "é1!", "2!"])
      #expect(fake.violations.isEmpty)
      #expect(fake.heads.first?.headers["Authorization"] == ["Basic dDo="])
      await #expect(throws: ConnectionError.notConnected("\(address)")) { try await client.send([1]) }
    }
  }

  /// All that came in one write arrives in order, and in far fewer batches than messages.
  @Test func messagesArriveInBatchesInOrder() async throws {
    let texts = (0..<1000).map(String.init)
    let script: FakeSocketServer.Act = .talk { peer in
      try await peer.send(texts)
      _ = try await peer.frame()
    }
    try await FakeSocketServer.serving([script]) { address, fake in
      let client = try client(address, options())
      let (diary, batches) = (Diary(), NIOLockedValueBox(0))
      await #expect(throws: Done.self) {
        try await client.run { event in
          diary.write(event)
          if case .received = event { batches.withLockedValue { $0 += 1 } }
          if diary.all.count == 1001 { throw Done() }
        }
      }
      #expect(diary.all == ["connected"] + texts)
      #expect(batches.withLockedValue { $0 } < 100)
      #expect(fake.violations.isEmpty)
    }
  }

  @Test func itComesBackWithGrowingWaitsAndStartsAnewAfterAWord() async throws {
    let unready = FakeSocketServer.Act.refuse(503, body: "{\"_error\": {\"code\": 503, \"message\": \"not ready\"}}")
    let word: FakeSocketServer.Act = .talk { peer in
      try await peer.send("word")
      // What was sent before the ping has arrived when it is answered.
      try await peer.send(.ping)
      _ = try await peer.frame()
    }
    let silent: FakeSocketServer.Act = .talk { _ in }
    let last: FakeSocketServer.Act = .talk { peer in
      try await peer.send("last")
      _ = try await peer.frame()
    }
    try await FakeSocketServer.serving([.hangUp, unready, silent, silent, word, unready, last]) { address, fake in
      let waits = NIOLockedValueBox<[Duration]>([])
      let client = try client(
        address, options { $0.sleep = { wait in waits.withLockedValue { $0.append(wait) } } })
      let diary = Diary()
      await #expect(throws: Done.self) {
        try await client.run { event in
          diary.write(event)
          if diary.all.last == "last" { throw Done() }
        }
      }
      #expect(waits.withLockedValue { $0 } == [100, 200, 400, 800, 100, 200].map { Duration.milliseconds($0) })
      #expect(diary.all.filter { $0 == "connected" }.count == 4)
      #expect(diary.all.contains("lost: not ready"))
      #expect(fake.violations.isEmpty)
    }
  }

  @Test(arguments: [401, 403, 400])
  func aRefusalIsTheEnd(status: Int) async throws {
    let body = "{\"_status\": \"ERR\", \"_error\": {\"code\": \(status), \"message\": \"No.\"}}"
    try await FakeSocketServer.serving([.refuse(status, body: body)]) { address, fake in
      let client = try client(address, options())
      await #expect(throws: SocketRefusal(status: status, message: "No.")) { try await client.run { _ in } }
      #expect(fake.violations.isEmpty, "it is not asked again")
    }
  }

  @Test func whoWantsToKnowHearsThatNobodyListens() async throws {
    let port = try await FreePort.find()
    let client = try client(ServerAddress(host: "127.0.0.1", port: port), options { $0.persistence = .afterFirst })
    let error = await #expect(throws: ConnectionError.self) { try await client.run { _ in } }
    guard case .unreachable = error else { Issue.record("\(String(describing: error))"); return }
  }

  @Test func onceIsOnce() async throws {
    try await FakeSocketServer.serving([.talk { _ in }]) { address, fake in
      let client = try client(address, options { $0.persistence = .once })
      await #expect(throws: (any Error).self) { try await client.run { _ in } }
      #expect(fake.violations.isEmpty)
    }
  }

  @Test func pingsAndClosesAreAnswered() async throws {
    let (answers, told) = AsyncStream.makeStream(of: String.self)
    let script: FakeSocketServer.Act = .talk { peer in
      defer { told.finish() }
      try await peer.send(.ping, ByteBuffer(string: "are you there"))
      if let frame = try await peer.frame() {
        told.yield("\(frame.opcode) \(String(buffer: frame.unmaskedData))")
      }
      var body = ByteBuffer(integer: UInt16(1001))
      body.writeString("going down")
      try await peer.send(.connectionClose, body)
      if let frame = try await peer.frame() {
        let code = frame.unmaskedData.getInteger(at: frame.unmaskedData.readerIndex, as: UInt16.self)
        told.yield("\(frame.opcode) \(code ?? 0)")
      }
    }
    try await FakeSocketServer.serving([script]) { address, fake in
      let client = try client(address, options { $0.persistence = .once })
      let closure = await #expect(throws: SocketClosure.self) { try await client.run { _ in } }
      #expect(closure == SocketClosure(code: 1001, reason: "going down"))
      let words = await answers.reduce(into: []) { $0.append($1) }
      #expect(words == ["WebSocketOpcode.pong are you there", "WebSocketOpcode.connectionClose 1001"])
      #expect(fake.violations.isEmpty)
    }
  }

  @Test func aBinaryFrameIsRefused() async throws {
    let (codes, told) = AsyncStream.makeStream(of: UInt16?.self)
    let script: FakeSocketServer.Act = .talk { peer in
      try await peer.send(.binary, ByteBuffer(string: "x"))
      let data = try await peer.frame()?.unmaskedData
      told.yield(data.flatMap { $0.getInteger(at: $0.readerIndex) })
    }
    try await FakeSocketServer.serving([script]) { address, _ in
      let client = try client(address, options { $0.persistence = .once })
      await #expect(throws: SocketClosure.self) { try await client.run { _ in } }
      #expect(await codes.first { _ in true } == 1003)
    }
  }

  /// A peer that is gone without a word answers no ping: half open, and found.
  @Test func aSilentPeerIsFound() async throws {
    let script: FakeSocketServer.Act = .talk { peer in
      // Reads, and says nothing, not even to pings.
      while try await peer.frame() != nil {}
    }
    try await FakeSocketServer.serving([script]) { address, _ in
      let client = try client(
        address,
        options {
          $0.persistence = .once
          $0.pingInterval = .milliseconds(20)
          $0.silenceLimit = .milliseconds(120)
        })
      let error = await #expect(throws: ConnectionError.self) { try await client.run { _ in } }
      guard case .silent = error else { Issue.record("\(String(describing: error))"); return }
    }
  }

  /// One that answers pings is there, however little it has to say.
  @Test func aQuietPeerIsKept() async throws {
    let script: FakeSocketServer.Act = .talk { peer in
      var pings = 0
      while pings < 40, let frame = try await peer.frame() {
        guard frame.opcode == .ping else { continue }
        pings += 1
        try await peer.send(.pong, frame.unmaskedData)
      }
      try await peer.send("still here")
      _ = try await peer.frame()
    }
    try await FakeSocketServer.serving([script]) { address, _ in
      let client = try client(
        address,
        options {
          $0.persistence = .once
          $0.pingInterval = .milliseconds(20)
          $0.silenceLimit = .milliseconds(500)
        })
      await #expect(throws: Done.self) {
        try await client.run { event in if case .received = event { throw Done() } }
      }
    }
  }

  @Test func aMessageAboveTheLimitIsNotSent() async throws {
    try await FakeSocketServer.serving([.talk { peer in while try await peer.text() != nil {} }]) { address, fake in
      let client = try client(address, options { $0.maxMessageBytes = 100 })
      await #expect(throws: ConnectionError.messageTooLarge(bytes: 101, limit: 100)) {
        try await client.run { _ in try await client.send([UInt8](repeating: 0x20, count: 101)) }
      }
      #expect(fake.violations.isEmpty)
    }
  }

  @Test func aLargeMessageArrivesWhole() async throws {
    let text = String(repeating: "0123456789abcdef", count: 1 << 16)
    let script: FakeSocketServer.Act = .talk { peer in
      let size = try await peer.text()?.utf8.count ?? 0
      try await peer.send(["\(size)", text])
      _ = try await peer.frame()
    }
    try await FakeSocketServer.serving([script]) { address, fake in
      let client = try client(address, options { $0.persistence = .once })
      let diary = Diary()
      await #expect(throws: Done.self) {
        try await client.run { event in
          diary.write(event)
          if case .connected = event { try await client.send(Array(text.utf8)) }
          if diary.all.count == 3 { throw Done() }
        }
      }
      #expect(diary.all[1] == "\(text.utf8.count)")
      #expect(diary.all[2] == text)
      #expect(fake.violations.isEmpty)
    }
  }

  @Test func cuttingLeadsToANewConnection() async throws {
    let wait: FakeSocketServer.Act = .talk { peer in while try await peer.frame() != nil {} }
    try await FakeSocketServer.serving([wait, wait]) { address, fake in
      let client = try client(address, options())
      let diary = Diary()
      await #expect(throws: Done.self) {
        try await client.run { event in
          diary.write(event)
          let connections = diary.all.count { $0 == "connected" }
          if connections == 2 { throw Done() }
          if case .connected = event { await client.cut() }
        }
      }
      #expect(fake.violations.isEmpty)
    }
  }
}
