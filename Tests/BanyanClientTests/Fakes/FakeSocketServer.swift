import BanyanClient
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

/// A strict server of `banyan.v1` on loopback that does what a script says, a connection after the other. What a client
/// must not do is kept in ``violations``, and fails the test.
final class FakeSocketServer: Sendable {
  /// What happens to a connection.
  enum Act: Sendable {
    /// Closed before a word.
    case hangUp
    /// Answered by a status and a body over HTTP, not upgraded.
    case refuse(Int, body: String)
    /// Upgraded, and handed to the closure; when it returns, the connection is cut.
    case talk(@Sendable (Peer) async throws -> Void)
  }

  /// The client, as a script sees it.
  final class Peer {
    private var frames: NIOAsyncChannelInboundStream<WebSocketFrame>.AsyncIterator
    private let writer: NIOAsyncChannelOutboundWriter<WebSocketFrame>
    private let server: FakeSocketServer

    fileprivate init(
      _ frames: NIOAsyncChannelInboundStream<WebSocketFrame>, _ writer: NIOAsyncChannelOutboundWriter<WebSocketFrame>,
      _ server: FakeSocketServer
    ) {
      self.frames = frames.makeAsyncIterator()
      self.writer = writer
      self.server = server
    }

    /// The next frame; nil when the client is gone.
    func frame() async throws -> WebSocketFrame? {
      guard let frame = try await frames.next() else { return nil }
      if frame.maskKey == nil { server.note("a frame of the client's is not masked") }
      return frame
    }

    /// The next text message; nil when the client is gone or says that it goes.
    func text() async throws -> String? {
      while let frame = try await frame() {
        switch frame.opcode {
        case .text:
          if !frame.fin { server.note("a message came in fragments") }
          return String(buffer: frame.unmaskedData)
        case .connectionClose: return nil
        case .ping: try await send(.pong, frame.unmaskedData)
        case .pong: break
        default: server.note("a frame of the kind \(frame.opcode)")
        }
      }
      return nil
    }

    /// Sends messages in one write, with one flush.
    func send(_ texts: [String]) async throws {
      try await writer.write(
        contentsOf: texts.map { WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(string: $0)) })
    }

    func send(_ text: String) async throws { try await send([text]) }

    func send(_ opcode: WebSocketOpcode, _ data: ByteBuffer = ByteBuffer()) async throws {
      try await writer.write(WebSocketFrame(fin: true, opcode: opcode, data: data))
    }
  }

  private struct State {
    var acts: [Act]
    var heads: [HTTPRequestHead] = []
    var violations: [String] = []
  }

  private enum Upgraded: Sendable {
    case socket(NIOAsyncChannel<WebSocketFrame, WebSocketFrame>, Act)
    case nothing
  }

  private let state: NIOLockedValueBox<State>

  private init(_ acts: [Act]) { state = NIOLockedValueBox(State(acts: acts)) }

  /// What the client did wrong.
  var violations: [String] { state.withLockedValue { $0.violations } }
  /// The heads of the handshakes.
  var heads: [HTTPRequestHead] { state.withLockedValue { $0.heads } }

  fileprivate func note(_ violation: String) { state.withLockedValue { $0.violations.append(violation) } }

  /// Serves while `body` runs. A connection more than there are acts is a violation.
  static func serving<Result: Sendable>(
    _ acts: [Act], _ body: @escaping @Sendable (ServerAddress, FakeSocketServer) async throws -> Result
  ) async throws -> Result {
    let fake = FakeSocketServer(acts)
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .bind(host: "127.0.0.1", port: 0) { channel in
        channel.eventLoop.makeCompletedFuture { try fake.prepare(channel) }
      }
    let port = listener.channel.localAddress?.port ?? 0
    return try await withThrowingTaskGroup(of: Result?.self) { group in
      group.addTask {
        try await fake.accept(listener)
        return nil
      }
      group.addTask { try await body(ServerAddress(host: "127.0.0.1", port: port), fake) }
      defer { group.cancelAll() }
      while let done = try await group.next() { if let result = done { return result } }
      throw CancellationError()
    }
  }

  private func accept(_ listener: NIOAsyncChannel<EventLoopFuture<Upgraded>, Never>) async throws {
    try await withThrowingDiscardingTaskGroup { group in
      try await listener.executeThenClose { inbound in
        for try await upgrade in inbound {
          group.addTask { await self.play(upgrade) }
        }
      }
    }
  }

  private func play(_ upgrade: EventLoopFuture<Upgraded>) async {
    do {
      guard case .socket(let channel, .talk(let script)) = try await upgrade.get() else { return }
      try await channel.executeThenClose { inbound, outbound in try await script(Peer(inbound, outbound, self)) }
    } catch {
      // A client that goes while the script runs: the test sees what it is about at the client.
    }
  }

  private func prepare(_ channel: any Channel) throws -> EventLoopFuture<Upgraded> {
    let act: Act? = state.withLockedValue { $0.acts.isEmpty ? nil : $0.acts.removeFirst() }
    switch act {
    case nil:
      note("a connection that the script doesn't know")
      channel.close(promise: nil)
      return channel.eventLoop.makeSucceededFuture(.nothing)
    case .hangUp:
      channel.close(promise: nil)
      return channel.eventLoop.makeSucceededFuture(.nothing)
    case .refuse(let status, let body):
      try channel.pipeline.syncOperations.configureHTTPServerPipeline()
      try channel.pipeline.syncOperations.addHandler(Refuser(server: self, status: status, body: body))
      return channel.eventLoop.makeSucceededFuture(.nothing)
    case .talk(let script):
      let upgrader = NIOTypedWebSocketServerUpgrader<Upgraded>(
        maxFrameSize: 32 << 20,
        shouldUpgrade: { channel, head in
          self.check(head)
          return channel.eventLoop.makeSucceededFuture(["Sec-WebSocket-Protocol": "banyan.v1"])
        },
        upgradePipelineHandler: { channel, _ in
          channel.eventLoop.makeCompletedFuture {
            .socket(try NIOAsyncChannel(wrappingChannelSynchronously: channel), .talk(script))
          }
        })
      return try channel.pipeline.syncOperations.configureUpgradableHTTPServerPipeline(
        configuration: .init(
          upgradeConfiguration: .init(upgraders: [upgrader]) { channel in
            self.note("a request that is no WebSocket handshake")
            return channel.eventLoop.makeSucceededFuture(.nothing)
          }))
    }
  }

  fileprivate func check(_ head: HTTPRequestHead) {
    state.withLockedValue { $0.heads.append(head) }
    if head.uri != "/ws" { note("a handshake on \(head.uri)") }
    if head.method != .GET { note("a handshake by \(head.method)") }
    if head.headers["Sec-WebSocket-Protocol"] != ["banyan.v1"] { note("no subprotocol") }
    if head.headers["Sec-WebSocket-Version"] != ["13"] { note("no version") }
    if head.headers["Host"].count != 1 { note("no host") }
  }

  /// Answers a handshake over HTTP.
  private final class Refuser: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let server: FakeSocketServer
    private let status: Int
    private let body: String

    init(server: FakeSocketServer, status: Int, body: String) {
      self.server = server
      self.status = status
      self.body = body
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head): server.check(head)
      case .body: break
      case .end:
        let headers: HTTPHeaders = [
          "Content-Type": "application/json", "Content-Length": "\(body.utf8.count)", "Connection": "close",
        ]
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.close(promise: nil)
      }
    }
  }
}
