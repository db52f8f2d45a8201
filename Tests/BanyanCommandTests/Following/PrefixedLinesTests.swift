import Testing

@testable import banyan

@Suite struct PrefixedLinesTests {
  @Test func everyLineHasItOnceHoweverTheBytesCome() {
    for size in 1...9 {
      var lines = PrefixedLines(prefix: "7: ")
      var shown: [UInt8] = []
      let bytes = Array("ab\n\nc\r\nd".utf8)
      for start in stride(from: 0, to: bytes.count, by: size) {
        shown += lines.add(Array(bytes[start..<min(start + size, bytes.count)]))
      }
      shown += lines.end()
      #expect(String(decoding: shown, as: UTF8.self) == "7: ab\n7: \n7: c\r\n7: d\n")
      #expect(lines.end().isEmpty)
    }
  }
}
