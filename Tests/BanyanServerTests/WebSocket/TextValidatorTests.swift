import Testing

@testable import BanyanServer

@Suite struct TextValidatorTests {
  static func isText(_ bytes: [UInt8]) -> Bool {
    var validator = TextValidator()
    return bytes.withUnsafeBytes { validator.accepts($0) } && validator.isComplete
  }

  @Test func `It agrees with the standard library on every sequence of two bytes and many longer ones`() {
    for first in UInt8.min...UInt8.max {
      for second in UInt8.min...UInt8.max {
        let bytes = [first, second]
        #expect(Self.isText(bytes) == (String(validating: bytes, as: UTF8.self) != nil), "\(bytes)")
      }
    }
    var random = SystemRandomNumberGenerator()
    let interesting: [UInt8] = [
      0x41, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC2, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF1, 0xF4,
    ]
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 1...5, using: &random)).map { _ in interesting.randomElement(using: &random) ?? 0
      }
      #expect(Self.isText(bytes) == (String(validating: bytes, as: UTF8.self) != nil), "\(bytes)")
    }
  }

  @Test func `A text may be cut anywhere`() {
    let bytes = Array("plain, ä, €, 😀, and a long tail of plain text".utf8)
    for cut in 0...bytes.count {
      var validator = TextValidator()
      #expect(bytes[..<cut].withUnsafeBytes { validator.accepts($0) })
      #expect(bytes[cut...].withUnsafeBytes { validator.accepts($0) })
      #expect(validator.isComplete)
    }
  }
}
