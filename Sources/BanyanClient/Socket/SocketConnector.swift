import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

/// Makes one WebSocket connection: TCP, TLS, the upgrade, and the pipeline that carries batches of messages.
struct SocketConnector: Sendable {
  typealias MessageChannel = NIOAsyncChannel<[ByteBuffer], [ByteBuffer]>

  private enum Outcome: Sendable {
    case upgraded(MessageChannel)
    case refused(EventLoopFuture<HTTPAnswer>)
  }

  let transport: Transport
  let authorization: String?
  let options: SocketOptions
  let loop: any EventLoop

  private var address: ServerAddress { transport.address }

  /// - Throws: ``SocketRefusal`` where the server says no, ``ConnectionError`` where it can't be reached.
  func connect() async throws -> MessageChannel {
    let outcome: Outcome
    do {
      outcome = try await transport.bootstrap(on: loop)
        .connect(host: address.host, port: address.port) { channel in
          channel.eventLoop.makeCompletedFuture { try prepare(channel) }
        }
        .get()
    } catch {
      throw ConnectionError.connecting(to: address, failed: error)
    }
    switch outcome {
    case .upgraded(let channel): return channel
    case .refused(let future):
      let answer: HTTPAnswer
      do {
        answer = try await future.get()
      } catch {
        throw ConnectionError.connecting(to: address, failed: error)
      }
      guard answer.status >= 400 else {
        throw ConnectionError.notBanyan("\(address)", reason: "it answered with status \(answer.status) on /ws")
      }
      let error = ServerError(answer)
      // Not ready yet, or too many at once: that passes.
      if answer.status >= 500 || answer.status == 429 { throw error }
      throw SocketRefusal(status: answer.status, message: error.message)
    }
  }

  private func prepare(_ channel: any Channel) throws -> EventLoopFuture<Outcome> {
    try transport.secure(channel)
    let server = "\(address)"
    let options = options
    let limit = TimeAmount(options.handshakeLimit)
    let timeout = channel.eventLoop.scheduleTask(in: limit) {
      channel.pipeline.fireErrorCaught(
        ConnectionError.silent(server, seconds: options.handshakeLimit.components.seconds))
      channel.close(promise: nil)
    }
    let upgrader = NIOTypedWebSocketClientUpgrader<Outcome>(
      maxFrameSize: options.maxMessageBytes, enableAutomaticErrorHandling: true
    ) { channel, _ in
      channel.eventLoop.makeCompletedFuture { .upgraded(try Self.carryMessages(channel, options, server)) }
    }
    var headers = HTTPHeaders()
    headers.add(name: "Host", value: address.authority)
    headers.add(name: "Sec-WebSocket-Protocol", value: "banyan.v1")
    headers.add(name: "User-Agent", value: HTTPClient.userAgent)
    if let authorization { headers.add(name: "Authorization", value: authorization) }
    let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: address.basePath + "/ws", headers: headers)
    let configuration = NIOTypedHTTPClientUpgradeConfiguration<Outcome>(
      upgradeRequestHead: head, upgraders: [upgrader]
    ) { channel in
      channel.eventLoop.makeCompletedFuture {
        let collector = ResponseCollector(server: server)
        let promise = channel.eventLoop.makePromise(of: HTTPAnswer.self)
        try channel.pipeline.syncOperations.addHandler(collector)
        collector.expect(promise, isHead: false)
        promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
        return .refused(promise.futureResult)
      }
    }
    var pipeline = NIOUpgradableHTTPClientPipelineConfiguration(upgradeConfiguration: configuration)
    // A server may speak at once: its first frames come with the answer to the handshake.
    pipeline.leftOverBytesStrategy = .forwardBytes
    let outcome = try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(configuration: pipeline)
    outcome.whenComplete { _ in timeout.cancel() }
    return outcome
  }

  private static func carryMessages(
    _ channel: any Channel, _ options: SocketOptions, _ server: String
  ) throws -> MessageChannel {
    let pipeline = channel.pipeline.syncOperations
    let silence = options.silenceLimit
    try pipeline.addHandler(
      SilenceGuard(limit: TimeAmount(silence)) {
        ConnectionError.silent(server, seconds: silence.components.seconds)
      },
      position: .first)
    try pipeline.addHandler(
      NIOWebSocketFrameAggregator(
        minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 65_536,
        maxAccumulatedFrameSize: options.maxMessageBytes))
    try pipeline.addHandler(MessageBatcher(pingInterval: TimeAmount(options.pingInterval)))
    return try MessageChannel(wrappingChannelSynchronously: channel)
  }
}
