import BanyanCore
import BanyanWire
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// What a connection turned out to be.
enum ConnectionKind: Sendable {
  case http(NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>)
  case socket
}

/// Stands behind the HTTP decoder and decides, at the first request, whether the connection speaks HTTP or WebSocket.
///
/// - Plain HTTP: builds the rest of the pipeline, and stays, to look at every head.
/// - A WebSocket handshake that the policy accepts: answers 101, takes all that is HTTP out of the pipeline, puts a
///   ``SocketShell`` in, and goes too.
/// - Any other wish to upgrade (refused, for another protocol, or not the first request): `Upgrade` is taken off, so
///   that the router answers, by the same policy where it is `/ws`. The connection is closed after that answer,
///   because behind an `Upgrade` the decoder reads no further.
///
/// Nothing is decided before somebody has asked for the outcome (``adopt()``): an asynchronous channel that nobody runs
/// would end the process.
final class UpgradeGate: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  /// The handlers that make HTTP of bytes, which an upgrade removes, and what builds the rest.
  struct Plumbing {
    let encoder: HTTPResponseEncoder
    let decoder: ByteToMessageHandler<HTTPRequestDecoder>
    let clock: RequestClock
    /// Adds what plain HTTP needs behind the gate.
    let buildHTTP: (any Channel) throws -> NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>
    let policy: UpgradePolicy
    let limits: SocketLimits
    let factory: SocketFactory
  }

  private enum State {
    case undecided
    case plain
    /// The head was accepted; its end has yet to come.
    case accepted(HTTPRequestHead, Guest, subprotocol: String?)
    /// Handlers are being changed; raw bytes may come.
    case switching
    case ended
  }

  /// Who is there, as far as the handshake tells.
  private struct Guest {
    let principal: User?
    let isAnonymous: Bool
  }

  private let plumbing: Plumbing
  private let outcome: EventLoopPromise<ConnectionKind>
  private var state = State.undecided
  private var isAdopted = false
  private var held: [NIOAny] = []
  /// What happened behind parts that are held: whoever asks and says at once that nothing more follows is answered.
  private var heldEvents: [Any] = []
  /// A read waits until somebody takes what was read.
  private var isReadHeld = false
  private var context: ChannelHandlerContext?
  /// The other side sends nothing more.
  private(set) var isInputClosed = false
  private var isQuiescing = false
  /// Requests that were passed on and are not answered yet.
  private var unanswered = 0
  /// What came behind the last request could not be read.
  private var isMalformed = false
  /// No request after the ones that were passed on is looked at.
  private var isLastPassed = false

  init(plumbing: Plumbing, eventLoop: any EventLoop) {
    self.plumbing = plumbing
    outcome = eventLoop.makePromise()
  }

  /// Asks what the connection turns out to be. On the event loop.
  func adopt() -> EventLoopFuture<ConnectionKind> {
    isAdopted = true
    if let context, case .undecided = state, !held.isEmpty {
      let parts = held
      held = []
      for part in parts { channelRead(context: context, data: part) }
      context.fireChannelReadComplete()
      let events = heldEvents
      heldEvents = []
      for event in events { userInboundEventTriggered(context: context, event: event) }
      if isReadHeld {
        isReadHeld = false
        context.read()
      }
    }
    return outcome.futureResult
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    end()
  }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  private func end() {
    state = .ended
    held = []
    heldEvents = []
    // Does nothing where the outcome is known.
    outcome.fail(ChannelError.eof)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch state {
    case .switching:
      held.append(data)
    case .undecided where !isAdopted:
      held.append(data)
    case .ended:
      break
    case .undecided:
      guard case .head(let head) = Self.unwrapInboundIn(data) else { return context.close(promise: nil) }
      decide(context, on: head)
    case .plain:
      guard case .head(let head) = Self.unwrapInboundIn(data) else { return context.fireChannelRead(data) }
      pass(context, head)
    case .accepted(let head, let guest, let subprotocol):
      guard case .end = Self.unwrapInboundIn(data) else { return context.close(promise: nil) }
      upgrade(context, head, guest, subprotocol)
    }
  }

  func read(context: ChannelHandlerContext) {
    if case .undecided = state, !held.isEmpty {
      isReadHeld = true
    } else {
      context.read()
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case is ChannelShouldQuiesceEvent:
      isQuiescing = true
      if case .undecided = state {
        guard held.isEmpty else { return heldEvents.append(event) }
        context.close(promise: nil)
      }
    case ChannelEvent.inputClosed:
      isInputClosed = true
      if case .undecided = state {
        guard held.isEmpty else { return heldEvents.append(event) }
        context.close(promise: nil)
      }
    default:
      break
    }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch state {
    case .plain:
      // Said behind the answers that are under way, by who gives those.
      isMalformed = isMalformed || error is HTTPParserError
      context.fireErrorCaught(error)
    case .undecided where error is HTTPParserError:
      // Nobody else is there to say so.
      state = .ended
      refuseMalformed(context, nil)
      context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
    default:
      context.close(promise: nil)
    }
  }

  // MARK: Plain HTTP

  /// What can't be read as HTTP is told so in the form of every error. The end of the answer has yet to follow.
  private func refuseMalformed(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
    let text = Envelope.error(
      code: 400,
      "This is no HTTP that can be read: its method is none that there is, or its first line, a header or a length makes no sense."
    )
    let headers: HTTPHeaders = [
      "content-type": "application/json", "content-length": "\(text.count)", "connection": "close",
    ]
    let head = HTTPResponseHead(version: .http1_1, status: .badRequest, headers: headers)
    context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
    context.write(
      Self.wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(bytes: text)))), promise: promise)
  }

  private func decide(_ context: ChannelHandlerContext, on head: HTTPRequestHead) {
    if head.asksForWebSocket, !head.announcesBody, case .sound = HostHeader(of: head) {
      let address = context.channel.remoteAddress?.ipAddress ?? "local"
      let verdict = plumbing.policy(Handshake(head, remoteAddress: address))
      if case .accept(let principal, let isAnonymous, let subprotocol) = verdict {
        let guest = Guest(principal: principal, isAnonymous: isAnonymous)
        state = .accepted(head, guest, subprotocol: subprotocol)
        return
      }
    }
    do {
      let channel = try plumbing.buildHTTP(context.channel)
      state = .plain
      outcome.succeed(.http(channel))
      pass(context, head)
    } catch {
      context.close(promise: nil)
    }
  }

  /// What stands for a host that needs no name: no machine is called so.
  private static let unnamedHost = "unnamed.invalid"

  /// Hands a head on, with `Connection` in the one spelling that the server loop knows.
  private func pass(_ context: ChannelHandlerContext, _ head: HTTPRequestHead) {
    var head = head
    var isLast = !head.isKeepAlive
    if head.method == .CONNECT || head.headers.contains(name: "upgrade") {
      head.headers.remove(name: "upgrade")
      isLast = true
    }
    if isLast { head.headers.replaceOrAdd(name: "connection", value: "close") }
    // Only since HTTP/1.1 has a request to name its host; the router, which knows no version, refuses those that don't.
    switch HostHeader(of: head) {
    case .sound: break
    case .missing where head.version != .http1_1: head.headers.add(name: "host", value: Self.unnamedHost)
    case .missing, .unsound: head.headers.remove(name: "host")
    }
    unanswered += 1
    isLastPassed = isLastPassed || isLast
    context.fireChannelRead(Self.wrapInboundOut(.head(head)))
  }

  /// The answer to a connection's last request says that it is the last.
  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    // After an upgrade it is raw bytes that pass.
    guard case .plain = state else { return context.write(data, promise: promise) }
    switch Self.unwrapOutboundIn(data) {
    case .head(let head)
    where isMalformed && head.status == .badRequest && !head.headers.contains(name: "content-type"):
      return refuseMalformed(context, promise)
    case .head(var head) where head.status.code >= 200 && isLastPassed && unanswered == 1:
      head.headers.replaceOrAdd(name: "connection", value: "close")
      return context.write(Self.wrapOutboundOut(.head(head)), promise: promise)
    case .end:
      unanswered -= 1
    case .head, .body:
      break
    }
    context.write(data, promise: promise)
  }

  // MARK: WebSocket

  /// The decoder leaves in the loop's next turn and gives its bytes back first; then comes the answer, then the shell.
  private func upgrade(
    _ context: ChannelHandlerContext, _ head: HTTPRequestHead, _ guest: Guest, _ subprotocol: String?
  ) {
    state = .switching
    let pipeline = context.pipeline.syncOperations
    let plumbing = plumbing
    let response = Self.answer(to: head, subprotocol: subprotocol)
    let bound = NIOLoopBound((gate: self, context: context), eventLoop: context.eventLoop)
    // The clock goes first: it stands behind the decoder and knows no raw bytes.
    pipeline.removeHandler(plumbing.clock).assumeIsolated().flatMap {
      pipeline.removeHandler(plumbing.decoder)
    }.flatMap {
      context.writeAndFlush(Self.wrapOutboundOut(.head(response)), promise: nil)
      return pipeline.removeHandler(plumbing.encoder)
    }.whenComplete { result in
      let (gate, context) = bound.value
      guard case .success = result, case .switching = gate.state else { return context.close(promise: nil) }
      gate.enterSocket(context, guest)
    }
  }

  private func enterSocket(_ context: ChannelHandlerContext, _ guest: Guest) {
    let channel = context.channel
    let connection = SocketConnection(
      channel: channel, principal: guest.principal, limits: plumbing.limits, isAnonymous: guest.isAnonymous)
    do {
      // Else a client that has left would keep the connection, and a shutdown, waiting.
      try channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: false)
      let shell = SocketShell(connection: connection, factory: plumbing.factory)
      try channel.pipeline.syncOperations.addHandler(shell, position: .after(self))
    } catch {
      return context.close(promise: nil)
    }
    outcome.succeed(.socket)
    let bytes = held
    held = []
    for part in bytes { context.fireChannelRead(part) }
    context.fireChannelReadComplete()
    if isInputClosed {
      context.close(promise: nil)
    } else if isQuiescing {
      context.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    }
    context.pipeline.syncOperations.removeHandler(self, promise: nil)
  }

  private static func answer(to head: HTTPRequestHead, subprotocol: String?) -> HTTPResponseHead {
    var headers = HTTPHeaders()
    headers.add(name: "upgrade", value: "websocket")
    headers.add(name: "connection", value: "upgrade")
    let key = head.headers.first(name: "sec-websocket-key") ?? ""
    headers.add(name: "sec-websocket-accept", value: WebSocketKey.accept(key.trimmed))
    if let subprotocol { headers.add(name: "sec-websocket-protocol", value: subprotocol) }
    return HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: headers)
  }
}

extension HTTPRequestHead {
  /// `Connection` and `Upgrade` both say so, as the decoder sees it too.
  fileprivate var asksForWebSocket: Bool {
    version == .http1_1 && method != .CONNECT
      && headers[canonicalForm: "upgrade"].contains { $0.lowercased() == "websocket" }
      && headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
  }

  fileprivate var announcesBody: Bool {
    if headers.contains(name: "transfer-encoding") { return true }
    guard let length = headers.first(name: "content-length") else { return false }
    return length != "0"
  }
}
