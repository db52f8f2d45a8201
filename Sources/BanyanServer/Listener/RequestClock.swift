import NIOCore
import NIOHTTP1

/// Ends HTTP connections that take too long: half a TLS handshake, a head or a body that trickles in, an idle
/// connection, an answer that nobody reads, a connection that was to be closed. One timer, which a later deadline doesn't touch.
final class RequestClock: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  private let times: HTTPTimes
  private var phase = Phase.idle(until: .distantFuture)
  /// Requests whose answers aren't complete.
  private var unanswered = 0
  private var stalledSince: NIODeadline?
  private var isLastAnswer = false
  private var timer: Scheduled<Void>?
  private var armedFor = NIODeadline.distantFuture

  private enum Phase {
    /// No request is being read.
    case idle(until: NIODeadline)
    /// A request's body is being read.
    case body(until: NIODeadline)
    /// The last answer was given.
    case lingering(until: NIODeadline)
  }

  init(times: HTTPTimes) { self.times = times }

  /// When the connection has taken too long; nil while it is the server's turn.
  private var deadline: NIODeadline? {
    if case .lingering(let until) = phase { return until }
    if let stalledSince { return stalledSince + times.stall }
    switch phase {
    case .body(let until), .lingering(let until): return until
    case .idle(let until): return unanswered == 0 ? until : nil
    }
  }

  func handlerAdded(context: ChannelHandlerContext) {
    phase = .idle(until: .now() + times.firstHead)
    arm(context)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    timer?.cancel()
    timer = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .lingering = phase { return }
    switch Self.unwrapInboundIn(data) {
    case .head(let head):
      unanswered += 1
      // Whoever waits for a word before it sends the body gets one; behind other answers it would come out of turn.
      if unanswered == 1, head.version == .http1_1, head.headers.first(name: "expect")?.lowercased() == "100-continue" {
        let goOn = HTTPResponseHead(version: .http1_1, status: .continue)
        context.writeAndFlush(Self.wrapOutboundOut(.head(goOn)), promise: nil)
      }
      phase = .body(until: .now() + times.body)
    case .body(let bytes):
      guard case .body(let until) = phase else { break }
      let extra = Int64(bytes.readableBytes) &* 1_000_000_000 / times.bodyRate
      phase = .body(until: until + .nanoseconds(extra))
    case .end:
      phase = .idle(until: .now() + times.idle)
    }
    arm(context)
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch Self.unwrapOutboundIn(data) {
    case .head(let head):
      // Informational ones come before the answer.
      if head.status.code >= 200 { isLastAnswer = head.headers[canonicalForm: "connection"].contains("close") }
    case .body:
      break
    case .end:
      unanswered = max(0, unanswered - 1)
      if isLastAnswer {
        phase = .lingering(until: .now() + times.linger)
        context.writeAndFlush(data, promise: promise)
        context.close(mode: .output, promise: nil)
        arm(context)
        return
      }
      if unanswered == 0, case .idle = phase { phase = .idle(until: .now() + times.idle) }
      arm(context)
    }
    context.write(data, promise: promise)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    stalledSince = context.channel.isWritable ? nil : .now()
    arm(context)
    context.fireChannelWritabilityChanged()
  }

  /// Sees to it that the timer fires at the deadline or earlier; when it fires early it is set anew.
  private func arm(_ context: ChannelHandlerContext) {
    guard let deadline else { return }
    if let timer {
      guard deadline < armedFor else { return }
      timer.cancel()
    }
    armedFor = deadline
    let bound = NIOLoopBound((clock: self, context: context), eventLoop: context.eventLoop)
    timer = context.eventLoop.scheduleTask(deadline: deadline) {
      let (clock, context) = bound.value
      clock.timer = nil
      guard let deadline = clock.deadline else { return }
      if deadline <= .now() {
        context.close(promise: nil)
      } else {
        clock.arm(context)
      }
    }
  }
}
