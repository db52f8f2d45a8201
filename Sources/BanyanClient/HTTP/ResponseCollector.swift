import NIOCore
import NIOHTTP1

/// Gathers the one answer that is expected on a connection.
final class ResponseCollector: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart

  /// The largest body that is taken in, in bytes.
  static let maxBodyBytes = 256 << 20

  private let server: String
  private var expected: EventLoopPromise<HTTPAnswer>?
  private var answer: HTTPAnswer?
  private var failure: (any Error)?
  /// Whether the connection can carry another request: no answer said that it is the last.
  private(set) var isReusable = true

  init(server: String) { self.server = server }

  /// Says who gets the next answer. One at a time.
  func expect(_ promise: EventLoopPromise<HTTPAnswer>, isHead: Bool) {
    if let failure { return promise.fail(failure) }
    expected = promise
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      if !head.isKeepAlive { isReusable = false }
      answer = HTTPAnswer(status: Int(head.status.code), headers: head.headers.map { ($0.name, $0.value) })
    case .body(let bytes):
      guard let count = answer?.body.count, count + bytes.readableBytes <= Self.maxBodyBytes else {
        end(ConnectionError.broken(server, reason: "an answer of more than \(Self.maxBodyBytes) bytes"))
        context.close(promise: nil)
        return
      }
      answer?.body.append(contentsOf: bytes.readableBytesView)
    case .end:
      guard let promise = expected, let answer else {
        // Nobody asked: such a connection can't be trusted with a request.
        isReusable = false
        context.close(promise: nil)
        return
      }
      self.answer = nil
      expected = nil
      promise.succeed(answer)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    end(ChannelError.eof)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    end(error is HTTPParserError ? ConnectionError.notBanyan(server, reason: "it does not speak HTTP") : error)
    context.close(promise: nil)
  }

  func handlerRemoved(context: ChannelHandlerContext) { end(ChannelError.eof) }

  private func end(_ error: any Error) {
    isReusable = false
    if failure == nil { failure = error }
    let promise = expected
    expected = nil
    promise?.fail(error)
  }
}
