import Testing

@testable import BanyanJSON

@Suite struct JSONMemberTests {
  private func found(_ text: String) -> String? {
    let bytes = Array(text.utf8)
    return bytes.withUnsafeBytes { bytes in
      JSONMember.scalar("id", in: bytes).map { String(decoding: bytes[$0], as: UTF8.self) }
    }
  }

  @Test(
    arguments: [
      (#"{"id": 7}"#, "7"), (#" {"id":"a\"b" , "x":1}"#, #""a\"b""#), (#"{"x":{"id":1},"id":-1.5e3}"#, "-1.5e3"),
      (#"{"x":["id",{"id":2}],"y":"id","id":3,"z":[]}"#, "3"), (#"{"id":4,"a":1,"a":2}"#, "4"),
      (#"{"id":99999999999999999999999}"#, "99999999999999999999999"), (#"{"id":5,"x":}"#, "5"),
      (#"{"id":6,"x":"\u0000"}"#, "6"), (#"{"x":"{\"id\":9}","id":8}"#, "8"), (#"{"id":1"#, nil),
      (#"{"id":1,"id":2}"#, nil), (#"{"id":null}"#, nil), (#"{"id":[1]}"#, nil), (#"{"ids":1}"#, nil),
      (#"[{"id":1}]"#, nil), ("", nil), ("{", nil), (#"{"id""#, nil), (#"{"id":"#, nil), (#"{"id":"a"#, nil),
      (#"{"x" "id":1}"#, nil), (#"{"x":{"y":1,"id":1}"#, nil),
    ] as [(String, String?)])
  func aScalarMemberIsFoundAtTheTopAlone(text: String, value: String?) {
    #expect(found(text) == value, "\(text)")
  }

  /// Whatever comes, it ends and stays inside.
  @Test func noiseIsNoTrouble() {
    var random = SeededRandom(seed: 5)
    let marks = Array(#"{}[]:,"\ id019e-n"#.utf8)
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 0...24, using: &random)).map { _ in
        marks[Int.random(in: 0..<marks.count, using: &random)]
      }
      let range = bytes.withUnsafeBytes { JSONMember.scalar("id", in: $0) }
      if let range { #expect(range.lowerBound >= 0 && range.upperBound <= bytes.count && !range.isEmpty) }
    }
  }

  /// Of what the parser takes it says what the parser says.
  @Test func itAgreesWithTheParser() throws {
    for text in [#"{"a":[1,{"id":2}],"id":3}"#, #"{"id":"x","b":"]}"}"#, "{\"b\" : { } ,\n\"id\" :\t1.25}"] {
      let parsed = try #require(try JSON(parsing: text)["id"])
      let raw = try #require(found(text))
      #expect(try JSON(parsing: raw) == parsed)
    }
  }
}

@Suite struct JSONNumeralTests {
  @Test(arguments: [
    ("0", true), ("-0", true), ("12", true), ("1.50", true), ("1e400", true), ("-1.5E-3", true), ("1E+2", true),
    ("99999999999999999999999999", true), ("", false), ("-", false), ("01", false), ("+1", false), ("1.", false),
    (".5", false), ("1e", false), ("1e+", false), ("0x1", false), ("1 ", false), ("NaN", false), ("1,2", false),
    ("٣", false),
  ])
  func itIsANumberOfJSONs(text: String, isOne: Bool) {
    #expect((JSONNumeral(text)?.text == text) == isOne, "\(text)")
  }

  @Test func itIsWrittenAsItStands() throws {
    let numeral = try #require(JSONNumeral("123456789012345678901234567890"))
    let text = JSONText.object {
      $0.set("a", numeral)
      $0.set("b", 1)
    }
    #expect(String(decoding: text, as: UTF8.self) == #"{"a":123456789012345678901234567890,"b":1}"#)
  }
}
