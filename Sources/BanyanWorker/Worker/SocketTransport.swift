import BanyanClient

/// A worker's connection to its server.
public struct SocketTransport: WorkerTransport {
  private let socket: SocketClient

  /// A connection that is tried again for ever: a worker may be there before its server, and outlasts it.
  /// - Throws: where the address can't be used.
  public init(_ credentials: Credentials) throws {
    var options = SocketOptions()
    options.persistence = .always
    options.loop = Worker.loop
    socket = try SocketClient(credentials, options: options)
  }

  /// Connects, and connects again after each cut, until the task is cancelled.
  public func run(_ handle: @escaping @Sendable (WorkerTransportEvent) async -> Void) async throws {
    try await socket.run { event in
      switch event {
      case .connected: await handle(.connected)
      case .received(let messages): await handle(.received(messages))
      case .disconnected(let error): await handle(.disconnected("\(error)"))
      }
    }
  }

  /// Sends messages on the connection that stands.
  public func send(_ messages: [[UInt8]]) async throws { try await socket.send(messages) }

  /// Cuts the connection that stands.
  public func cut() async { await socket.cut() }
}
