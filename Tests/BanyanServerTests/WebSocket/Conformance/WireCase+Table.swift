@testable import BanyanServer

/// The cases, by the sections of RFC 6455. They cover what the public test suites for WebSocket servers cover, and what
/// this server adds (text only, limits).
extension WireCase {
  static let all: [WireCase] =
    [framing, masking, reservedBits, opcodes, controlFrames, fragmentation, text, closing, closeCodes].flatMap { $0 }

  /// 5.2: lengths in each of their three forms.
  private static let framing: [WireCase] =
    lengths + [
      .sound("a hundred texts in one read", hundred.flatMap { RawClient.text($0) }, hundred.map { .text($0) }),
      .broken("a length of 125 in 16 bits", [0x81, 0xFE, 0, 125, 0, 0, 0, 0], 1002),
      .broken("a length of 65,535 in 64 bits", [0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0], 1002),
      .broken("a length of 0 in 64 bits", [0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1002),
      .broken("a length of 2^63", [0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1002),
      .broken(
        "a length of 2^63 - 1", [0x81, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0], 1009),
      .broken("a byte more than 16 MiB, announced", [0x81, 0xFF, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0], 1009),
    ]

  private static let hundred: [String] = (0..<100).map { "\($0)" }

  private static let lengths: [WireCase] = [0, 1, 124, 125, 126, 127, 128, 65_535, 65_536].map { size in
    let text = String(repeating: "*", count: size)
    return .sound("a text of \(size) bytes", frame(1, Array(text.utf8)), [.text(text)], isChopped: size < 1_000)
  }

  /// RFC 6455, 5.3: what a client sends is masked.
  private static let masking: [WireCase] =
    keys + [
      .broken("a text without a mask", [0x81, 3, 97, 98, 99], 1002),
      .broken("an empty text without a mask", [0x81, 0], 1002),
      .broken("a ping without a mask", [0x89, 0], 1002),
      .broken("a close without a mask", [0x88, 2, 3, 0xE8], 1002),
      .broken("a continuation without a mask", frame(1, [97], isFinal: false) + [0x80, 1, 98], 1002),
    ]

  private static let keys: [WireCase] = {
    let keys: [[UInt8]] = [[0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF], [1, 2, 3, 4], [0x80, 0, 0, 1]]
    let text = "masked with each byte of the key, more than once"
    return keys.map { key in
      var bytes: [UInt8] = [0x81, 0x80 | UInt8(text.utf8.count)] + key
      for (place, byte) in text.utf8.enumerated() { bytes.append(byte ^ key[place % 4]) }
      return .sound("a key of \(key)", bytes, [.text(text)])
    }
  }()

  /// 5.2: no extension was agreed on.
  private static let reservedBits: [WireCase] = (UInt8(1)...7).flatMap { bits -> [WireCase] in
    let kinds: [(UInt8, String)] = [(1, "text"), (0, "continuation"), (8, "close"), (9, "ping"), (10, "pong")]
    return kinds.map { opcode, kind -> WireCase in
      var bytes = frame(opcode, opcode == 8 ? [3, 0xE8] : [97])
      bytes[0] |= bits << 4
      let name = "reserved bits \(bits) in a \(kind)"
      if opcode == 0 { return .broken(name, frame(1, [97], isFinal: false) + bytes, 1002) }
      return .broken(name, RawClient.text("ok") + bytes, 1002, after: [.text("ok")])
    }
  }

  /// 5.2: data and control opcodes that mean nothing; and binary, which this server doesn't speak.
  private static let opcodes: [WireCase] =
    unknownOpcodes + [
      .broken("binary, empty", frame(2), 1003), .broken("binary", frame(2, [0, 1, 2, 0xFF]), 1003),
      .broken("binary in fragments", frame(2, [1], isFinal: false) + frame(0, [2]), 1003),
      .broken("binary inside a message", frame(1, [97], isFinal: false) + frame(2, [1]), 1003),
    ]

  private static let unknownOpcodes: [WireCase] = {
    let codes: [UInt8] = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]
    return codes.flatMap { code -> [WireCase] in
      [
        .broken("opcode \(code), empty", frame(code), 1002),
        .broken("opcode \(code), with a payload", frame(code, [97, 98, 99]), 1002),
        .broken("opcode \(code) behind a text", RawClient.text("ok") + frame(code), 1002, after: [.text("ok")]),
        .broken("opcode \(code) inside a message", frame(1, [97], isFinal: false) + frame(code), 1002),
      ]
    }
  }()

  /// RFC 6455, 5.5: control frames are short and whole.
  private static let controlFrames: [WireCase] = [
    .sound("a ping without a payload", frame(9), [.pong([])]),
    .sound("a ping with a text", frame(9, Array("hello".utf8)), [.pong(Array("hello".utf8))]),
    .sound("a ping with bytes that are no text", frame(9, [0, 0xFF, 0xFE, 0x80]), [.pong([0, 0xFF, 0xFE, 0x80])]),
    .sound(
      "a ping of 125 bytes", frame(9, [UInt8](repeating: 0xFE, count: 125)),
      [.pong([UInt8](repeating: 0xFE, count: 125))]),
    .broken("a ping of 126 bytes", frame(9, [UInt8](repeating: 97, count: 126)), 1002),
    .broken("a pong of 126 bytes", frame(10, [UInt8](repeating: 97, count: 126)), 1002),
    .broken("a close of 126 bytes", frame(8, [3, 0xE8] + [UInt8](repeating: 97, count: 124)), 1002),
    .sound("a pong that nobody asked for", frame(10), []),
    .sound("such a pong with a payload, then a ping", frame(10, [1, 2]) + frame(9, [3]), [.pong([3])]),
    .sound("ten pings", ten.flatMap { frame(9, [$0]) }, ten.map { .pong([$0]) }),
    .broken("a ping in fragments", frame(9, [1], isFinal: false) + frame(0, [2]), 1002),
    .broken("a pong in fragments", frame(10, [1], isFinal: false) + frame(0, [2]), 1002),
    .broken("a close in fragments", frame(8, [3], isFinal: false) + frame(0, [0xE8]), 1002),
  ]

  private static let pongsBetween: [UInt8] =
    [
      frame(1, [97], isFinal: false), frame(10), frame(0, [98], isFinal: false), frame(10, [7]), frame(0, [99]),
    ].flatMap { $0 }

  private static let ten: [UInt8] = Array(0..<10)

  /// RFC 6455, 5.4: fragments of one message don't mix with another's, control frames may come between.
  private static let fragmentation: [WireCase] = [
    .sound("two fragments", frame(1, [97], isFinal: false) + frame(0, [98]), [.text("ab")]),
    .sound(
      "a ping between two fragments", frame(1, [97], isFinal: false) + frame(9, [1]) + frame(0, [98]),
      [.pong([1]), .text("ab")]),
    .sound(
      "pongs between fragments", pongsBetween, [.text("abc")]),
    .sound(
      "three empty fragments", frame(1, isFinal: false) + frame(0, isFinal: false) + frame(0), [.text("")]),
    .sound(
      "an empty first and last fragment", frame(1, isFinal: false) + frame(0, [97], isFinal: false) + frame(0),
      [.text("a")]),
    .sound(
      "a text byte by byte", fragments(Array("fragment by fragment".utf8), by: 1), [.text("fragment by fragment")]),
    .sound(
      "two fragmented messages", fragments(Array("first".utf8), by: 2) + fragments(Array("second".utf8), by: 3),
      [.text("first"), .text("second")]),
    .broken("a continuation of nothing", frame(0, [97]), 1002),
    .broken("a first continuation of nothing", frame(0, [97], isFinal: false), 1002),
    .broken(
      "a continuation behind a whole message", RawClient.text("ok") + frame(0, [97]), 1002, after: [.text("ok")]),
    .broken(
      "a continuation behind a fragmented message", fragments([97, 98], by: 1) + frame(0, [99]), 1002,
      after: [.text("ab")]),
    .broken("a text inside a message", frame(1, [97], isFinal: false) + frame(1, [98]), 1002),
    .broken("a fragment inside a message", frame(1, [97], isFinal: false) + frame(1, [98], isFinal: false), 1002),
    .sound(
      "a close between two fragments", frame(1, [97], isFinal: false), []),
  ]

  /// 8.1, and table 3-7 of the Unicode Standard.
  private static let text: [WireCase] = soundTexts + brokenTexts + halfCharacters

  private static let soundTexts: [WireCase] = {
    let scalars: [UInt32] = [
      0x00, 0x48, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFDD0, 0xFFFD, 0xFFFF, 0x10000, 0x1FFFE, 0x10FFFF,
    ]
    let texts = ["Hello-µ@ßöäüàá-UTF-8!!", "κόσμε", "𐍈😀"] + scalars.compactMap { Unicode.Scalar($0) }.map { "a\($0)b" }
    return texts.flatMap { text -> [WireCase] in
      let bytes = Array(text.utf8)
      let shown = text.unicodeScalars.prefix(3).map { String($0.value, radix: 16) }.joined(separator: " ")
      var withPongs: [UInt8] = []
      for (place, byte) in bytes.enumerated() {
        withPongs += frame(place == 0 ? 1 : 0, [byte], isFinal: place == bytes.count - 1) + frame(10)
      }
      return [
        .sound("the characters \(shown), whole", frame(1, bytes), [.text(text)]),
        .sound("the characters \(shown), byte by byte", fragments(bytes, by: 1), [.text(text)]),
        .sound("the characters \(shown), with pongs between the bytes", withPongs, [.text(text)]),
      ]
    }
  }()

  private static let brokenTexts: [WireCase] = {
    let texts: [(String, [UInt8])] = [
      ("a stray continuation byte", [0x80]), ("another", [0xBF]), ("two", [0x80, 0xBF]),
      ("a lone first byte of two", [0xC2, 0x20]), ("a lone first byte of three", [0xE1, 0x20]),
      ("a lone first byte of four", [0xF1, 0x20]), ("two of three bytes", [0xE1, 0x80, 0x20]),
      ("three of four bytes", [0xF1, 0x80, 0x80, 0x20]), ("an overlong slash in two bytes", [0xC0, 0xAF]),
      ("an overlong slash in three", [0xE0, 0x80, 0xAF]), ("an overlong slash in four", [0xF0, 0x80, 0x80, 0xAF]),
      ("an overlong slash in five", [0xF8, 0x80, 0x80, 0x80, 0xAF]),
      ("an overlong slash in six", [0xFC, 0x80, 0x80, 0x80, 0x80, 0xAF]), ("an overlong NUL", [0xC0, 0x80]),
      ("the largest overlong of two", [0xC1, 0xBF]), ("the largest overlong of three", [0xE0, 0x9F, 0xBF]),
      ("the largest overlong of four", [0xF0, 0x8F, 0xBF, 0xBF]), ("the first surrogate", [0xED, 0xA0, 0x80]),
      ("the last surrogate", [0xED, 0xBF, 0xBF]), ("a pair of surrogates", [0xED, 0xA0, 0x80, 0xED, 0xB0, 0x80]),
      ("above the last character", [0xF4, 0x90, 0x80, 0x80]), ("five bytes", [0xF8, 0x88, 0x80, 0x80, 0x80]),
      ("FE", [0xFE]), ("FF", [0xFF]), ("FE FE FF FF", [0xFE, 0xFE, 0xFF, 0xFF]),
      ("a sound text, then a broken one", [0x61, 0xC3, 0xA4, 0xED, 0xA0, 0x80, 0x61]),
    ]
    return texts.flatMap { name, bytes -> [WireCase] in
      [
        .broken("no UTF-8: \(name)", frame(1, bytes), 1007),
        .broken("no UTF-8, byte by byte: \(name)", fragments(bytes + [0x41], by: 1), 1007),
        .broken("no UTF-8, in a message that isn't ended: \(name)", frame(1, bytes + [0x41], isFinal: false), 1007),
      ]
    }
  }()

  private static let halfCharacters: [WireCase] = {
    let halves: [[UInt8]] = [[0xC3], [0xE2], [0xE2, 0x82], [0xF0], [0xF0, 0x9F], [0xF0, 0x9F, 0x98]]
    return halves.flatMap { half -> [WireCase] in
      let start = frame(1, [97], isFinal: false)
      return [
        .broken("a message that ends within a character: \(half)", frame(1, half), 1007),
        .broken("a last fragment that ends within a character: \(half)", start + frame(0, half), 1007),
      ]
    }
  }()

  /// RFC 6455, 5.5.1 and 7.1: a close is answered by a close.
  private static let closing: [WireCase] = [
    WireCase(name: "a close without a code", bytes: RawClient.close(nil), expected: [.close(nil)]),
    .broken("a close of one byte", frame(8, [3]), 1002),
    .sound("a text, then a close", RawClient.text("last"), [.text("last")]),
    WireCase(
      name: "nothing is answered behind a close",
      bytes: RawClient.close(1000) + frame(9, [1]) + RawClient.text("too late") + RawClient.close(1001),
      expected: [.close(1000)]),
    WireCase(
      name: "a fragment, a close, and the rest of the message",
      bytes: frame(1, [97], isFinal: false) + RawClient.close(1000) + frame(0, [98]), expected: [.close(1000)]),
    WireCase(
      name: "a reason of 123 bytes", bytes: RawClient.close(1000, String(repeating: "r", count: 123)),
      expected: [.close(1000)]),
    .broken("a reason that is no UTF-8", frame(8, [3, 0xE8, 0xCE, 0xBA, 0xE1, 0xBD]), 1007),
    .broken("a reason with a surrogate", frame(8, [3, 0xE8, 0xED, 0xA0, 0x80]), 1007),
  ]

  /// RFC 6455, 7.4: which codes may be sent.
  private static let closeCodes: [WireCase] = {
    let sound: [UInt16] = [
      1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
    ]
    let broken: [UInt16] = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535]
    let answered = sound.flatMap { code -> [WireCase] in
      [
        WireCase(name: "code \(code)", bytes: RawClient.close(code), expected: [.close(code)]),
        WireCase(name: "code \(code) with a reason", bytes: RawClient.close(code, "grüße"), expected: [.close(code)]),
      ]
    }
    return answered + broken.map { .broken("code \($0), which must not be sent", RawClient.close($0), 1002) }
  }()
}
