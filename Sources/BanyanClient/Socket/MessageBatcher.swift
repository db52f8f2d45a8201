import NIOCore
import NIOWebSocket

/// The client's end of the WebSocket protocol, between frames and messages.
///
/// Inwards it gathers the text messages of one read into one batch, so that the layer above is woken once; it
/// answers pings and closes. Outwards it makes one masked frame of each message of a batch; the batch is one flush.
final class MessageBatcher: ChannelDuplexHandler {
  typealias InboundIn = WebSocketFrame
  typealias InboundOut = [ByteBuffer]
  typealias OutboundIn = [ByteBuffer]
  typealias OutboundOut = WebSocketFrame

  private let pingInterval: TimeAmount
  private var gathered: [ByteBuffer] = []
  private var pings: RepeatedTask?
  private var hasSentClose = false

  init(pingInterval: TimeAmount) { self.pingInterval = pingInterval }

  func handlerAdded(context: ChannelHandlerContext) {
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    pings = context.eventLoop.scheduleRepeatedTask(initialDelay: pingInterval, delay: pingInterval) { _ in
      let (batcher, context) = bound.value
      batcher.write(.ping, ByteBuffer(), context)
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    pings?.cancel()
    pings = nil
  }

  func channelInactive(context: ChannelHandlerContext) {
    pings?.cancel()
    pings = nil
    deliver(context)
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let frame = unwrapInboundIn(data)
    switch frame.opcode {
    case .text:
      gathered.append(frame.unmaskedData)
    case .ping:
      write(.pong, frame.unmaskedData, context)
    case .pong:
      break
    case .connectionClose:
      deliver(context)
      var body = frame.unmaskedData
      let code = body.getInteger(at: body.readerIndex, as: UInt16.self)
      let reply = code == nil ? ByteBuffer() : body.getSlice(at: body.readerIndex, length: 2) ?? ByteBuffer()
      body.moveReaderIndex(forwardBy: min(2, body.readableBytes))
      end(with: reply, because: SocketClosure(code: code, reason: String(buffer: body)), context)
    case .binary, .continuation:
      end(with: Self.close(1003), because: SocketClosure(code: nil, reason: "it sent a binary frame"), context)
    default:
      end(with: Self.close(1002), because: SocketClosure(code: nil, reason: "it sent an unknown frame"), context)
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    deliver(context)
    context.fireChannelReadComplete()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.fireErrorCaught(error)
    context.close(promise: nil)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let messages = unwrapOutboundIn(data)
    guard let last = messages.indices.last else {
      promise?.succeed()
      return
    }
    for (place, message) in messages.enumerated() {
      let frame = WebSocketFrame(fin: true, opcode: .text, maskKey: .random(), data: message)
      context.write(wrapOutboundOut(frame), promise: place == last ? promise : nil)
    }
  }

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    if mode == .all { write(close: Self.close(1000), context) }
    context.close(mode: mode, promise: promise)
  }

  private func deliver(_ context: ChannelHandlerContext) {
    guard !gathered.isEmpty else { return }
    let batch = gathered
    gathered = []
    context.fireChannelRead(wrapInboundOut(batch))
  }

  private func end(with close: ByteBuffer, because closure: SocketClosure, _ context: ChannelHandlerContext) {
    write(close: close, context)
    context.fireErrorCaught(closure)
    context.close(promise: nil)
  }

  private func write(close body: ByteBuffer, _ context: ChannelHandlerContext) {
    guard !hasSentClose else { return }
    hasSentClose = true
    write(.connectionClose, body, context)
  }

  private func write(_ opcode: WebSocketOpcode, _ body: ByteBuffer, _ context: ChannelHandlerContext) {
    guard context.channel.isActive else { return }
    let frame = WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: body)
    context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
  }

  private static func close(_ code: UInt16) -> ByteBuffer { ByteBuffer(integer: code) }
}
