import NIOCore
import Testing

@testable import BanyanServer

@Suite(.timeLimit(.minutes(1))) struct ShutdownTests {
  @Test func `A graceful shutdown closes sockets with 1001 and idle connections at once`() async throws {
    try await TestListener().run { port, group in
      var socket = try await RawClient.socket(to: port)
      var idle = try await RawClient.connect(to: port)
      try await idle.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try await idle.answer().status == 200)
      var silent = try await RawClient.connect(to: port)
      await group.triggerGracefulShutdown()
      #expect(try await socket.frame().closeCode == 1001)
      try await socket.send(RawClient.close(1001))
      #expect(await socket.rest() == "")
      #expect(await idle.rest() == "")
      #expect(await silent.rest() == "")
    }
  }

  @Test func `A socket that doesn't answer the close holds no shutdown up`() async throws {
    var listener = TestListener()
    listener.configuration.limits.closing = .milliseconds(100)
    try await listener.run { port, group in
      var socket = try await RawClient.socket(to: port)
      await group.triggerGracefulShutdown()
      #expect(try await socket.frame().closeCode == 1001)
      #expect(await socket.rest() == "")
    }
  }
}
