import BanyanClient
import Logging

@testable import BanyanServer

/// A server on a free port of loopback.
struct LiveServer: Sendable {
  let ready: Server.Ready

  func token(_ user: String) -> String? { ready.firstUsers.first { $0.name == user }?.token }

  func client(_ token: String?) throws -> ProviderClient {
    try ProviderClient(Credentials(address: ServerAddress(ready.url), token: token, fingerprint: ready.fingerprint))
  }

  /// Runs a server on the folder while the body works, then ends it cleanly.
  static func run<Value: Sendable>(
    in folder: String, configure: (inout ServerConfiguration) -> Void = { _ in },
    body: (LiveServer) async throws -> Value
  ) async throws -> Value {
    var configuration = ServerConfiguration(dataFolder: folder)
    configuration.port = 0
    configure(&configuration)
    var logger = Logger(label: "test")
    logger.logLevel = .error
    let server = Server(configuration: configuration, logger: logger)
    let (readies, continuation) = AsyncStream<Server.Ready>.makeStream()
    let running = Task {
      defer { continuation.finish() }
      try await server.run { continuation.yield($0) }
    }
    var iterator = readies.makeAsyncIterator()
    guard let ready = await iterator.next() else {
      try await running.value
      throw Failure()
    }
    let result: Result<Value, any Error>
    do { result = .success(try await body(LiveServer(ready: ready))) } catch { result = .failure(error) }
    running.cancel()
    try await running.value
    return try result.get()
  }

  struct Failure: Error {}
}
