import BanyanCore
import NIOCore
import Synchronization

/// The sending side of a WebSocket connection. It may be used from any thread; what one thread sends keeps its order.
///
/// What is sent while the connection is busy gathers, and leaves in one write and one flush. A reader that is too slow
/// for it is cut, so that it costs bounded memory and nobody else's time. Who has much to send waits for the other side
/// (``whenDrained(_:)``), and is not cut then, however slow it reads.
final class SocketConnection: Sendable {
  /// The loop on which the handler is called.
  let eventLoop: any EventLoop
  /// The other side's IP address, or a word where there is none.
  let remoteAddress: String
  /// Who is at the other side; nil must say so by message.
  let principal: User?
  /// No token told so: everybody is let in as this one, and may still say who it is.
  let isAnonymous: Bool
  /// What this connection may cost.
  let limits: SocketLimits

  private let channel: any Channel
  private let outgoing = Mutex(Outgoing())
  private let heard: Atomic<UInt64>
  private let progressed: Atomic<UInt64>
  private let messageLimit: Atomic<Int>
  private let hasLimit: Atomic<Bool>
  private let isPaused = Atomic(false)
  private let hasListener = Atomic(false)
  private let listener = Mutex<(@Sendable () -> Void)?>(nil)

  /// What waits to be written, and how far the end of the connection has come.
  private struct Outgoing {
    enum Phase { case open, closing, closed }

    var phase = Phase.open
    var messages: [[UInt8]] = []
    var pongs: [[UInt8]] = []
    var close: (code: UInt16?, reason: String)?
    /// Bytes of `messages` together: not yet written to the channel.
    var waiting = 0
    /// Bytes written to the channel and not yet taken by the system.
    var inFlight = 0
    var isScheduled = false
    /// Who waits until little is left to be taken.
    var waiters: [@Sendable () -> Void] = []
    /// Who wants to know when the connection begins to close.
    var closeObservers: [@Sendable () -> Void] = []

    /// Those who are to be told that it closes, once.
    mutating func drainCloseObservers() -> [@Sendable () -> Void] {
      defer { closeObservers = [] }
      return closeObservers
    }

    var isDrained: Bool { waiting + inFlight <= SocketConnection.lowWater }
  }

  /// Outgoing bytes below which there is room for more.
  private static let lowWater = 1 << 20

  init(channel: any Channel, principal: User?, limits: SocketLimits, isAnonymous: Bool = false) {
    eventLoop = channel.eventLoop
    remoteAddress = channel.remoteAddress?.ipAddress ?? "local"
    self.channel = channel
    self.principal = principal
    self.isAnonymous = isAnonymous
    self.limits = limits
    let now = NIODeadline.now().uptimeNanoseconds
    heard = Atomic(now)
    progressed = Atomic(now)
    messageLimit = Atomic(limits.messageSize(for: principal))
    hasLimit = Atomic(principal != nil)
  }

  // MARK: For the handler

  /// When the other side was last heard: monotonic nanoseconds, stamped at the socket, control frames included.
  var lastHeard: UInt64 { heard.load(ordering: .relaxed) }

  /// Calls back once, on the event loop, when the other side is heard after a moment; in the place of an earlier such wish.
  /// On the event loop.
  /// - Parameter moment: monotonic milliseconds.
  func whenHeard(after moment: Int64, _ body: @escaping @Sendable () -> Void) {
    listener.withLock { $0 = body }
    hasListener.store(true, ordering: .relaxed)
    if Int64(clamping: lastHeard / 1_000_000) > moment { tellListener() }
  }

  private func tellListener() {
    guard hasListener.exchange(false, ordering: .relaxed) else { return }
    listener.withLock { listener in
      defer { listener = nil }
      return listener
    }?()
  }

  /// Calls back once, on any thread, when the connection begins to close, from whichever side; at once where it does
  /// already. Its end, which may follow without a word, is told by ``SocketHandler/closed()``.
  func whenClosing(_ body: @escaping @Sendable () -> Void) {
    let isNow = outgoing.withLock { state in
      if state.phase != .open || state.close != nil { return true }
      state.closeObservers.append(body)
      return false
    }
    if isNow { body() }
  }

  /// Nothing is read for now, for our own reasons: the other side can't be heard.
  var isReadingPaused: Bool { isPaused.load(ordering: .relaxed) }

