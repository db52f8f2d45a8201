internal import BanyanWire
import Crypto
import NIOCore
import NIOPosix
import NIOSSL

/// How a TCP connection to a server is made, with TLS where the address says so.
struct Transport: Sendable {
  /// Where the server listens.
  let address: ServerAddress
  /// The SHA-256 digest of the server's certificate in lower-case hex, where it is pinned.
  let fingerprint: String?
  private let context: NIOSSLContext?

  init(address: ServerAddress, fingerprint: String?) throws(ConnectionError) {
    self.address = address
    self.fingerprint = fingerprint.map(Self.normalised)
    guard address.isSecure else {
      context = nil
      return
    }
    var configuration = TLSConfiguration.makeClientConfiguration()
    // A pinned server is ours; what stands before another one may speak what was usual before.
    configuration.minimumTLSVersion = fingerprint == nil ? .tlsv12 : .tlsv13
    do {
      context = try NIOSSLContext(configuration: configuration)
    } catch {
      throw .untrusted("\(address)", reason: "\(error)")
    }
  }

  /// All addresses of the host are tried, the newer and the older kind side by side (RFC 8305).
  func bootstrap(on group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton) -> ClientBootstrap {
    ClientBootstrap(group: group)
      .connectTimeout(.seconds(10))
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelOption(.socketOption(.so_keepalive), value: 1)
  }

  /// Puts TLS at the front of a fresh channel's pipeline. On its event loop.
  func secure(_ channel: any Channel) throws {
    guard let context else { return }
    // A server's name goes into the handshake, an IP address must not.
    let isNumeric = (try? SocketAddress(ipAddress: address.host, port: 0)) != nil
    let name = isNumeric ? nil : address.host
    let handler: NIOSSLClientHandler
    if let fingerprint {
      handler = try NIOSSLClientHandler(context: context, serverHostname: name) { chain, promise in
        let isPinned =
          chain.first.flatMap { try? $0.toDERBytes() }.map { Hex.text(of: SHA256.hash(data: $0)) } == fingerprint
        promise.succeed(isPinned ? .certificateVerified : .failed)
      }
    } else {
      handler = try NIOSSLClientHandler(context: context, serverHostname: name)
    }
    try channel.pipeline.syncOperations.addHandler(handler)
  }

  /// Fingerprints are also written with colons and in capitals.
  private static func normalised(_ text: String) -> String { text.lowercased().filter(\.isHexDigit) }
}
