import NIOCore
import NIOHTTP1
import NIOPosix

/// One connection that is kept alive, with one request on its way at a time.
struct HTTPConnection: Sendable {
  private let channel: any Channel
  private let collector: NIOLoopBound<ResponseCollector>

  private init(channel: any Channel, collector: NIOLoopBound<ResponseCollector>) {
    self.channel = channel
    self.collector = collector
  }

  static func open(_ transport: Transport) async throws(ConnectionError) -> HTTPConnection {
    let server = "\(transport.address)"
    do {
      let address = transport.address
      return try await transport.bootstrap()
        .connect(host: address.host, port: address.port) { channel in
          channel.eventLoop.makeCompletedFuture {
            try transport.secure(channel)
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHTTPClientHandlers(leftOverBytesStrategy: .dropBytes)
            let collector = ResponseCollector(server: server)
            try pipeline.addHandler(collector)
            return HTTPConnection(
              channel: channel, collector: NIOLoopBound(collector, eventLoop: channel.eventLoop))
          }
        }
    } catch {
      throw .connecting(to: transport.address, failed: error)
    }
  }

  /// Sends a request and gathers its answer.
  func send(_ head: HTTPRequestHead, body: [UInt8], limit: Duration, server: String) async throws -> HTTPAnswer {
    let answer: EventLoopFuture<HTTPAnswer> = channel.eventLoop.flatSubmit {
      let promise = channel.eventLoop.makePromise(of: HTTPAnswer.self)
      collector.value.expect(promise, isHead: head.method == .HEAD)
      let timeout = channel.eventLoop.scheduleTask(in: TimeAmount(limit)) {
        channel.pipeline.fireErrorCaught(ConnectionError.silent(server, seconds: limit.components.seconds))
      }
      promise.futureResult.whenComplete { _ in timeout.cancel() }
      channel.write(HTTPClientRequestPart.head(head), promise: nil)
      if !body.isEmpty { channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil) }
      channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
      return promise.futureResult
    }
    return try await withTaskCancellationHandler {
      try await answer.get()
    } onCancel: {
      channel.close(promise: nil)
    }
  }

  /// Whether another request may go over it.
  func isReusable() async -> Bool {
    let answer = channel.eventLoop.submit { channel.isActive && collector.value.isReusable }
    return (try? await answer.get()) ?? false
  }

  func close() { channel.close(promise: nil) }
}
