import BanyanJSON
import Testing

@Suite struct JSONCodingTests {
  @Test(arguments: 0..<20 as Range<UInt64>)
  func whatIsWrittenIsReadBackTheSame(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    for _ in 0..<100 {
      let value = JSON.random(depth: 4, using: &random)
      #expect(try JSON(parsing: value.encoded()) == value, "seed \(seed)")
      #expect(try JSON(parsing: value.encodedString(pretty: true, sortedKeys: true)) == value, "seed \(seed)")
    }
  }

  /// Whatever the bytes: an answer or an error, and what is accepted is UTF-8 that reads back.
  @Test(arguments: 100..<120 as Range<UInt64>)
  func damagedBytesNeverCrash(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    for _ in 0..<300 {
      var bytes = JSON.random(depth: 3, using: &random).encoded()
      for _ in 0..<Int.random(in: 1..<4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1 where bytes.count > 1: bytes.remove(at: place)
        default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
        }
      }
      do {
        let value = try JSON(parsing: bytes)
        #expect(try JSON(parsing: value.encoded()) == value, "seed \(seed)")
      } catch let error {
        #expect(error.byteOffset >= 0 && error.byteOffset <= bytes.count, "seed \(seed)")
        #expect(!error.description.isEmpty)
      }
    }
  }

  @Test func writesOnOneLineInOrderAndPrettyOnRequest() {
    let value: JSON = ["b": [1, 2.5], "a": nil]
    #expect(value.encodedString() == #"{"b":[1,2.5],"a":null}"#)
    #expect(value.encodedString(sortedKeys: true) == #"{"a":null,"b":[1,2.5]}"#)
    #expect(value.encodedString(pretty: true) == "{\n  \"b\": [\n    1,\n    2.5\n  ],\n  \"a\": null\n}")
  }

  @Test func appendsToWhatIsThere() {
    var buffer = Array("x=".utf8)
    JSON.integer(5).encode(into: &buffer)
    #expect(String(decoding: buffer, as: UTF8.self) == "x=5")
  }

  @Test func realsArePlainWhereTheyCanBeAndExactWhereTheyMust() throws {
    #expect(JSON.real(0.1).encodedString() == "0.1")
    #expect(JSON.real(12.5).encodedString() == "12.5")
    #expect(JSON.real(3).encodedString() == "3.0")
    #expect(JSON.real(-0.0).encodedString() == "-0.0")
    for exact in [0.1 + 0.2, .pi, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 1.0.nextUp, 9_007_199_254_740_994] {
      #expect(try JSON(parsing: JSON.real(exact).encoded()) == .real(exact))
      #expect(try JSON(parsing: JSON.array([0.1, .real(exact)]).encoded()) == [0.1, .real(exact)])
    }
  }

  @Test func whatIsNoNumberIsWrittenAsAStringAndNeverAsNull() {
    #expect(
      JSON.array([.real(.nan), .real(.infinity), .real(-.infinity)]).encodedString()
        == #"["NaN","Infinity","-Infinity"]"#)
  }

  @Test func integersUpTo64Bits() throws {
    #expect(try JSON(parsing: "[9223372036854775807,-9223372036854775808]") == [.integer(.max), .integer(.min)])
  }

  @Test func longTextsOutgrowTheLentMemory() throws {
    for length in [0, 1, 2040, 2046, 2047, 2048, 2049, 100_000] {
      let text = String(repeating: "ä", count: length / 2)
      #expect(try JSON(parsing: JSON.string(text).encoded()).string == text)
    }
  }

  @Test(arguments: [
    ("", JSONError.Kind.syntax), ("  ", .syntax), ("{", .syntax), ("[1,]", .syntax), ("{'a':1}", .syntax),
    ("1 2", .syntax),
    ("nul", .syntax), ("[01]", .syntax), ("\u{FEFF}1", .syntax), ("\"a\nb\"", .syntax),
    (#"{"a":1,"b":{"c":1,"c":2}}"#, .duplicateKey), (#"{"a":1,"\u0061":1}"#, .duplicateKey),
    ("9223372036854775808", .number), ("-9223372036854775809", .number), ("1e999", .number),
    (#""\u0000""#, .nullCharacter), (#"{"a\u0000b":1}"#, .nullCharacter), (#""\ud800""#, .syntax),
  ])
  func refuses(text: String, kind: JSONError.Kind) {
    let error = #expect(throws: JSONError.self) { try JSON(parsing: text) }
    #expect(error?.kind == kind, "\(text): \(error.map(String.init(describing:)) ?? "accepted")")
  }

  @Test(
    arguments: [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xE2, 0x82]]
      as [[UInt8]])
  func refusesWhatIsNotUTF8(bytes: [UInt8]) {
    let error = #expect(throws: JSONError.self) { try JSON(parsing: bytes) }
    #expect(error?.kind == .encoding)
  }

  @Test func errorsNameThePlace() {
    let error = #expect(throws: JSONError.self) { try JSON(parsing: "{\n  \"a\": 1,\n  \"é\": x\n}") }
    #expect(error?.line == 3)
    #expect(error?.description.contains("line 3, column") == true)
  }
}