  /// Sends text messages, each UTF-8. After a close they go nowhere.
  func send(_ messages: [[UInt8]]) {
    guard !messages.isEmpty else { return }
    let size = messages.reduce(0) { $0 + $1.count + FrameWriter.maxHeaderBytes }
    enum Next {
      case nothing, schedule
      case cut([@Sendable () -> Void])
    }
    let next: Next = outgoing.withLock { state in
      guard state.phase == .open, state.close == nil else { return .nothing }
      // What waits already is what counts: a single answer may be as large as a message can be.
      guard state.waiting + state.inFlight <= limits.outgoing else {
        state.phase = .closed
        state.messages = []
        state.waiting = 0
        state.waiters = []
        return .cut(state.drainCloseObservers())
      }
      state.messages.append(contentsOf: messages)
      state.waiting += size
      if state.isScheduled { return .nothing }
      state.isScheduled = true
      return .schedule
    }
    switch next {
    case .nothing: break
    case .schedule: eventLoop.execute { self.flush() }
    // The reader takes nothing, so it would not take a close frame either.
    case .cut(let closeObservers):
      for body in closeObservers { body() }
      cut()
    }
  }

  /// Calls back once, on the event loop, when the other side has taken all but a little of what was sent; never after
  /// the end of the connection.
  func whenDrained(_ body: @escaping @Sendable () -> Void) {
    let isNow = outgoing.withLock { state in
      guard state.phase != .closed else { return false }
      if state.isDrained { return true }
      state.waiters.append(body)
      return false
    }
    if isNow { eventLoop.execute(body) }
  }

  /// Reads nothing until ``resumeReading()``: the other side has to wait, and what it sends costs nothing here. On the
  /// event loop.
  func pauseReading() {
    isPaused.store(true, ordering: .relaxed)
    updateReading()
  }

  /// Reads on. On the event loop.
  func resumeReading() {
    guard isPaused.exchange(false, ordering: .relaxed) else { return }
    // It was not its fault that it was not heard.
    heard.store(NIODeadline.now().uptimeNanoseconds, ordering: .relaxed)
    tellListener()
    updateReading()
  }

  /// Sends what was sent before, then a close frame, and ends the connection when the other side has answered it, or
  /// hasn't in time. Only the first close counts.
  func close(code: UInt16, reason: String) {
    guard setClose(code: code, reason: reason) else { return }
    eventLoop.execute {
      self.flush()
      self.closeSoon()
    }
  }

  /// Sets the size limit of the messages to come, in bytes. For a connection without a principal this says, too, that
  /// the other side has authenticated itself.
  func setLimit(bytes: Int) {
    messageLimit.store(bytes, ordering: .relaxed)
    hasLimit.store(true, ordering: .relaxed)
  }

  // MARK: For the shell

  /// True while the other side has not yet said who it is.
  var isProvisional: Bool { !hasLimit.load(ordering: .relaxed) }
  /// The size limit now.
  var limit: Int { messageLimit.load(ordering: .relaxed) }
  /// A close frame of ours is on its way, or was sent.
  var isClosing: Bool { outgoing.withLock { $0.phase != .open || $0.close != nil } }

  /// While the other side doesn't read, we don't either; nor while a session has enough to do. On the event loop.
  func updateReading() {
    do {
      try channel.syncOptions?.setOption(
        .autoRead, value: channel.isWritable && !isPaused.load(ordering: .relaxed))
    } catch {
      // An option that a channel refuses is one that has closed.
      cut()
    }
  }

  /// Nothing is read, and nothing waits for the other side: the server itself is what the connection waits for.
  var isWaitingForServer: Bool {
    isPaused.load(ordering: .relaxed) && outgoing.withLock { $0.waiting + $0.inFlight == 0 }
  }

  /// When the other side last gave a sign of life: it was heard, or it took some of what waited for it. (While it
  /// reads slowly we don't read at all, and would not see its pongs.)
  var lastSign: UInt64 { max(lastHeard, progressed.load(ordering: .relaxed)) }

  /// A read has begun, which ends with a flush: what is sent until then needs none of its own.
  func beginRead(at now: UInt64) {
    heard.store(now, ordering: .relaxed)
    if hasListener.load(ordering: .relaxed) { tellListener() }
    outgoing.withLock { $0.isScheduled = true }
  }

  /// Answers a ping at the next flush.
  func pong(_ payload: [UInt8]) {
    outgoing.withLock { state in
      guard state.phase == .open else { return }
      state.pongs.append(payload)
    }
  }

