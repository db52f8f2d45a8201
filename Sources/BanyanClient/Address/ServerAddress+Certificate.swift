internal import BanyanWire
import Crypto
import NIOCore
import NIOPosix
import NIOSSL

extension ServerAddress {
  /// The SHA-256 digest, in hex, of the certificate that this server shows, whoever vouches for it: for a person to
  /// compare before it is trusted. Nothing is told to the server.
  /// - Parameter limit: how long it may take.
  public func shownFingerprint(limit: Duration = .seconds(10)) async throws(ConnectionError) -> String {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let shown = loop.makePromise(of: String.self)
    let silence = ConnectionError.silent("\(self)", seconds: limit.components.seconds)
    let timeout = loop.scheduleTask(in: TimeAmount(limit)) { shown.fail(silence) }
    do {
      let connecting = try connectToLook(on: loop, shown)
      connecting.whenFailure { shown.fail($0) }
      defer {
        timeout.cancel()
        connecting.whenSuccess { channel in channel.close(promise: nil) }
      }
      return try await shown.futureResult.get()
    } catch {
      // Where the attempt could not even begin.
      shown.fail(error)
      throw .connecting(to: self, failed: error)
    }
  }

  private func connectToLook(
    on loop: any EventLoop, _ shown: EventLoopPromise<String>
  ) throws -> EventLoopFuture<any Channel> {
    let context = try NIOSSLContext(configuration: TLSConfiguration.makeClientConfiguration())
    let transport = try Transport(address: ServerAddress(host: host, port: port), fingerprint: nil)
    let host = host
    return transport.bootstrap(on: loop)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          // A server's name goes into the handshake, an IP address must not.
          let isNumeric = (try? SocketAddress(ipAddress: host, port: 0)) != nil
          let handler = try NIOSSLClientHandler(context: context, serverHostname: isNumeric ? nil : host) {
            (chain: [NIOSSLCertificate], verdict: EventLoopPromise<NIOSSLVerificationResult>) in
            if let bytes = chain.first.flatMap({ try? $0.toDERBytes() }) {
              shown.succeed(Hex.text(of: SHA256.hash(data: bytes)))
            }
            // It has been looked at: nothing more is said here.
            verdict.succeed(NIOSSLVerificationResult.failed)
          }
          try channel.pipeline.syncOperations.addHandler(handler)
          try channel.pipeline.syncOperations.addHandler(FirstError(promise: shown))
        }
      }
      .connect(host: host, port: port)
  }
}

/// Tells the first thing that goes wrong on a connection, its end included.
private final class FirstError: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let promise: EventLoopPromise<String>

  init(promise: EventLoopPromise<String>) { self.promise = promise }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    promise.fail(error)
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) { promise.fail(ChannelError.eof) }
}
