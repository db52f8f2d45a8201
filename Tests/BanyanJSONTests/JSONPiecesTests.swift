import Testing

@testable import BanyanJSON

@Suite struct JSONPiecesTests {
  private func pieces(_ text: String, of name: String = "_items") -> [String]? {
    let bytes = Array(text.utf8)
    return JSONPieces(of: name, in: bytes)?.elements.map { String(decoding: bytes[$0], as: UTF8.self) }
  }

  @Test func elementsAreCutWhereTheyEnd() {
    #expect(pieces(#"{"_items":[]}"#) == [])
    #expect(
      pieces(#" { "a" : {"_items":[1]} , "_items" : [ {"x":"]}\"[,"} , [1,[2]], "a,b" ,3 ,null ] }"#) == [
        #"{"x":"]}\"[,"}"#, "[1,[2]]", #""a,b""#, "3", "null",
      ])
  }

  @Test func whatIsCutOffOrNotThereIsNil() {
    let text = #"{"a":1,"_items":[{"b":"c"},{"d":[1]}],"e":2}"#
    let end = text.utf8.count - #","e":2}"#.utf8.count
    for length in 0..<end { #expect(pieces(String(text.prefix(length))) == nil, "\(text.prefix(length))") }
    #expect(pieces(text)?.count == 2)
    for other in [
      "[]", "{}", #"{"_items":3}"#, #"{"items":[]}"#, #"{"_items":[1 2]}"#, #"{"_items":[,]}"#, "", "\u{0}",
    ] {
      #expect(pieces(other) == nil, "\(other)")
    }
  }

  /// The law: cut apart and parsed is what the whole, parsed, holds.
  @Test(arguments: 0..<40)
  func piecesAreWhatAParserFinds(seed: Int) throws {
    var random = Generator(state: UInt64(seed) &+ 1)
    let items = (0..<Int(random.next() % 6)).map { _ in JSON.random(depth: 3, &random) }
    let document: JSON = ["first": JSON.random(depth: 2, &random), "_items": .array(items), "last": [1, "x"]]
    let bytes = document.encoded(pretty: seed.isMultiple(of: 2))
    let pieces = try #require(JSONPieces(of: "_items", in: bytes))
    #expect(pieces.elements.count == items.count)
    for (range, item) in zip(pieces.elements, items) {
      let wrapped = [UInt8(ascii: "[")] + bytes[range] + [UInt8(ascii: "]")]
      #expect(try JSON(parsing: wrapped)[0] == item)
    }
    #expect(try JSON(parsing: Array(bytes[pieces.list])) == .array(items))
  }

  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 11
    }
  }
}

extension JSON {
  fileprivate static func random(depth: Int, _ random: inout some RandomNumberGenerator) -> JSON {
    switch Int.random(in: 0..<(depth > 0 ? 6 : 4), using: &random) {
    case 0: return .integer(Int64.random(in: -100...100, using: &random))
    case 1: return .string(["", "a\"b", "]}", "\\", "ä\n,"].randomElement(using: &random) ?? "")
    case 2: return .bool(Bool.random(using: &random))
    case 3: return .null
    case 4: return .array((0..<Int.random(in: 0..<4, using: &random)).map { _ in .random(depth: depth - 1, &random) })
    default:
      var object: JSONObject = [:]
      for name in ["x", "y\"", "{"] where Bool.random(using: &random) {
        object[name] = .random(depth: depth - 1, &random)
      }
      return .object(object)
    }
  }
}
