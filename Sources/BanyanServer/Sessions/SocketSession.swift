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
  private var user: UserID?
  /// Nothing has come yet.
  private var isFresh = true

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

  nonisolated func received(_ messages: [ByteBuffer]) { assumeIsolated { $0.receive(messages) } }

  nonisolated func closed() { assumeIsolated { $0.end() } }

  nonisolated func quiesce(code: UInt16, reason: String) {
    assumeIsolated { session in
      if let known = session.session { return known.quiesce(code: code, reason: reason) }
      session.connection.close(code: code, reason: reason)
    }
  }

  private func end() {
    session?.closed()
    session = nil
    if let role { context.meter.socket(role, opened: false) }
    role = nil
  }

  private func receive(_ messages: [ByteBuffer]) {
    guard let first = messages.first else { return }
    let mayAuthenticate = isFresh && (session == nil || (connection.isAnonymous && Self.isAuthenticate(first)))
    isFresh = false
    if !mayAuthenticate, let session { return session.received(messages) }
    guard let user = authenticate(first) else { return }
    // One that was let in as anybody may be somebody else.
    if user.id != self.user { end() }
    if session == nil { begin(user) }
    let rest = Array(messages.dropFirst())
    if !rest.isEmpty { session?.received(rest) }
  }

  /// The first word of one that was let in without a token, and has one all the same.
  private static func isAuthenticate(_ message: ByteBuffer) -> Bool {
    guard message.readableBytes <= SocketLimits().beforeAuthentication,
      let document = try? message.withUnsafeReadableBytes({ try JSONDocument(parsing: $0) })
    else { return false }
    return document.root["type"]?.isString("authenticate") ?? false
  }

  private func begin(_ user: User) {
    self.user = user.id
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
    let text = message.withUnsafeReadableBytes { MessageText($0) }
    let id = text.id
    do {
      let request = try AuthenticateMessage(text.content.get().root)
      switch context.access.judge(token: request.token, from: connection.remoteAddress) {
      case .known(let user):
        AuthenticatedMessage(id: id, user: user.id).encode(into: &answer)
        connection.send([answer])
        return user
      case .tooMany:
        ErrorMessage(id: id, code: 429, message: context.access.tooManyRefusal).encode(into: &answer)
      case .unknown, .anonymous:
        ErrorMessage(id: id, code: 401, message: context.access.refusal).encode(into: &answer)
      }
    } catch {
      ErrorMessage(id: id, unread: error).encode(into: &answer)
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
  /// The server goes away: it says what it has to say, and closes the connection.
  func quiesce(code: UInt16, reason: String)
  /// The connection is gone.
  func closed()
}
