import NIOCore
import NIOPosix

/// A WebSocket to the server that comes back by itself: messages in and out as bytes, a batch at a time.
///
/// One task runs ``run(_:)``; any may send. What is on its way when a connection ends may or may not have arrived:
/// whoever sends asks again after the next ``SocketEvent/connected``, or fences its requests by keys and tokens.
public actor SocketClient {
  private typealias Writer = NIOAsyncChannelOutboundWriter<[ByteBuffer]>

  /// The server that it connects to.
  public nonisolated let address: ServerAddress
  private let options: SocketOptions
  private let connector: SocketConnector
  private nonisolated let loop: any EventLoop

  /// The connection's event loop: what passes between the two changes no thread.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

  private var writer: Writer?
  private var channel: (any Channel)?

  /// A client that does nothing before ``run(_:)``.
  public init(_ credentials: Credentials, options: SocketOptions = SocketOptions()) throws(ConnectionError) {
    address = credentials.address
    self.options = options
    loop = options.loop ?? MultiThreadedEventLoopGroup.singleton.next()
    connector = SocketConnector(
      transport: try Transport(address: credentials.address, fingerprint: credentials.fingerprint),
      authorization: credentials.authorization, options: options, loop: loop)
  }

  /// Whether a connection stands.
  public var isConnected: Bool { writer != nil }

  /// Connects, hands on what happens, and connects again, until the task is cancelled or the server refuses.
  ///
  /// `handle` gets one event at a time. While it works nothing more is read, and so the server notices a slow
  /// client; hence it must not wait for an answer that would come through itself.
  /// - Throws: `CancellationError`; ``SocketRefusal``; a ``ConnectionError`` where the options forbid another
  ///   attempt; whatever `handle` throws, which ends the connection.
  public func run(_ handle: @Sendable (SocketEvent) async throws -> Void) async throws {
    var backoff = Backoff(base: options.firstWait, cap: options.maxWait)
    var hasBeenConnected = false
    while true {
      try Task.checkCancellation()
      let loss: any Error
      do {
        let channel = try await connector.connect()
        hasBeenConnected = true
        loss = try await converse(on: channel, backoff: &backoff, handle)
      } catch let error as HandlerError {
        throw error.underlying
      } catch {
        loss = error
      }
      try Task.checkCancellation()
      if loss is SocketRefusal { throw loss }
      switch options.persistence {
      case .once: throw loss
      case .afterFirst where !hasBeenConnected: throw loss
      case .afterFirst, .always: break
      }
      try await handle(.disconnected(loss))
      try await options.sleep(options.jitter(backoff.next()))
    }
  }

  /// Sends messages in one write, with one flush, and returns when they are on their way.
  /// - Throws: ``ConnectionError/notConnected(_:)`` and the like; nothing is kept for later.
  public func send(_ messages: [[UInt8]]) async throws {
    for message in messages where message.count > options.maxMessageBytes {
      throw ConnectionError.messageTooLarge(bytes: message.count, limit: options.maxMessageBytes)
    }
    guard !messages.isEmpty else { return }
    guard let writer else { throw ConnectionError.notConnected("\(address)") }
    do {
      try await writer.write(messages.map { ByteBuffer(bytes: $0) })
    } catch let error as CancellationError {
      throw error
    } catch {
      throw ConnectionError.talking(to: address, failed: error)
    }
  }

  /// Sends one message; see ``send(_:)-([[UInt8]])``.
  public func send(_ message: [UInt8]) async throws { try await send([message]) }

  /// Cuts the connection that stands; another attempt follows.
  public func cut() { channel?.close(promise: nil) }

  /// - Returns: why the connection ended.
  private func converse(
    on connection: SocketConnector.MessageChannel, backoff: inout Backoff,
    _ handle: @Sendable (SocketEvent) async throws -> Void
  ) async throws -> any Error {
    var hasReceived = false
    defer {
      writer = nil
      channel = nil
      // A server that lets clients in and drops them at once is no reason for haste.
      if hasReceived { backoff.reset() }
    }
    do {
      try await connection.executeThenClose { inbound, outbound in
        writer = outbound
        channel = connection.channel
        try await Self.guarded { try await handle(.connected) }
        for try await batch in inbound {
          hasReceived = true
          let messages = batch.map { Array($0.readableBytesView) }
          try await Self.guarded { try await handle(.received(messages)) }
        }
        try Task.checkCancellation()
      }
      return SocketClosure(code: nil, reason: "")
    } catch let error as HandlerError {
      throw error
    } catch let error as SocketClosure {
      return error
    } catch {
      return ConnectionError.talking(to: address, failed: error)
    }
  }

  /// Tells what the owner threw apart from what the connection threw.
  private struct HandlerError: Error { let underlying: any Error }

  private static func guarded(_ work: () async throws -> Void) async throws {
    do {
      try await work()
    } catch {
      throw HandlerError(underlying: error)
    }
  }
}
