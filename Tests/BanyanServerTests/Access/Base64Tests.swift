import Testing

@testable import BanyanServer

@Suite struct Base64Tests {
  @Test(arguments: [Base64.Alphabet.standard, .url]) func `Bytes come back, and have one spelling`(
    alphabet: Base64.Alphabet
  ) {
    for count in 0..<40 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 251) }
      #expect(Base64.decode(Base64.encode(bytes, alphabet), alphabet) == bytes)
    }
    #expect(Base64.encode([0xFB, 0xFF], .url) == "-_8")
    #expect(Base64.encode([0xFB, 0xFF]) == "+/8=")
    for text in ["-_9", "A", "AA=", "A+", "A/", "AAAAA", "é"] { #expect(Base64.decode(text, .url) == nil, "\(text)") }
    for text in ["A", "AA", "AAA", "AA=A", "=", "====", "A===", "AB==", "-_8=", "AAAA\n"] {
      #expect(Base64.decode(text) == nil, "\(text)")
    }
  }

  @Test func `A fresh token is 32 random bytes`() {
    let tokens = (0..<100).map { _ in TokenDigest.fresh() }
    #expect(Set(tokens).count == 100)
    #expect(tokens.allSatisfy { Base64.decode($0, .url)?.count == 32 })
    #expect(TokenDigest.hash("abc").prefix(4).elementsEqual([0xBA, 0x78, 0x16, 0xBF]))
  }
}
