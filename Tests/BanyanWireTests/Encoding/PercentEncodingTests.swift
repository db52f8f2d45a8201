import Testing

@testable import BanyanWire

@Suite struct PercentEncodingTests {
  @Test func onlyTheUnreservedStay() {
    #expect(PercentEncoding.encoded("aZ09-._~") == "aZ09-._~")
    #expect(
      PercentEncoding.encoded("{\"a\": [1,\u{1}é+&=/?#%]}")
        == "%7B%22a%22%3A%20%5B1%2C%01%C3%A9%2B%26%3D%2F%3F%23%25%5D%7D")
    #expect(PercentEncoding.query([]) == "")
    #expect(PercentEncoding.query([("a b", "c"), ("d", "")]) == "?a%20b=c&d=")
  }

  @Test func whatIsEncodedIsDecodedAgain() throws(PercentEncoding.Failure) {
    let pairs = [("a b", "1+1"), ("ä", ""), ("x", "50% & more=\u{0}")]
    let read = try PercentEncoding.pairs(ofQuery: PercentEncoding.query(pairs).dropFirst())
    #expect(read.map(\.0) == pairs.map(\.0))
    #expect(read.map(\.1) == pairs.map(\.1))
    for byte in UInt8.min...UInt8.max {
      let text = String(Unicode.Scalar(byte))
      #expect(try PercentEncoding.decoded(PercentEncoding.encoded(text)) == text)
    }
  }

  @Test func queriesAreDecodedAsForms() throws {
    let read = try PercentEncoding.pairs(ofQuery: "a=1+%2b&&=x&d&e=f=g&%c3%A4=")
    #expect(read.map(\.0) == ["a", "", "d", "e", "ä"])
    #expect(read.map(\.1) == ["1 +", "x", "", "f=g", ""])
    for text in ["%", "a%1", "%zz", "%1g"] {
      #expect(throws: PercentEncoding.Failure.noDigits) { try PercentEncoding.decoded(text) }
    }
    #expect(throws: PercentEncoding.Failure.notUTF8) { try PercentEncoding.decoded("%ff") }
  }
}
