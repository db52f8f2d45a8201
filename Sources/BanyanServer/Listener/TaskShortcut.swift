import BanyanWire
import NIOCore
import NIOHTTP1

/// Answers what a ``DirectTaskLookup`` can answer, and hands all else on to the router behind it. Answers keep the order of the
/// requests: while the router has one to answer, everything is the router's.
final class TaskShortcut: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  private enum State {
    case idle
    /// The head of a request that can be answered here; its end has yet to come.
    case asked(HTTPRequestHead, DirectTaskLookup.Question)
    /// What comes meanwhile waits.
    case answering(HTTPRequestHead)
  }

  /// What waits for an answer, in its order.
  private enum Waiting {
    case part(HTTPServerRequestPart)
    case event(Any)
  }

  private let lookup: DirectTaskLookup
  private var state = State.idle
  /// Requests that the router has yet to answer.
  private var passed = 0
  private var waiting: [Waiting] = []
  /// Who sends more than so much before it has an answer is cut.
  private static let maxWaiting = 4096

  init(lookup: DirectTaskLookup) { self.lookup = lookup }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    handle(Self.unwrapInboundIn(data), context)
  }

  private func handle(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
    switch (state, part) {
    case (.answering, _): wait(.part(part), context)
    case (.idle, .head(let head)):
      if passed == 0, head.headers.contains(name: "host"), let question = lookup.question(head) {
        state = .asked(head, question)
      } else {
        pass(head, context)
      }
    case (.asked(let head, let question), .end):
      state = .answering(head)
      let bound = NIOLoopBound((shortcut: self, context: context), eventLoop: context.eventLoop)
      lookup.answer(question, on: context.eventLoop) { document in
        let (shortcut, context) = bound.value
        shortcut.answer(document, context)
      }
    case (.asked(let head, _), _):
      // A request that announced no body has none.
      state = .idle
      pass(head, context)
      context.fireChannelRead(Self.wrapInboundOut(part))
    case (.idle, _): context.fireChannelRead(Self.wrapInboundOut(part))
    }
  }

  private func pass(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    passed += 1
    context.fireChannelRead(Self.wrapInboundOut(.head(head)))
  }

  private func wait(_ one: Waiting, _ context: ChannelHandlerContext) {
    waiting.append(one)
    if waiting.count > Self.maxWaiting { context.close(promise: nil) }
  }

  private func answer(_ document: [UInt8]?, _ context: ChannelHandlerContext) {
    guard case .answering(let head) = state else { return }
    state = .idle
    if let document {
      let headers: HTTPHeaders = [
        "content-type": "application/json", "content-length": "\(document.count)",
        "date": HTTPDate.text(SystemTimekeeper().wall),
      ]
      context.write(
        Self.wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .ok, headers: headers))), promise: nil)
      context.write(
        Self.wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(bytes: document)))), promise: nil)
      context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
    } else {
      pass(head, context)
      context.fireChannelRead(Self.wrapInboundOut(.end(nil)))
      context.fireChannelReadComplete()
    }
    handleWaiting(context)
  }

  /// Takes what came meanwhile, up to the next question.
  private func handleWaiting(_ context: ChannelHandlerContext) {
    guard !waiting.isEmpty else { return }
    let came = waiting
    waiting = []
    for one in came {
      switch one {
      case .part(let part): handle(part, context)
      case .event(let event): userInboundEventTriggered(context: context, event: event)
      }
    }
    context.fireChannelReadComplete()
  }

  /// The end of what the other side sends, or of the server: behind the answer.
  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .answering = state { return wait(.event(event), context) }
    context.fireUserInboundEventTriggered(event)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if case .end = Self.unwrapOutboundIn(data) { passed -= 1 }
    context.write(data, promise: promise)
  }
}
