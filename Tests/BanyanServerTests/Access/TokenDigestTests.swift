import BanyanWire
import Testing

@testable import BanyanServer

@Suite struct TokenDigestTests {
  @Test func `A fresh token is 32 random bytes`() {
    let tokens = (0..<100).map { _ in TokenDigest.fresh() }
    #expect(Set(tokens).count == 100)
    #expect(tokens.allSatisfy { Base64.bytes(of: $0, .url)?.count == 32 })
    #expect(TokenDigest.hash("abc").prefix(4).elementsEqual([0xBA, 0x78, 0x16, 0xBF]))
  }
}
