import Testing

@testable import BanyanWire

struct Base64Tests {
  /// RFC 4648, section 10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"),
  ])
  func vectors(_ plain: String, _ coded: String) {
    #expect(Base64.text(of: Array(plain.utf8)) == coded)
    #expect(Base64.bytes(of: coded) == Array(plain.utf8))
  }

  @Test func everyByteComesBack() {
    for length in 0..<300 {
      let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ length) }
      #expect(Base64.bytes(of: Base64.text(of: bytes)) == bytes)
    }
  }

  @Test(arguments: ["Z", "Zg", "Zg=", "Z===", "====", "Zm9v====", "Zg==Zg==", "Zm9!", "Zm=v", "Zm9v\n"])
  func nonsenseIsNone(_ text: String) {
    #expect(Base64.bytes(of: text) == nil)
  }
}
