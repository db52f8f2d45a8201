import NIOCore

/// Finds a peer that is gone without a word (a half-open connection): it counts every byte, so a large message that
/// takes its time is a sign of life too. The pings of ``MessageBatcher`` make a healthy peer answer in time.
final class SilenceGuard: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let limit: TimeAmount
  private let failure: @Sendable () -> any Error
  private var lastHeard = NIODeadline.uptimeNanoseconds(0)
  private var check: Scheduled<Void>?

  /// - Parameter failure: what the connection ends with.
  init(limit: TimeAmount, failure: @escaping @Sendable () -> any Error) {
    self.limit = limit
    self.failure = failure
  }

  func handlerAdded(context: ChannelHandlerContext) {
    lastHeard = context.eventLoop.now
    schedule(at: lastHeard + limit, context)
  }

  func handlerRemoved(context: ChannelHandlerContext) { check?.cancel() }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    lastHeard = context.eventLoop.now
    context.fireChannelRead(data)
  }

  func channelInactive(context: ChannelHandlerContext) {
    check?.cancel()
    context.fireChannelInactive()
  }

  private func schedule(at deadline: NIODeadline, _ context: ChannelHandlerContext) {
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    check = context.eventLoop.scheduleTask(deadline: deadline) {
      let (silence, context) = bound.value
      silence.look(context, at: deadline)
    }
  }

  private func look(_ context: ChannelHandlerContext, at deadline: NIODeadline) {
    let now = context.eventLoop.now
    let due = lastHeard + limit
    guard due <= now else { return schedule(at: due, context) }
    // Where this side itself was held up (stopped, asleep, overloaded), what came meanwhile still waits to be read.
    guard now - deadline < .nanoseconds(limit.nanoseconds / 4) else { return schedule(at: now + limit, context) }
    context.fireErrorCaught(failure())
    context.close(promise: nil)
  }
}
