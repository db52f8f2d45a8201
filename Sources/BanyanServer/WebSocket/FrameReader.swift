import NIOCore

/// What a client's bytes turned out to be.
enum SocketInput: Equatable {
  /// A whole text message that lies in the bytes just read, unmasked.
  case message(Range<Int>)
  /// A whole text message that came in several frames or reads.
  case assembled(ByteBuffer)
  case ping([UInt8])
  case pong
  /// A close frame; nil if it gave no code.
  case close(UInt16?)
}

/// A client's side of RFC 6455 as a value: bytes go in, messages and control frames come out, and whatever the protocol
/// or the limits forbid ends it with a close code. Nothing that a client declares is allocated before it has been sent.
///
/// Messages that arrive in one piece are unmasked where they lie and never copied.
struct FrameReader {
  /// A message's size in bytes; may change between any two messages.
  var limit: Int

  private var header: [UInt8] = []
  private var frame: WebSocketFrameHeader?
  private var received = 0
  private var control: [UInt8] = []
  private var message: Message?
  private var budget = FrameBudget()

  private struct Message {
    var bytes = ByteBuffer()
    var text = TextValidator()
  }

  init(limit: Int) {
    self.limit = limit
    header.reserveCapacity(14)
  }

  /// Goes on at `offset`, and moves it; nil when the bytes are used up.
  /// - Parameters:
  ///   - bytes: what was read; payloads are unmasked in place.
  ///   - now: monotonic nanoseconds, for the limits by the second.
  mutating func next(
    in bytes: UnsafeMutableRawBufferPointer, at offset: inout Int, now: UInt64
  ) throws(FrameViolation) -> SocketInput? {
    while true {
      guard let frame else {
        guard try readHeader(in: bytes, at: &offset, now: now) else { return nil }
        continue
      }
      let start = offset
      let count = min(frame.length - received, bytes.count - offset)
      let payload = UnsafeMutableRawBufferPointer(rebasing: bytes[start..<start + count])
      frame.unmask(payload, position: received)
      offset += count
      received += count
      let isWhole = received == frame.length
      if isWhole { self.frame = nil }

      if frame.opcode.isControl {
        control.append(contentsOf: payload)
        guard isWhole else { return nil }
        defer { control.removeAll(keepingCapacity: true) }
        return try finishControl(frame.opcode)
      }
      if isWhole, frame.isFinal, count == frame.length, message == nil {
        var text = TextValidator()
        guard text.accepts(UnsafeRawBufferPointer(payload)), text.isComplete else { throw .invalidText }
        return .message(start..<offset)
      }
      try append(payload)
      guard isWhole else { return nil }
      if frame.isFinal { return try finishMessage() }
    }
  }

  /// Takes a frame's header, which may come in pieces; false if more bytes are needed.
  private mutating func readHeader(
    in bytes: UnsafeMutableRawBufferPointer, at offset: inout Int, now: UInt64
  ) throws(FrameViolation) -> Bool {
    let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
    if header.isEmpty, rest.count >= 2 {
      let size = WebSocketFrameHeader.size(second: rest[1])
      if rest.count >= size {
        offset += size
        try begin(WebSocketFrameHeader(UnsafeRawBufferPointer(rebasing: rest[..<size])), now: now)
        return true
      }
    }
    while offset < bytes.count {
      header.append(bytes[offset])
      offset += 1
      guard header.count >= 2 else { continue }
      if header.count == 2 { try WebSocketFrameHeader.check(first: header[0], second: header[1]) }
      guard header.count == WebSocketFrameHeader.size(second: header[1]) else { continue }
      let result = header.withUnsafeBytes { bytes in
        Result { () throws(FrameViolation) in try WebSocketFrameHeader(bytes) }
      }
      header.removeAll(keepingCapacity: true)
      try begin(result.get(), now: now)
      return true
    }
    return false
  }

  /// Checks a frame against what came before it and against the limits, before its payload is there.
  private mutating func begin(_ next: WebSocketFrameHeader, now: UInt64) throws(FrameViolation) {
    if next.opcode.isControl {
      try budget.chargeControl(at: now)
    } else {
      if next.opcode == .continuation {
        guard message != nil else { throw .protocolError("a continuation of no message") }
      } else if message != nil {
        throw .protocolError("a new message inside a fragmented one")
      }
      guard next.length <= limit - (message?.bytes.readableBytes ?? 0) else {
        throw FrameViolation(code: CloseCode.messageTooBig, reason: "a message holds at most \(limit) bytes")
      }
      if next.length == 0, !next.isFinal || message != nil { try budget.chargeEmptyFragment() }
    }
    frame = next
    received = 0
  }

  private mutating func append(_ payload: UnsafeMutableRawBufferPointer) throws(FrameViolation) {
    var current = message ?? Message()
    // Taken out so that its bytes have one owner while they grow.
    message = nil
    guard current.text.accepts(UnsafeRawBufferPointer(payload)) else { throw .invalidText }
    current.bytes.writeBytes(payload)
    message = current
  }

  private mutating func finishMessage() throws(FrameViolation) -> SocketInput? {
    guard let whole = message else { return nil }
    message = nil
    budget.endMessage()
    guard whole.text.isComplete else { throw .invalidText }
    return .assembled(whole.bytes)
  }

  private func finishControl(_ opcode: WebSocketFrameHeader.Opcode) throws(FrameViolation) -> SocketInput {
    switch opcode {
    case .ping: return .ping(control)
    case .close: return .close(try closeCode())
    case .pong, .continuation, .text: return .pong
    }
  }

  private func closeCode() throws(FrameViolation) -> UInt16? {
    guard !control.isEmpty else { return nil }
    guard control.count >= 2 else { throw .protocolError("a close code has two bytes") }
    let code = UInt16(control[0]) << 8 | UInt16(control[1])
    guard CloseCode.mayBeSent(code) else { throw .protocolError("close code \(code) must not be sent") }
    var text = TextValidator()
    let isText = control.withUnsafeBytes { text.accepts(UnsafeRawBufferPointer(rebasing: $0[2...])) }
    guard isText, text.isComplete else {
      throw FrameViolation(code: CloseCode.invalidText, reason: "a close reason must be UTF-8")
    }
    return code
  }
}
