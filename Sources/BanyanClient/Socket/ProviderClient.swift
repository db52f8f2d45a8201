public import BanyanJSON

/// The provider's side of `banyan.v1`: requests with awaited answers, and what the server pushes as a stream.
///
/// One task runs ``run()``; others ask and read ``events``.
public actor ProviderClient {
  /// What a watcher sees.
  public enum Event: Sendable {
    /// A connection stands: subscribe now. The subscriptions of an earlier one are gone.
    case connected
    /// What the server sent without being asked, as `event` and `lagged`.
    case pushed(JSON)
    /// The connection is gone; another attempt follows.
    case disconnected(any Error)
  }

  /// How many events may wait for their reader. One that falls further behind is cut off, and can ask again from the
  /// last sequence that it saw: the server's ring has the same length.
  public static let maxQueuedEvents = 65_536

  /// What happens, in order, for one reader. Ends with ``run()``.
  public nonisolated let events: AsyncStream<Event>
  private let continuation: AsyncStream<Event>.Continuation
  private let socket: SocketClient
  private var waiting: [Int64: CheckedContinuation<JSON, any Error>] = [:]
  private var lastID: Int64 = 0

  /// A provider behind a connection of its own.
  public init(_ credentials: Credentials, options: SocketOptions = SocketOptions()) throws(ConnectionError) {
    socket = try SocketClient(credentials, options: options)
    (events, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.maxQueuedEvents))
  }

  /// Keeps the connection until the task is cancelled or the server refuses; throws what ``SocketClient/run(_:)`` does.
  public func run() async throws {
    defer {
      fail(with: CancellationError())
      continuation.finish()
    }
    try await socket.run { event in try await self.handle(event) }
  }

  /// Sends `{"type": type, "id": ..., members}` and waits for the answer with that id.
  /// - Throws: ``ServerError`` for an `error` answer; ``ConnectionError`` where the connection is gone, and then the
  ///   request may or may not have been done.
  public func request(_ type: String, _ members: JSONObject = [:]) async throws -> JSON {
    lastID += 1
    let id = lastID
    var message: JSONObject = ["type": .string(type), "id": .integer(id)]
    for (key, value) in members { message[key] = value }
    let bytes = JSON.object(message).encoded()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
        waiting[id] = continuation
        // The answer may be here before the send returns, so the place for it is made first.
        Task { await self.dispatch(bytes, id) }
      }
    } onCancel: {
      Task { await self.settle(id, .failure(CancellationError())) }
    }
  }

  private func dispatch(_ bytes: [UInt8], _ id: Int64) async {
    do {
      try await socket.send(bytes)
    } catch {
      settle(id, .failure(error))
    }
  }

  private func settle(_ id: Int64, _ result: Result<JSON, any Error>) {
    waiting.removeValue(forKey: id)?.resume(with: result)
  }

  private func fail(with error: any Error) {
    let failed = waiting
    waiting = [:]
    for continuation in failed.values { continuation.resume(throwing: error) }
  }

  private func handle(_ event: SocketEvent) throws {
    switch event {
    case .connected: try deliver(.connected)
    case .disconnected(let error):
      fail(with: error)
      try deliver(.disconnected(error))
    case .received(let messages):
      for bytes in messages { try handle(JSON(parsing: bytes, limits: Self.limits)) }
    }
  }

  private func handle(_ message: JSON) throws {
    if let id = message["id"]?.integer, waiting[id] != nil {
      let isError = message["type"]?.string == "error"
      settle(id, isError ? .failure(ServerError(message: message)) : .success(message))
    } else {
      try deliver(.pushed(message))
    }
  }

  private func deliver(_ event: Event) throws {
    if case .dropped = continuation.yield(event) {
      throw ConnectionError.broken("\(socket.address)", reason: "its events were read too slowly")
    }
  }

  private static let limits = JSONLimits(maxBytes: 64 << 20, maxDepth: 256, maxValues: 8_000_000)
}
