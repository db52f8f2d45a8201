import BanyanCore
import BanyanJSON
import BanyanWire
import NIOCore

/// What stands behind a new WebSocket: it learns who is there, by the token of the handshake or by the first message,
/// and hands everything on to that one's session.
actor SocketSession: SocketHandler {
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    connection.eventLoop.executor.asUnownedSerialExecutor()
  }

  private let connection: SocketConnection
  private let context: SessionContext
  private var session: (any SessionHandler)?
  /// Of who is there.
  private var role: Role?

  init(connection: SocketConnection, context: SessionContext) {
    self.connection = connection
    self.context = context
  }

  /// Begins at once where the handshake told who is there: also one that says nothing is known, and is cut when its user
  /// is revoked. On the event loop.
  nonisolated func open() {
    assumeIsolated { session in
      if let user = session.connection.principal { session.begin(user) }
    }
  }

  nonisolated func received(_ messages: [ByteBuffer]) { assumeIsolated { $0.take(messages) } }

  nonisolated func closed() {
    assumeIsolated { session in
      session.session?.closed()
      session.session = nil
      if let role = session.role { session.context.meter.socket(role, opened: false) }
    }
  }

  private func take(_ messages: [ByteBuffer]) {
    if let session { return session.received(messages) }
    guard let first = messages.first else { return }
    guard let user = authenticate(first) else { return }
    begin(user)
    let rest = Array(messages.dropFirst())
    if !rest.isEmpty { session?.received(rest) }
  }

  private func begin(_ user: User) {
    let principal = Principal(user)
    session =
      user.role == .worker
      ? WorkerSession(connection: connection, principal: principal, context: context)
      : ProviderSession(connection: connection, principal: principal, context: context)
    role = user.role
    context.meter.socket(user.role, opened: true)
    connection.setLimit(bytes: connection.limits.messageSize(for: user))
  }

  /// The first message of one that brought no token. Anything but a good token ends the connection.
  private func authenticate(_ message: ByteBuffer) -> User? {
    var answer: [UInt8] = []
    do {
      let document = try message.withUnsafeReadableBytes { try JSONDocument(parsing: $0) }
      let request = try AuthenticateMessage(document.root)
      switch context.access.judge(token: request.token, from: connection.remoteAddress) {
      case .known(let user):
        AuthenticatedMessage(id: request.id, user: user.id).encode(into: &answer)
        connection.send([answer])
        return user
      case .tooMany:
        ErrorMessage(id: request.id, code: 429, message: context.access.tooManyRefusal).encode(into: &answer)
      case .unknown, .anonymous:
        ErrorMessage(id: request.id, code: 401, message: context.access.refusal).encode(into: &answer)
      }
    } catch {
      ErrorMessage(unread: error).encode(into: &answer)
    }
    connection.send([answer])
    connection.close(code: 1008, reason: "not authenticated")
    return nil
  }
}

/// A session of somebody who is known. Called on the connection's event loop.
protocol SessionHandler: AnyObject, Sendable {
  /// All that one read brought.
  func received(_ messages: [ByteBuffer])
  /// The connection is gone.
  func closed()
}

/// What every session needs.
struct SessionContext: Sendable {
  let queue: TaskQueue
  let feed: EventFeed
  let tokens: AttemptTokenMint
  let access: Gatekeeper
  let usage: UsageBoard
  let tails: TailArchive
  let meter: RequestMeter
  let version: String
  let lease: Int64
  let heartbeat: Int64
}
