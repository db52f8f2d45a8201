/// The first 2 to 14 bytes of a frame that a client sent (RFC 6455, section 5.2), checked.
struct WebSocketFrameHeader: Equatable {
  enum Opcode: UInt8 {
    case continuation = 0x0
    case text = 0x1
    case close = 0x8
    case ping = 0x9
    case pong = 0xA

    var isControl: Bool { rawValue >= 0x8 }
  }

  let opcode: Opcode
  let isFinal: Bool
  let length: Int
  /// The masking key as it stands on the wire.
  let key: UInt32

  /// How many bytes a header has whose second byte is this one.
  static func size(second: UInt8) -> Int {
    let masked = second & 0x80 != 0 ? 4 : 0
    switch second & 0x7F {
    case 126: return 4 + masked
    case 127: return 10 + masked
    default: return 2 + masked
    }
  }

  /// What the first two bytes alone forbid.
  static func check(first: UInt8, second: UInt8) throws(FrameViolation) {
    guard first & 0x70 == 0 else { throw .protocolError("a reserved bit is set, and no extension was agreed on") }
    let code = first & 0x0F
    guard code != 0x2 else {
      throw FrameViolation(code: CloseCode.unacceptableData, reason: "text frames only, no binary ones")
    }
    guard let opcode = Opcode(rawValue: code) else { throw .protocolError("unknown opcode \(code)") }
    guard second & 0x80 != 0 else { throw .protocolError("a client's frames must be masked") }
    guard opcode.isControl else { return }
    guard first & 0x80 != 0 else { throw .protocolError("a control frame must not be fragmented") }
    guard second & 0x7F <= 125 else { throw .protocolError("a control frame holds at most 125 bytes") }
  }

  /// Reads a whole header.
  /// - Parameter bytes: exactly as many as ``size(second:)`` says, at least 2.
  init(_ bytes: UnsafeRawBufferPointer) throws(FrameViolation) {
    try Self.check(first: bytes[0], second: bytes[1])
    // The check has just refused what is no opcode.
    opcode = Opcode(rawValue: bytes[0] & 0x0F) ?? .continuation
    isFinal = bytes[0] & 0x80 != 0
    switch bytes[1] & 0x7F {
    case 126:
      length = Int(UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
      guard length > 125 else { throw .protocolError("a length in more bytes than it needs") }
    case 127:
      let wide = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt64.self))
      guard wide >> 63 == 0 else { throw .protocolError("a length of more than 63 bits") }
      guard wide > UInt64(UInt16.max) else { throw .protocolError("a length in more bytes than it needs") }
      length = Int(wide)
    case let short:
      length = Int(short)
    }
    key = bytes.loadUnaligned(fromByteOffset: bytes.count - 4, as: UInt32.self)
  }

  /// Takes the mask off, in place, eight bytes at a time.
  /// - Parameter position: how many bytes of the payload came before these.
  func unmask(_ bytes: UnsafeMutableRawBufferPointer, position: Int) {
    // The key's bytes lie in memory in the order of the wire; turned so that the first to be used lies first.
    let turn = UInt32(position & 3) * 8
    let turned = turn == 0 ? key : UInt32(littleEndian: Self.rotate(UInt32(littleEndian: key), right: turn))
    let wide = UInt64(turned) << 32 | UInt64(turned)
    var index = 0
    while index + 8 <= bytes.count {
      let value = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      bytes.storeBytes(of: value ^ wide, toByteOffset: index, as: UInt64.self)
      index += 8
    }
    withUnsafeBytes(of: turned) { key in
      while index < bytes.count {
        bytes[index] ^= key[index & 3]
        index += 1
      }
    }
  }

  private static func rotate(_ value: UInt32, right bits: UInt32) -> UInt32 { value >> bits | value << (32 - bits) }
}

extension FrameViolation {
  static func protocolError(_ reason: String) -> FrameViolation {
    FrameViolation(code: CloseCode.protocolError, reason: reason)
  }

  static let invalidText = FrameViolation(code: CloseCode.invalidText, reason: "a text message must be UTF-8")
}
