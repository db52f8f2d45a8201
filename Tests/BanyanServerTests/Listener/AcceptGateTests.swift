import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import BanyanServer

import Glibc

@Suite(.timeLimit(.minutes(1))) struct AcceptGateTests {
  private static let request = "GET /there HTTP/1.1\r\nHost: a\r\n\r\n"

  @Test func `Beyond the limit connections wait until others end, and those that are there go on`() async throws {
    var listener = TestListener()
    listener.configuration.connections = 2
    try await listener.run { port, _ in
      var first = try await RawClient.connect(to: port)
      var second = try await RawClient.connect(to: port)
      for _ in 0..<3 {
        try await first.send(Self.request)
        #expect(try await first.answer().body == "/there")
      }
      try await second.send(Self.request)
      #expect(try await second.answer().status == 200)
      // A second round of the others finds it waiting still.
      let answered = Mutex(false)
      let waiting = Task {
        var third = try await RawClient.connect(to: port)
        try await third.send(Self.request)
        let status = try await third.answer().status
        answered.withLock { $0 = true }
        try await third.close()
        return status
      }
      try await first.send(Self.request)
      #expect(try await first.answer().status == 200)
      #expect(!answered.withLock { $0 }, "nobody has left")
      try await second.close()
      #expect(try await waiting.value == 200)
      try await first.close()
    }
  }

  /// The loop asks again and again for what the system refuses, unless it is told not to.
  @Test func `Where the system refuses a descriptor accepting pauses, and goes on by itself`() async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let words = Mutex<[String]>([])
    var logger = Logger(label: "gate") { _ in Recorder { word in words.withLock { $0.append(word) } } }
    logger.logLevel = .warning
    let accepted = AsyncStream<Void>.makeStream()
    let server = try await ServerBootstrap(group: group)
      .serverChannelInitializer { [logger] channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(AcceptGate(limit: 9, logger: logger))
        }
      }
      .childChannelInitializer { channel in
        accepted.continuation.yield()
        return channel.eventLoop.makeSucceededVoidFuture()
      }
      .bind(host: "127.0.0.1", port: 0).get()
    for _ in 0..<3 {
      server.pipeline.fireErrorCaught(IOError(errnoCode: EMFILE, reason: "accept"))
      #expect(try await server.getOption(.autoRead).get() == false)
    }
    #expect(words.withLock { $0.count } == 1, "said once")
    let client = try await ClientBootstrap(group: group).connect(
      to: try #require(server.localAddress)
    ).get()
    var iterator = accepted.stream.makeAsyncIterator()
    #expect(await iterator.next() != nil, "accepted after all")
    #expect(try await server.getOption(.autoRead).get())
    try await client.close()
    try await server.close()
    try await group.shutdownGracefully()
  }

  @Test(arguments: [(64, 30, 22), (1024, 30, 930), (20, 30, 1), (1 << 20, 40, (1 << 20) - 104)])
  func `Some descriptors are kept for the journal`(limit: Int, open: Int, connections: Int) {
    #expect(ConnectionBudget.connections(limit: UInt64(limit), open: open) == connections)
    #expect(ConnectionBudget.connections(limit: .max, open: 3) == .max)
  }

  private struct Recorder: LogHandler {
    let record: @Sendable (String) -> Void
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace
    init(_ record: @escaping @Sendable (String) -> Void) { self.record = record }
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }
    func log(event: LogEvent) { record("\(event.message)") }
  }
}
