import BanyanJSON
import Testing

@Suite struct JSONTextTests {
  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test func writesEachKindOfMember() throws {
    let document = try JSONDocument(parsing: #"{"deep":[1,0.30000000000000004]}"#)
    let bytes = JSONText.object { writer in
      writer.set("string", "a\"b")
      writer.set("empty", "")
      writer.set("int", 1)
      writer.set("int64", Int64.min)
      writer.set("uint32", UInt32.max)
      writer.set("double", 0.5)
      writer.set("bool", true)
      writer.set("json", ["x": nil] as JSON)
      writer.setNull("null")
      writer.set("ifPresent", ifPresent: "yes")
      writer.set("ifAbsent", ifPresent: nil as String?)
      writer.set("intPresent", ifPresent: 3 as Int64?)
      writer.set(dynamicKey: "dy" + "namic", 2)
      writer.object("object") { $0.set("inner", "x") }
      writer.array("array") { list in
        list.append("s")
        list.append(1)
        list.append(Int64(2))
        list.append(UInt32(3))
        list.append(2.5)
        list.append(false)
        list.append(nil as String?)
        list.append(["k": 1] as JSON)
        list.object { $0.set("a", 1) }
        list.array { $0.appendNull() }
      }
      writer.set("node", document.root)
    }
    #expect(
      text(bytes)
        == #"{"string":"a\"b","empty":"","int":1,"int64":-9223372036854775808,"uint32":4294967295,"double":0.5,"#
        + #""bool":true,"json":{"x":null},"null":null,"ifPresent":"yes","intPresent":3,"dynamic":2,"#
        + #""object":{"inner":"x"},"array":["s",1,2,3,2.5,false,null,{"k":1},{"a":1},[null]],"#
        + #""node":{"deep":[1,0.30000000000000004]}}"#)
  }

  @Test func exactRealsAreSeenAtEveryDepth() throws {
    let exact = 0.1 + 0.2
    let bytes = JSONText.object { writer in
      writer.array("list") { $0.object { $0.set("real", exact) } }
    }
    #expect(try JSON(parsing: bytes)["list"]?[0]?["real"]?.double == exact)
  }

  @Test func writersAndValuesAreWrittenTheSame() throws {
    let scalars = (0..<0x100).compactMap(Unicode.Scalar.init).filter { $0.value != 0 } + ["\u{2028}", "\u{1F333}"]
    let values: [JSON] =
      scalars.map { .string("a\($0)b\($0)") }
      + ["", "\"", "\\", 0, 7, -7, 10, .integer(.max), .integer(.min), 0.5, -2.25, 3.0, true, false, nil, [], [:]]
      + [["a": [1, [], ["b": nil]], "c\"\n": ["d": "e"]], .real(.nan), .real(-.infinity)]
    for value in values {
      #expect(text(JSONText.array { $0.append(value) }) == "[\(value.encodedString())]")
    }
    // Before a key, an escape; and what jansson reads of it is the same again.
    let bytes = JSONText.object { $0.set(dynamicKey: "k\u{1}\"", "v") }
    #expect(text(bytes) == #"{"k\u0001\"":"v"}"#)
    #expect(try JSON(parsing: bytes)["k\u{1}\""]?.string == "v")
  }

  @Test func realsAreReadBackTheSame() throws {
    var random = SeededRandom(seed: 7)
    for _ in 0..<2000 {
      let number = Double(bitPattern: random.next())
      guard number.isFinite else { continue }
      let bytes = JSONText.array { $0.append(number) }
      #expect(try JSON(parsing: bytes)[0] == .real(number), "\(number)")
    }
  }

  @Test func linesGatherInOneBuffer() {
    var buffer: [UInt8] = []
    for number in 0..<3 {
      JSONText.array(into: &buffer) { $0.append(number) }
      buffer.append(UInt8(ascii: "\n"))
    }
    #expect(text(buffer) == "[0]\n[1]\n[2]\n")
  }

  @Test func whatAClosureThrowsComesOutAndNothingIsWritten() {
    struct Stop: Error {}
    var buffer: [UInt8] = []
    #expect(throws: Stop.self) {
      try JSONText.object(into: &buffer) { writer throws(Stop) in
        writer.set("a", 1)
        try writer.array("list") { list throws(Stop) in
          list.append(1)
          throw Stop()
        }
      }
    }
    #expect(buffer.isEmpty)
  }

  @Test func aSharedNodeOutlivesItsDocument() throws {
    let bytes = try JSONText.object { writer throws(JSONError) in
      writer.set("node", try JSONDocument(parsing: #"{"a":[1]}"#).root)
    }
    #expect(text(bytes) == #"{"node":{"a":[1]}}"#)
  }
}
