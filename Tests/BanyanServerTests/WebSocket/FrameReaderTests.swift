import NIOCore
import Testing

@testable import BanyanServer

@Suite struct FrameReaderTests {
  enum Seen: Equatable {
    case text(String)
    case ping([UInt8])
    case pong
    case close(UInt16?)
    case violation(UInt16)
  }

  /// Reads bytes in pieces of a size, and tells what they were.
  static func read(_ bytes: [UInt8], by size: Int = .max, limit: Int = 1 << 20, now: UInt64 = 0) -> [Seen] {
    var reader = FrameReader(limit: limit)
    var seen: [Seen] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      var piece = Array(rest.prefix(size))
      rest = rest.dropFirst(size)
      var offset = 0
      do throws(FrameViolation) {
        while true {
          let input = try piece.withUnsafeMutableBytes { raw in
            Result { () throws(FrameViolation) in try reader.next(in: raw, at: &offset, now: now) }
          }.get()
          guard let input else { break }
          switch input {
          case .message(let range): seen.append(.text(String(decoding: piece[range], as: UTF8.self)))
          case .assembled(let buffer): seen.append(.text(String(buffer: buffer)))
          case .ping(let payload): seen.append(.ping(payload))
          case .pong: seen.append(.pong)
          case .close(let code): seen.append(.close(code))
          }
        }
      } catch {
        return seen + [.violation(error.code)]
      }
    }
    return seen
  }

  static func text(_ text: String) -> [UInt8] { RawClient.text(text) }

  @Test(arguments: [1, 2, 3, 5, 7, 13, 64, 1_000, Int.max])
  func `However the bytes are cut, the messages are the same`(size: Int) {
    let long = String(repeating: "äö€😀x", count: 9_000)
    let bytes =
      Self.text("") + Self.text("a") + RawClient.frame(9, [1, 2, 3])
      + RawClient.frame(1, Array("fragm".utf8), isFinal: false)
      + RawClient.frame(9) + RawClient.frame(0, [], isFinal: false) + RawClient.frame(10, [4])
      + RawClient.frame(0, Array("ented €".utf8).dropLast(1), isFinal: false)
      + RawClient.frame(0, Array("€".utf8).suffix(1)) + Self.text(String(repeating: "y", count: 126))
      + Self.text(long) + RawClient.close(1000, "bye") + RawClient.close(nil)
    #expect(
      Self.read(bytes, by: size) == [
        .text(""), .text("a"), .ping([1, 2, 3]), .ping([]), .pong, .text("fragmented €"),
        .text(String(repeating: "y", count: 126)), .text(long), .close(1000), .close(nil),
      ])
  }

  @Test(arguments: [1, 2, Int.max]) func `What the protocol forbids has its code`(size: Int) {
    func expect(_ bytes: [UInt8], _ code: UInt16, _ comment: Comment) {
      #expect(Self.read(Self.text("ok") + bytes, by: size) == [.text("ok"), .violation(code)], comment)
    }
    expect([0x81, 0x01, 0x61], 1002, "not masked")
    for bit: UInt8 in [0x40, 0x20, 0x10] { expect([0x81 | bit, 0x80, 0, 0, 0, 0], 1002, "reserved bit") }
    for code: UInt8 in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] { expect(RawClient.frame(code), 1002, "unknown opcode") }
    expect(RawClient.frame(2, [1]), 1003, "binary")
    expect(RawClient.frame(9, [UInt8](repeating: 0, count: 126)), 1002, "long control frame")
    for code: UInt8 in [8, 9, 10] { expect(RawClient.frame(code, isFinal: false), 1002, "fragmented control frame") }
    expect(RawClient.frame(0), 1002, "continuation of nothing")
    expect(RawClient.frame(1, isFinal: false) + RawClient.frame(1), 1002, "a message inside another")
    expect([0x81, 0xFE, 0, 1, 0, 0, 0, 0], 1002, "length in more bytes than it needs")
    expect([0x81, 0xFF, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0], 1002, "length in more bytes than it needs")
    expect([0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1002, "64-bit length")
    expect([0x81, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0], 1009, "endless message")
    expect(RawClient.frame(1, [0xC0, 0xAF]), 1007, "overlong UTF-8")
    expect(RawClient.frame(1, [0xED, 0xA0, 0x80]), 1007, "surrogate")
    expect(RawClient.frame(1, [0xF4, 0x90, 0x80, 0x80]), 1007, "above the last character")
    expect(RawClient.frame(1, [0xE2, 0x82]), 1007, "half a character")
    expect(RawClient.frame(1, [0xE2], isFinal: false) + RawClient.frame(0, [0x82]), 1007, "half, in two fragments")
    expect(RawClient.frame(1, [0xE2], isFinal: false) + RawClient.frame(0, [0x41]), 1007, "broken in two fragments")
    expect(RawClient.frame(8, [3]), 1002, "half a close code")
    for code: UInt16 in [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000] {
      expect(RawClient.close(code), 1002, "close code \(code)")
    }
    expect(RawClient.frame(8, [3, 0xE8, 0xFF]), 1007, "close reason")
  }

  @Test func `A message may have the size of the limit, in one frame or in many, and not a byte more`() {
    let exact = [UInt8](repeating: 97, count: 1_000)
    #expect(Self.read(RawClient.frame(1, exact), limit: 1_000).count == 1)
    #expect(Self.read(RawClient.frame(1, exact), limit: 999) == [.violation(1009)])
    let parts = RawClient.frame(1, exact, isFinal: false) + RawClient.frame(0, exact)
    #expect(Self.read(parts, limit: 2_000).count == 1)
    #expect(Self.read(parts, limit: 1_999) == [.violation(1009)])
  }

  @Test func `Control frames and empty fragments are counted`() {
    let pings = (0..<FrameBudget.controlFrames).flatMap { _ in RawClient.frame(9) }
    #expect(Self.read(pings).count == FrameBudget.controlFrames)
    #expect(Self.read(pings + RawClient.frame(10)).last == .violation(1008))
    let fragments =
      RawClient.frame(1, isFinal: false)
      + (0..<FrameBudget.emptyFragments).flatMap { _ in
        RawClient.frame(0, isFinal: false)
      }
    #expect(Self.read(fragments) == [.violation(1008)])
  }

  @Test func `Random bytes end in a violation or wait, and never in a trap`() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2_000 {
      let bytes = (0..<Int.random(in: 0...64, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      _ = Self.read(bytes, by: Int.random(in: 1...8, using: &random), limit: 100)
    }
  }
}
