import BanyanClient
import BanyanWorker

/// A worker's connection to its server.
struct SocketTransport: WorkerTransport {
  private let socket: SocketClient

  init(_ credentials: Credentials) throws {
    var options = SocketOptions()
    // A worker may be there before its server, and outlasts it.
    options.persistence = .always
    socket = try SocketClient(credentials, options: options)
  }

  func run(_ handle: @escaping @Sendable (WorkerTransportEvent) async -> Void) async throws {
    try await socket.run { event in
      switch event {
      case .connected: await handle(.connected)
      case .received(let messages): await handle(.received(messages))
      case .disconnected(let error): await handle(.disconnected("\(error)"))
      }
    }
  }

  func send(_ messages: [[UInt8]]) async throws { try await socket.send(messages) }

  func cut() async { await socket.cut() }
}
