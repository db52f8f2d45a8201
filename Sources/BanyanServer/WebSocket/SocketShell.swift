import NIOCore

/// The channel handler of a WebSocket connection: bytes in, batches of messages out to its ``SocketHandler``.
///
/// It stands alone in the pipeline (behind TLS, if any). All that one read brought is one call to the handler, and what
/// the handler sends within that call leaves with one flush. While the other side doesn't read, we don't either.
final class SocketShell: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let connection: SocketConnection
  private let factory: SocketFactory
  private var handler: (any SocketHandler)?
  private var reader: FrameReader
  private var batch: [ByteBuffer] = []
  private var pinging: RepeatedTask?
  private var probation: Scheduled<Void>?
  /// The other side broke the protocol: its bytes can't be read any more, only dropped until the close is through.
  private var isBroken = false

  init(connection: SocketConnection, factory: @escaping SocketFactory) {
    self.connection = connection
    self.factory = factory
    reader = FrameReader(limit: connection.limit)
  }

  func handlerAdded(context: ChannelHandlerContext) {
    handler = factory(connection)
    let connection = connection
    let limits = connection.limits
    pinging = context.eventLoop.scheduleRepeatedTask(initialDelay: limits.ping, delay: limits.ping) { _ in
      let (silence, isAhead) = NIODeadline.now().uptimeNanoseconds.subtractingReportingOverflow(connection.lastSign)
      if isAhead { return }
      // While it is our turn nothing is read, and silence means nothing.
      if silence > UInt64(limits.silence.nanoseconds), !connection.isWaitingForServer {
        connection.cut()
      } else if silence >= UInt64(limits.ping.nanoseconds) {
        // Who was heard since the last time needs no asking.
        connection.ping()
      }
    }
    guard connection.isProvisional else { return }
    probation = context.eventLoop.scheduleTask(in: limits.authentication) {
      guard connection.isProvisional else { return }
      connection.close(code: CloseCode.policyViolation, reason: "no authenticate message came in time")
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) { end() }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let read = Self.unwrapInboundIn(data)
    let now = NIODeadline.now().uptimeNanoseconds
    connection.beginRead(at: now)
    guard !isBroken else { return }
    // The channel's own buffer goes back to its pool; ours has one owner, so that it can be unmasked in place.
    var bytes = context.channel.allocator.buffer(capacity: read.readableBytes)
    bytes.writeImmutableBuffer(read)
    var offset = 0
    do {
      while let inputs = try next(in: &bytes, at: &offset, now: now) {
        handle(inputs, of: bytes)
        if isBroken { return }
      }
    } catch {
      isBroken = true
      deliver()
      connection.close(code: error.code, reason: error.reason)
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    deliver()
    connection.flush()
    context.fireChannelReadComplete()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    connection.updateReading()
    context.fireChannelWritabilityChanged()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is ChannelShouldQuiesceEvent {
      deliver()
      handler?.quiesce(code: CloseCode.goingAway, reason: "the server is shutting down")
    }
    context.fireUserInboundEventTriggered(event)
  }

  /// What reaches this place comes from the socket or from TLS, and leaves nothing to be said to the other side.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  /// The inputs of a run of bytes, found while their memory is held once; then handed out as slices of it.
  private func next(
    in bytes: inout ByteBuffer, at offset: inout Int, now: UInt64
  ) throws(FrameViolation) -> [SocketInput]? {
    guard offset < bytes.readableBytes else { return nil }
    var inputs: [SocketInput] = []
    var position = offset
    var violation: FrameViolation?
    bytes.withUnsafeMutableReadableBytes { raw in
      do throws(FrameViolation) {
        reader.limit = connection.limit
        while let input = try reader.next(in: raw, at: &position, now: now) {
          inputs.append(input)
          // The limit may change with the message that tells who is there: what follows it is looked at after it.
          if connection.isProvisional { break }
        }
      } catch {
        violation = error
      }
    }
    offset = position
    if let violation {
      handle(inputs, of: bytes)
      throw violation
    }
    return inputs
  }

  private func handle(_ inputs: [SocketInput], of bytes: ByteBuffer) {
    for input in inputs {
      switch input {
      case .message(let range):
        if let message = bytes.getSlice(at: bytes.readerIndex + range.lowerBound, length: range.count) {
          batch.append(message)
        }
      case .assembled(let message):
        batch.append(message)
      case .ping(let payload):
        connection.pong(payload)
      case .pong:
        break
      case .close(let code):
        isBroken = true
        deliver()
        if connection.isClosing {
          connection.cut()
        } else {
          connection.answerClose(code)
        }
        return
      }
    }
    if connection.isProvisional { deliver() }
  }

  private func deliver() {
    guard !batch.isEmpty else { return }
    let messages = batch
    batch = []
    guard !connection.isClosing else { return }
    handler?.received(messages)
  }

  private func end() {
    pinging?.cancel()
    probation?.cancel()
    pinging = nil
    probation = nil
    connection.ended()
    let handler = handler
    self.handler = nil
    handler?.closed()
  }
}
