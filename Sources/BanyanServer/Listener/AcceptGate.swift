import Logging
import NIOCore

import Glibc

/// Stands first at the listening socket, and accepts no more connections than there are descriptors for.
///
/// Without it the loop would spin: where `accept` fails for want of descriptors, the socket stays readable, and nobody
/// stops asking. Accepting pauses at the limit, which leaves descriptors for the journal, for snapshots and logs, and
/// wherever the system refuses one all the same. It goes on when a connection has ended, or after a second, for others may
/// have let go of some. Who is connected notices nothing; who is not waits in the system's own queue.
final class AcceptGate: ChannelInboundHandler {
  typealias InboundIn = any Channel
  typealias InboundOut = any Channel

  /// Time before it is tried again where the system refused.
  private static let retryDelay = TimeAmount.seconds(1)
  /// The same trouble is said once in this time.
  private static let logInterval = TimeAmount.minutes(10)

  private let limit: Int
  private let logger: Logger
  private var count = 0
  private var isPaused = false
  private var alarm: Scheduled<Void>?
  private var saidAt: NIODeadline?

  /// - Parameter limit: connections at once.
  init(limit: Int, logger: Logger) {
    self.limit = max(1, limit)
    self.logger = logger
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    count += 1
    let bound = NIOLoopBound((gate: self, context: context), eventLoop: context.eventLoop)
    Self.unwrapInboundIn(data).closeFuture.hop(to: context.eventLoop).whenComplete { _ in
      let (gate, context) = bound.value
      gate.count -= 1
      gate.resume(context)
    }
    context.fireChannelRead(data)
    if count >= limit { pause(context, "\(count) connections are open, as many as there are descriptors for") }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard let refusal = error as? IOError, Self.isPassing(refusal.errnoCode) else {
      return context.fireErrorCaught(error)
    }
    // With one that was aborted by the other side nothing is amiss here.
    guard refusal.errnoCode != ECONNABORTED else { return }
    pause(context, "the system has no descriptor for another one (\(refusal))")
    guard alarm == nil else { return }
    let bound = NIOLoopBound((gate: self, context: context), eventLoop: context.eventLoop)
    alarm = context.eventLoop.scheduleTask(in: Self.retryDelay) {
      let (gate, context) = bound.value
      gate.alarm = nil
      gate.resume(context)
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) { alarm?.cancel() }

  func channelInactive(context: ChannelHandlerContext) {
    alarm?.cancel()
    context.fireChannelInactive()
  }

  /// Errors of `accept` after which the listening socket is as good as before.
  private static func isPassing(_ code: CInt) -> Bool {
    [ECONNABORTED, EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code)
  }

  private func pause(_ context: ChannelHandlerContext, _ reason: String) {
    guard !isPaused else { return }
    isPaused = true
    setReading(context, false)
    let now = NIODeadline.now()
    if let saidAt, now - saidAt < Self.logInterval { return }
    saidAt = now
    logger.warning("New connections wait until others end: \(reason). A higher limit of open files (ulimit -n) helps.")
  }

  private func resume(_ context: ChannelHandlerContext) {
    guard isPaused, count < limit, alarm == nil else { return }
    isPaused = false
    setReading(context, true)
  }

  private func setReading(_ context: ChannelHandlerContext, _ isReading: Bool) {
    // Fails where the socket was closed, and nothing is accepted any more.
    context.channel.setOption(.autoRead, value: isReading).whenFailure { [logger] error in
      logger.debug("The listening socket is closed: \(error)")
    }
  }
}
