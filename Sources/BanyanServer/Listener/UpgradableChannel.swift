import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// A connection of the one port: HTTP, until its first request asks for WebSocket and may have it.
struct UpgradableChannel: HTTPChannelHandler {
  /// A connection whose kind is still open. It *holds* what is negotiated: waiting for it in `setup` would keep the
  /// listening socket from its next connection.
  struct Value: ServerChildChannelValue {
    let channel: any Channel
    fileprivate let gate: NIOLoopBound<UpgradeGate>

    /// What the connection turns out to be.
    func kind() async throws -> ConnectionKind {
      try await channel.eventLoop.flatSubmit { gate.value.adopt() }.get()
    }
  }

  let responder: Responder
  let times: HTTPTimes
  let limits: SocketLimits
  let policy: UpgradePolicy
  let sockets: SocketFactory
  let lookup: DirectTaskLookup?
  let isSecure: Bool

  /// Bytes that the decoder may hold: a head in progress, never more. Behind a refused upgrade it reads no further, and
  /// would keep all that comes.
  private static let decoderBuffer = 256 << 10

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    channel.eventLoop.makeCompletedFuture {
      var headLimits = NIOHTTPDecoderLimitConfiguration()
      headLimits.maxHeaderListSize = 80 << 10
      let encoder = HTTPResponseEncoder()
      let decoder = ByteToMessageHandler(
        HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: headLimits),
        maximumBufferSize: Self.decoderBuffer)
      let clock = RequestClock(times: times)
      let plumbing = UpgradeGate.Plumbing(
        encoder: encoder, decoder: decoder, clock: clock,
        buildHTTP: { try Self.buildHTTP($0, lookup: lookup, isSecure: isSecure, logger: logger) },
        policy: policy, limits: limits, factory: sockets)
      let gate = UpgradeGate(plumbing: plumbing, eventLoop: channel.eventLoop)
      let pipeline = channel.pipeline.syncOperations
      try pipeline.addHandlers([encoder, decoder, clock, gate])
      return Value(channel: channel, gate: NIOLoopBound(gate, eventLoop: channel.eventLoop))
    }
  }

  private static func buildHTTP(
    _ channel: any Channel, lookup: DirectTaskLookup?, isSecure: Bool, logger: Logger
  ) throws -> NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart> {
    let pipeline = channel.pipeline.syncOperations
    if let lookup { try pipeline.addHandler(TaskShortcut(lookup: lookup)) }
    try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: isSecure))
    // Its own time limit is off: the clock in front knows more.
    try pipeline.addHandler(HTTPConnectionStateHandler(idleTimeout: nil, logger: logger))
    return try NIOAsyncChannel(
      wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
  }

  func handle(value: Value, logger: Logger) async {
    await withTaskCancellationHandler {
      do {
        switch try await value.kind() {
        case .http(let channel):
          await withTaskExecutorPreference(LoopExecutor(value.channel.eventLoop)) {
            await handleHTTP(asyncChannel: channel, logger: logger)
          }
        case .socket: try await value.channel.closeFuture.get()
        }
      } catch {
        logger.trace("A connection ended before its first request", metadata: ["reason": "\(error)"])
      }
    } onCancel: {
      value.channel.close(promise: nil)
    }
  }
}
