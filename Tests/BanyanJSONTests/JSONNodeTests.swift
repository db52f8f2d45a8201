import BanyanJSON
import Glibc
import Testing

@Suite struct JSONNodeTests {
  @Test func readsEachKindAndNoOther() throws {
    let root = try JSONDocument(
      parsing: #"{"s":"é","i":-5,"r":2.0,"t":true,"f":false,"n":null,"l":[1,"x"],"o":{"k":0}}"#
    ).root
    #expect(root["s"]?.string == "é")
    #expect(root["s"]?.integer == nil)
    #expect(root["i"]?.integer == -5)
    #expect(root["i"]?.double == -5)
    #expect(root["i"]?.string == nil)
    #expect(root["r"]?.integer == nil)
    #expect(root["r"]?.double == 2)
    #expect(root["t"]?.bool == true)
    #expect(root["f"]?.bool == false)
    #expect(root["n"]?.bool == nil)
    #expect(root["n"]?.isNull == true)
    #expect(root["l"]?.isArray == true)
    #expect(root["l"]?[1]?.string == "x")
    #expect(root["l"]?[2] == nil)
    #expect(root["l"]?[-1] == nil)
    #expect(root["l"]?["k"] == nil)
    #expect(root["o"]?.isObject == true)
    #expect(root["o"]?[0] == nil)
    #expect(root["none"] == nil)
    let dynamic = "o"
    #expect(root[dynamic]?["k"]?.integer == 0)
    #expect(root.count == 8)
    #expect(root["l"]?.count == 2)
    #expect(root["s"]?.count == 0)
    #expect(root["s"]?.isString == true)
    #expect(root["s"]?.isString("é") == true)
    #expect(root["s"]?.isString("e") == false)
    #expect(root["i"]?.isString("-5") == false)
    #expect(
      root.members.map(\.value.kindName) == [
        "a string", "an integer", "a real number", "a boolean", "a boolean", "null", "a list", "an object",
      ])
  }

  @Test func goesThroughElementsAndMembersInOrder() throws {
    let root = try JSONDocument(parsing: #"{"z":[3,1,2],"a":{},"m":1}"#).root
    #expect(root.members.map(\.key) == ["z", "a", "m"])
    #expect(root["z"]?.elements.map(\.integer) == [3, 1, 2])
    #expect(root["m"]?.elements.map(\.integer) == [])
    #expect(root["z"]?.members.map(\.key) == [])
    #expect(Array(root.elements).isEmpty)
    struct Stop: Error {}
    var seen: [String] = []
    #expect(throws: Stop.self) {
      try root.forEachMember { key, _ throws(Stop) in
        seen.append(key)
        if key == "a" { throw Stop() }
      }
    }
    #expect(seen == ["z", "a"])
  }

  @Test func aNodeKeepsItsDocumentAlive() throws {
    var nodes: [JSONNode] = []
    for number in 0..<2_000 {
      let document = try JSONDocument(parsing: #"{"list":[{"number":\#(number)}]}"#)
      nodes.append(try #require(document.root["list"]?[0]))
    }
    #expect(nodes.map { $0["number"]?.integer } == (0..<2_000).map { Int64($0) })
  }

  @Test(arguments: 0..<10 as Range<UInt64>)
  func theValueIsTheSameAsReadDirectly(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let value = JSON.random(depth: 4, using: &random)
    #expect(try JSONDocument(parsing: value.encoded()).root.value == value)
  }

  @Test func memoryReturnsToWhereItWas() throws {
    let text = JSON.array((0..<200).map { ["key": .string("value \($0)"), "list": [1, 2.5, nil, true]] }).encoded()
    func round() throws {
      for _ in 0..<50 {
        let document = try JSONDocument(parsing: text)
        var copy: [UInt8] = []
        JSONText.array(into: &copy) { list in
          for element in document.root.elements { list.append(element) }
          list.object { $0.set("again", document.root) }
        }
        _ = document.root.value
        _ = try? JSONDocument(parsing: Array(text.dropLast()))
      }
    }
    try round()
    let before = residentBytes()
    for _ in 0..<20 { try round() }
    // Rounds that leaked their trees would keep some 200 MB; other tests run beside this one.
    #expect(residentBytes() - before < 48 << 20)
  }

  private func residentBytes() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, 128, file) != nil else { return 0 }
    let numbers = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }.split(separator: UInt8(ascii: " "))
      .compactMap { Int(String(decoding: $0, as: UTF8.self)) }
    return numbers.count > 1 ? numbers[1] * Int(getpagesize()) : 0
  }
}