  /// Sends a ping at once.
  func ping() {
    guard !isClosing else { return }
    var buffer = channel.allocator.buffer(capacity: 2)
    FrameWriter.writePing(into: &buffer)
    channel.writeAndFlush(buffer, promise: nil)
  }

  /// Answers the other side's close with its own code; then the connection is over.
  func answerClose(_ code: UInt16?) {
    guard setClose(code: code, reason: "") else { return cut() }
    flush()
    closeSoon()
    // Behind the close frame: the channel's writes are done in order.
    channel.write(ByteBuffer()).whenComplete { _ in self.cut() }
    channel.flush()
  }

  /// True for the first close of a connection.
  private func setClose(code: UInt16?, reason: String) -> Bool {
    let closeObservers: [@Sendable () -> Void]? = outgoing.withLock { state in
      guard state.phase == .open, state.close == nil else { return nil }
      state.close = (code, reason)
      return state.drainCloseObservers()
    }
    guard let closeObservers else { return false }
    for body in closeObservers { body() }
    return true
  }

  private func closeSoon() {
    eventLoop.scheduleTask(in: limits.closing) { self.cut() }
  }

  /// Ends the connection without another word.
  func cut() { channel.close(promise: nil) }

  /// The channel is gone: nothing waits any more.
  func ended() {
    outgoing.withLock { state in
      state.phase = .closed
      state.messages = []
      state.pongs = []
      state.waiting = 0
      state.waiters = []
      state.closeObservers = []
    }
  }

  /// Writes all that waits, and flushes once. On the event loop.
  func flush() {
    let (pongs, messages, close, bytes) = outgoing.withLock { state in
      let taken = (state.pongs, state.messages, state.phase == .open ? state.close : nil, state.waiting)
      state.pongs = []
      state.messages = []
      state.waiting = 0
      state.isScheduled = false
      if taken.2 != nil { state.phase = .closing }
      return taken
    }
    guard !pongs.isEmpty || !messages.isEmpty || close != nil else { return }
    var writer = ChunkWriter(channel: channel, bytes: bytes)
    for payload in pongs { writer.frame { FrameWriter.writePong(payload, into: &$0) } }
    for message in messages {
      writer.frame { FrameWriter.writeTextHeader(length: message.count, into: &$0) }
      writer.bytes(message)
    }
    if let close { writer.frame { FrameWriter.writeClose(code: close.code, reason: close.reason, into: &$0) } }
    let chunks = writer.finish()
    let size = chunks.reduce(0) { $0 + $1.readableBytes }
    outgoing.withLock { $0.inFlight += size }
    for chunk in chunks {
      let size = chunk.readableBytes
      channel.write(chunk).whenComplete { _ in self.wrote(size) }
    }
    channel.flush()
  }

  /// A chunk was taken by the system, or the channel failed. While more waits behind it the other side is alive, if slow.
  private func wrote(_ size: Int) {
    let (isBehind, ready) = outgoing.withLock { state -> (Bool, [@Sendable () -> Void]) in
      state.inFlight -= size
      guard state.isDrained, !state.waiters.isEmpty else { return (state.inFlight > 0, []) }
      defer { state.waiters = [] }
      return (state.inFlight > 0, state.waiters)
    }
    if isBehind { progressed.store(NIODeadline.now().uptimeNanoseconds, ordering: .relaxed) }
    for body in ready { body() }
  }
}

/// Gathers frames into chunks of a size that the system takes one by one, so that progress can be seen.
private struct ChunkWriter {
  static let size = 256 << 10

  let channel: any Channel
  var chunks: [ByteBuffer] = []
  var current: ByteBuffer

  /// - Parameter bytes: about how many are to come.
  init(channel: any Channel, bytes: Int) {
    self.channel = channel
    current = channel.allocator.buffer(capacity: min(bytes + 128, Self.size + FrameWriter.maxHeaderBytes))
  }

  mutating func frame(_ write: (inout ByteBuffer) -> Void) {
    write(&current)
    turn()
  }

  mutating func bytes(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = rest.prefix(max(1, Self.size - current.readableBytes))
      current.writeBytes(part)
      rest = rest.dropFirst(part.count)
      turn()
    }
  }

  private mutating func turn() {
    guard current.readableBytes >= Self.size else { return }
    chunks.append(current)
    current = channel.allocator.buffer(capacity: Self.size)
  }

  mutating func finish() -> [ByteBuffer] {
    if current.readableBytes > 0 { chunks.append(current) }
    return chunks
  }
}
