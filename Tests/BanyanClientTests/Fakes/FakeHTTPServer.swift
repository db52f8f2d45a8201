import BanyanClient
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// An HTTP server on loopback that answers by a list, a request after the other, and keeps what it was asked.
final class FakeHTTPServer: Sendable {
  /// What one request is answered.
  struct Reply: Sendable {
    var status = 200
    var type = "application/json"
    var body = "{}"
    /// The connection is cut instead of an answer.
    var cuts = false
    /// The connection is closed behind the answer, which does not say so.
    var closesQuietly = false
  }

  /// A request, and the number of the connection that it came on.
  struct Asked: Sendable {
    var connection: Int
    var method: String
    var uri: String
    var headers: HTTPHeaders
    var body: String
  }

  private struct State {
    var replies: [Reply]
    var asked: [Asked] = []
    var connections = 0
  }

  private let state: NIOLockedValueBox<State>

  private init(_ replies: [Reply]) { state = NIOLockedValueBox(State(replies: replies)) }

  /// The requests so far.
  var asked: [Asked] { state.withLockedValue { $0.asked } }

  /// Serves while `body` runs.
  static func serving(
    _ replies: [Reply], tls: NIOSSLContext? = nil, _ body: (ServerAddress, FakeHTTPServer) async throws -> Void
  ) async throws {
    let fake = FakeHTTPServer(replies)
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
          try channel.pipeline.syncOperations.configureHTTPServerPipeline(withPipeliningAssistance: false)
          let number = fake.state.withLockedValue { state in
            state.connections += 1
            return state.connections
          }
          try channel.pipeline.syncOperations.addHandler(Answerer(server: fake, connection: number))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let address = ServerAddress(
      isSecure: tls != nil, host: "127.0.0.1", port: channel.localAddress?.port ?? 0, basePath: "/base")
    let outcome: Result<Void, any Error>
    do {
      outcome = .success(try await body(address, fake))
    } catch {
      outcome = .failure(error)
    }
    try await channel.close()
    try outcome.get()
  }

  private final class Answerer: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let server: FakeHTTPServer
    private let connection: Int
    private var asked: Asked?

    init(server: FakeHTTPServer, connection: Int) {
      self.server = server
      self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head):
        asked = Asked(
          connection: connection, method: head.method.rawValue, uri: head.uri, headers: head.headers, body: "")
      case .body(let bytes): asked?.body += String(buffer: bytes)
      case .end:
        guard let asked else { return }
        let reply = server.state.withLockedValue { state in
          state.asked.append(asked)
          return state.replies.isEmpty ? Reply(cuts: true) : state.replies.removeFirst()
        }
        answer(reply, context)
      }
    }

    private func answer(_ reply: Reply, _ context: ChannelHandlerContext) {
      guard !reply.cuts else { return context.close(promise: nil) }
      let headers: HTTPHeaders = ["Content-Type": reply.type, "Content-Length": "\(reply.body.utf8.count)"]
      let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: reply.status), headers: headers)
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: reply.body)))), promise: nil)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
      if reply.closesQuietly { context.close(promise: nil) }
    }
  }
}
