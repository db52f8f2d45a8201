import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle

/// The one port of the server: HTTP for the routes, WebSocket for the sessions, TLS around both if wanted.
struct Listener: Sendable {
  struct Configuration: Sendable {
    var host = "127.0.0.1"
    /// 0 takes a free one.
    var port = 5100
    var tls: TLSConfiguration?
    var times = HTTPTimes()
    var limits = SocketLimits()
    /// Connections at once; nil: as many as there are descriptors for.
    var connections: Int?
  }

  let configuration: Configuration
  let policy: UpgradePolicy
  let sockets: SocketFactory
  let logger: Logger
  /// Answers some requests before the router.
  var lookup: DirectTaskLookup?
  var eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton

  static let gateName = "banyan.accept"

  /// The service that listens. A graceful shutdown ends it: requests under way are answered, sockets closed with 1001.
  /// - Parameters:
  ///   - responder: what answers requests.
  ///   - onRunning: called once the port is taken.
  func service<Responder: HTTPResponder>(
    responder: Responder, onRunning: @escaping @Sendable (ListenerAddress) async -> Void
  ) throws -> ListeningService<Responder>
  where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
    let configuration = configuration
    let isSecure = configuration.tls != nil
    let plain = HTTPServerBuilder { [policy, sockets, lookup] answer in
      UpgradableChannel(
        responder: answer, times: configuration.times, limits: configuration.limits, policy: policy, sockets: sockets,
        lookup: lookup, isSecure: isSecure)
    }
    let server = try configuration.tls.map { try HTTPServerBuilder.tls(plain, tlsConfiguration: $0) } ?? plain
    let application = Application(
      responder: responder, server: server,
      configuration: ApplicationConfiguration(
        address: .hostname(configuration.host, port: configuration.port), serverName: nil, backlog: 1024),
      onServerRunning: { [logger] channel in
        let limit = configuration.connections ?? ConnectionBudget.connections()
        do {
          try await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.addHandler(
              AcceptGate(limit: limit, logger: logger), name: Self.gateName, position: .first)
          }.get()
        } catch {
          // It was closed before it could serve anybody.
          logger.debug("The listening socket is closed: \(error)")
        }
        await onRunning(
          ListenerAddress(
            host: configuration.host, port: channel.localAddress?.port ?? configuration.port, isSecure: isSecure))
      },
      eventLoopGroupProvider: .shared(eventLoopGroup), logger: logger)
    return ListeningService(application: application, host: configuration.host, port: configuration.port)
  }
}

/// Where a server can be reached.
struct ListenerAddress: Hashable, Sendable {
  let host: String
  let port: Int
  let isSecure: Bool

  /// The URL for a client on this machine: a server that listens everywhere is reached at loopback.
  var url: String {
    let name: String
    switch host {
    case "0.0.0.0": name = "127.0.0.1"
    case "::", "[::]": name = "[::1]"
    default: name = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
    }
    return "\(isSecure ? "https" : "http")://\(name):\(port)"
  }
}

/// Why the port could not be taken, in words.
struct ListenError: Error, CustomStringConvertible {
  let description: String
}

/// Runs the application, and says in words why it can't.
struct ListeningService<Responder: HTTPResponder>: Service
where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
  fileprivate let application: Application<Responder>
  fileprivate let host: String
  fileprivate let port: Int

  func run() async throws {
    do {
      try await application.run()
    } catch let error as IOError {
      switch error.errnoCode {
      case EADDRINUSE:
        throw ListenError(
          description:
            "port \(port) on \(host) is taken by another program; choose one with --port, or 0 for a free one")
      case EACCES:
        throw ListenError(description: "port \(port) on \(host) may not be used; ports below 1024 need more rights")
      case EADDRNOTAVAIL:
        throw ListenError(description: "\(host) is no address of this machine")
      default:
        throw ListenError(description: "can't listen on \(host), port \(port): \(error)")
      }
    } catch let error as SocketAddressError {
      throw ListenError(description: "can't listen on \(host): \(error)")
    }
  }
}
