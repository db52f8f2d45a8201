import NIOCore

/// What a WebSocket connection hands over. Its calls come on the connection's event loop, in order, so that an actor
/// whose executor is that loop can take them by `assumeIsolated`, without a hop.
protocol SocketHandler: AnyObject, Sendable {
  /// Everything that one read of the socket brought: whole text messages, valid UTF-8, within the size limit.
  func received(_ messages: [ByteBuffer])
  /// The server goes away: the handler says what it has to say, and closes the connection. Nothing is received any more.
  func quiesce(code: UInt16, reason: String)
  /// The connection is gone. Called exactly once, after the last `received`.
  func closed()
}

/// Makes the handler of a new connection, on the connection's event loop.
typealias SocketFactory = @Sendable (SocketConnection) -> any SocketHandler
