import NIOCore

/// A server's frames: unmasked, never fragmented.
enum FrameWriter {
  /// The longest header of a server's frame.
  static let maxHeaderBytes = 10

  /// The header of a text message of so many bytes.
  static func writeTextHeader(length: Int, into buffer: inout ByteBuffer) {
    buffer.writeInteger(UInt8(0x81))
    switch length {
    case ...125:
      buffer.writeInteger(UInt8(length))
    case ...Int(UInt16.max):
      buffer.writeMultipleIntegers(UInt8(126), UInt16(length))
    default:
      buffer.writeMultipleIntegers(UInt8(127), UInt64(length))
    }
  }

  /// A ping without a payload.
  static func writePing(into buffer: inout ByteBuffer) {
    buffer.writeMultipleIntegers(UInt8(0x89), UInt8(0))
  }

  /// The answer to a ping; its payload is the ping's, at most 125 bytes.
  static func writePong(_ payload: [UInt8], into buffer: inout ByteBuffer) {
    buffer.writeMultipleIntegers(UInt8(0x8A), UInt8(payload.count))
    buffer.writeBytes(payload)
  }

  /// A close frame. The reason is cut to the 123 bytes that fit, at a character's end.
  static func writeClose(code: UInt16?, reason: String, into buffer: inout ByteBuffer) {
    guard let code else {
      buffer.writeMultipleIntegers(UInt8(0x88), UInt8(0))
      return
    }
    var text = reason
    while text.utf8.count > 123 { text.removeLast() }
    buffer.writeMultipleIntegers(UInt8(0x88), UInt8(2 + text.utf8.count), code)
    buffer.writeString(text)
  }
}
