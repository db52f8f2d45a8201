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

  @Test(arguments: [Base64.Alphabet.standard, .url]) func `Bytes come back, and have one spelling`(
    alphabet: Base64.Alphabet
  ) {
    for count in 0..<40 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 251) }
      #expect(Base64.bytes(of: Base64.text(of: bytes, alphabet), alphabet) == bytes)
    }
    #expect(Base64.text(of: [0xFB, 0xFF], .url) == "-_8")
    #expect(Base64.text(of: [0xFB, 0xFF]) == "+/8=")
    for text in ["-_9", "A", "AA=", "A+", "A/", "AAAAA", "é"] {
      #expect(Base64.bytes(of: text, .url) == nil, "\(text)")
    }
    for text in ["A", "AA", "AAA", "AA=A", "=", "====", "A===", "AB==", "-_8=", "AAAA\n"] {
      #expect(Base64.bytes(of: text) == nil, "\(text)")
    }
  }
}
