import BanyanCore
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

@testable import BanyanServer

/// A listener on a free port whose sockets echo and whose routes are few.
struct TestListener {
  var configuration: Listener.Configuration
  var sockets: SocketFactory = { EchoHandler(connection: $0) }

  init() {
    configuration = Listener.Configuration()
    configuration.port = 0
  }

  static let policy: UpgradePolicy = { handshake in
    if let fault = handshake.fault(path: "/ws") { return .refuse(fault) }
    if handshake.origin == "http://evil.example" { return .refuse(RequestError(.forbidden, "not from there")) }
    switch handshake.authorization {
    case nil: return .accept(principal: nil, subprotocol: handshake.agreedSubprotocol)
    case "Bearer right": return .accept(principal: .someone, subprotocol: handshake.agreedSubprotocol)
    default: return .refuse(RequestError(.unauthorized, "no such token"))
    }
  }

  /// Runs a body against the listener, then shuts it down gracefully.
  func run(_ body: @escaping @Sendable (Int, ServiceGroup) async throws -> Void) async throws {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let listener = Listener(configuration: configuration, policy: Self.policy, sockets: sockets, logger: logger)
    let responder = CallbackResponder<BasicRequestContext> { request, _ in
      switch request.uri.path {
      case "/echo":
        let body = try await request.body.collect(upTo: 1 << 20)
        return Response(status: .ok, body: .init(byteBuffer: body))
      case "/ws":
        switch Self.policy(Handshake(request, remoteAddress: "")) {
        case .refuse(let error): return Response(status: error.status, headers: error.headers)
        case .accept: return Response(status: .badRequest)
        }
      case "/large":
        return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(repeating: 120, count: 64 << 20)))
      case "/last":
        return Response(status: .contentTooLarge, headers: [.connection: "close"])
      default:
        return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: request.uri.path)))
      }
    }
    let (addresses, report) = AsyncStream.makeStream(of: ListenerAddress.self)
    let service = try listener.service(responder: responder) { report.yield($0) }
    let group = ServiceGroup(configuration: .init(services: [service], logger: logger))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask {
        defer { report.finish() }
        try await group.run()
      }
      for await address in addresses {
        do {
          try await body(address.port, group)
        } catch {
          await group.triggerGracefulShutdown()
          throw error
        }
        await group.triggerGracefulShutdown()
      }
      try await tasks.waitForAll()
    }
  }
}

extension User {
  static let someone = User(id: UserID(seconds: 1, rest: 2), name: "someone", role: .provider, tokenHash: [])
}

/// Sends back what comes, and tells what happened.
final class EchoHandler: SocketHandler {
  enum Happening: Sendable, Equatable {
    case batch(Int)
    case closed
  }

  let connection: SocketConnection
  private let tell: (@Sendable (Happening) -> Void)?

  init(connection: SocketConnection, tell: (@Sendable (Happening) -> Void)? = nil) {
    self.connection = connection
    self.tell = tell
  }

  func received(_ messages: [ByteBuffer]) {
    connection.eventLoop.preconditionInEventLoop()
    tell?(.batch(messages.count))
    for message in messages {
      switch String(buffer: message) {
      case "authenticate": connection.setLimit(bytes: 1 << 20)
      case "leave": connection.close(code: 4001, reason: "as you wish")
      case "flood": connection.send((0..<16).map { _ in [UInt8](repeating: 120, count: 64 << 10) })
      default: connection.send([Array(message.readableBytesView)])
      }
    }
  }

  func quiesce(code: UInt16, reason: String) { connection.close(code: code, reason: reason) }

  func closed() { tell?(.closed) }
}
