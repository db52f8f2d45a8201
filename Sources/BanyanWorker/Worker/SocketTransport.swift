import BanyanClient

/// A worker's connection by a client that comes back by itself.
public struct SocketTransport: WorkerTransport {
  private let client: SocketClient

  /// - Parameter client: one that nobody else runs.
  public init(_ client: SocketClient) { self.client = client }

  /// Connects, again and again.
  public func run(_ handle: @escaping @Sendable (WorkerTransportEvent) async -> Void) async throws {
    try await client.run { event in
      switch event {
      case .connected: await handle(.connected)
      case .received(let messages): await handle(.received(messages))
      case .disconnected(let error): await handle(.disconnected("\(error)"))
      }
    }
  }

  /// Sends messages in one write.
  public func send(_ messages: [[UInt8]]) async throws { try await client.send(messages) }

  /// Cuts the connection that stands.
  public func cut() async { await client.cut() }
}
