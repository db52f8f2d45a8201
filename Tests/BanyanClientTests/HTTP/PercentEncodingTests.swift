import Testing

@testable import BanyanClient

@Suite struct PercentEncodingTests {
  @Test func onlyTheUnreservedStay() {
    #expect(PercentEncoding.encoded("aZ09-._~") == "aZ09-._~")
    #expect(
      PercentEncoding.encoded("{\"a\": [1,\u{1}é+&=/?#%]}")
        == "%7B%22a%22%3A%20%5B1%2C%01%C3%A9%2B%26%3D%2F%3F%23%25%5D%7D")
    #expect(PercentEncoding.query([]) == "")
    #expect(PercentEncoding.query([("a b", "c"), ("d", "")]) == "?a%20b=c&d=")
  }
}
