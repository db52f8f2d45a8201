@testable import BanyanServer

/// What a client sends behind the handshake, byte for byte, and what it has to get back.
struct WireCase: Sendable, CustomStringConvertible {
  enum Frame: Equatable, Sendable {
    case text(String)
    case pong([UInt8])
    /// nil: without a code.
    case close(UInt16?)
  }

  let name: String
  var bytes: [UInt8]
  /// Up to the close frame, with which each case ends.
  let expected: [Frame]
  /// Whether it is sent byte by byte, too, so that every boundary lies between two reads.
  var isChopped = true

  var description: String { name }

  /// A case that the other side takes to its end, and that is closed by us.
  static func sound(_ name: String, _ bytes: [UInt8], _ frames: [Frame], isChopped: Bool = true) -> WireCase {
    WireCase(
      name: name, bytes: bytes + RawClient.close(1000), expected: frames + [.close(1000)], isChopped: isChopped)
  }

  /// A case that breaks the protocol behind so many sound frames.
  static func broken(
    _ name: String, _ bytes: [UInt8], _ code: UInt16, after frames: [Frame] = [], isChopped: Bool = true
  ) -> WireCase {
    // What follows a violation is never answered.
    WireCase(
      name: name, bytes: bytes + RawClient.text("behind it"), expected: frames + [.close(code)],
      isChopped: isChopped)
  }

  // MARK: Bytes

  static func frame(_ opcode: UInt8, _ payload: [UInt8] = [], isFinal: Bool = true) -> [UInt8] {
    RawClient.frame(opcode, payload, isFinal: isFinal)
  }

  /// A text in fragments of a size.
  static func fragments(_ text: [UInt8], by size: Int) -> [UInt8] {
    var pieces = stride(from: 0, to: text.count, by: size).map { Array(text[$0..<min($0 + size, text.count)]) }
    if pieces.isEmpty { pieces = [[]] }
    return pieces.enumerated().flatMap { place, piece in
      frame(place == 0 ? 1 : 0, piece, isFinal: place == pieces.count - 1)
    }
  }

  /// A frame whose mask is nothing, for long payloads.
  static func unmixed(_ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true) -> [UInt8] {
    var bytes: [UInt8] = [opcode | (isFinal ? 0x80 : 0), 0x80 | 127]
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: payload.count >> shift))
    }
    bytes += [0, 0, 0, 0]
    return bytes + payload
  }
}
