import BanyanJSON
import Testing

/// The reader and jansson take the same texts for lists and find the same values in them.
@Suite struct JSONListReaderTests {
  /// Every element by the way that is meant for it.
  private func walk(_ reader: inout JSONListReader) throws -> JSON {
    var elements: [JSON] = []
    while !reader.isAtEnd {
      switch reader.kind {
      case .null:
        elements.append(try reader.readNull() ? .null : try reader.readNode().value)
      case .bool:
        elements.append(try reader.readBool().map(JSON.bool) ?? reader.readNode().value)
      case .number:
        elements.append(try reader.readInteger().map(JSON.integer) ?? reader.readNode().value)
      case .string:
        elements.append(try reader.readString().map(JSON.string) ?? reader.readNode().value)
      case .array:
        guard var inner = try reader.readList() else { throw Refusal() }
        elements.append(try walk(&inner))
      case .object, nil:
        elements.append(try reader.readNode().value)
      }
    }
    try reader.finish()
    return .array(elements)
  }

  struct Refusal: Error {}

  private func read(_ text: [UInt8]) -> JSON? {
    text.withUnsafeBytes { bytes in
      guard var reader = JSONListReader(bytes) else { return nil }
      return try? walk(&reader)
    }
  }

  private func parsed(_ text: [UInt8]) -> JSON? {
    guard let value = try? JSON(parsing: text), case .array = value else { return nil }
    return value
  }

  @Test(arguments: [
    "[]", " [ ] ", "[1]", "[1,2]", "[ 1 , -2,0 ]", "[null,true,false]", "[\"\",\"a b\",\"\\u00e9\\n\"]",
    "[[],[[1]],{}]",
    "[{\"a\":[1,2]},1.5,1e3,-0,0.0]", "[9223372036854775807,-9223372036854775808]", "[\"é漢😀\"]", "\n[\t1\r,2]\n",
    // None of these are lists.
    "", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1 2]", "[1]]", "[1] x", "[1][2]", "{}", "1", "\"[]\"",
    "[01]", "[-]", "[+1]", "[1.]", "[.5]", "[1e]", "[--1]", "[-01]", "[nul]", "[nulll]", "[truefalse]", "[tru",
    "[\"a]", "[\"a\u{1}\"]", "[\"\\x\"]", "[\"\\u0000\"]", "[9223372036854775808]", "[-9223372036854775809]",
    "[[1}]", "[{]]", "[[1]", "[{\"a\":1,\"a\":2}]", "[1,,2]", "[\"a\"\"b\"]", "[NaN]", "[\u{0}]", "[1\u{0B}]",
  ])
  func asJansson(text: String) {
    #expect(read(Array(text.utf8)) == parsed(Array(text.utf8)), "\(text)")
  }

  @Test func invalidUTF8IsRefused() {
    for bad: [UInt8] in [[0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0x80]] {
      #expect(read(Array("[\"".utf8) + bad + Array("\"]".utf8)) == nil)
    }
  }

  /// Lists at random, and the same with a byte changed, taken out or doubled.
  @Test(arguments: 0..<20 as Range<UInt64>)
  func lists(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var sound = 0
    for _ in 0..<300 {
      var text = JSON.array((0..<Int.random(in: 0...6, using: &random)).map { _ in .random(depth: 3, using: &random) })
        .encoded()
      #expect(read(text) == parsed(text) && read(text) != nil, "seed \(seed): \(String(decoding: text, as: UTF8.self))")
      let place = Int.random(in: text.indices, using: &random)
      switch Int.random(in: 0..<3, using: &random) {
      case 0: text[place] = Array("[]{},:\"\\ 0-1.e\u{1}ntf".utf8).randomElement(using: &random) ?? 0
      case 1: text.remove(at: place)
      default: text.insert(text[place], at: place)
      }
      if read(text) != nil { sound += 1 }
      #expect(read(text) == parsed(text), "seed \(seed): \(String(decoding: text, as: UTF8.self))")
    }
    #expect((1..<300).contains(sound), "some changes leave a list, some don't")
  }

  @Test func whatIsNoneOfThemIsNotTaken() throws {
    try Array("[\"a\",1]".utf8).withUnsafeBytes { bytes in
      var reader = try #require(JSONListReader(bytes))
      #expect(reader.kind == .string)
      #expect(try reader.readInteger() == nil)
      #expect(try reader.readBool() == nil)
      #expect(try reader.readNull() == false)
      #expect(try reader.readList() == nil)
      #expect(try reader.readString { _ in Int?.none } == nil)
      #expect(try reader.readString { $0.count } == 1)
      #expect(reader.kind == .number)
      #expect(try reader.readString() == nil)
      let early = #expect(throws: JSONError.self) { try reader.finish() }
      #expect(early?.byteOffset == 4)
      #expect(try reader.readInteger() == 1)
      #expect(reader.isAtEnd && reader.kind == nil)
      #expect(throws: JSONError.self) { try reader.readInteger() }
      try reader.finish()
    }
  }
}
