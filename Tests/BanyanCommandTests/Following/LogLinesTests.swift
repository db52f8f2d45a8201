import Testing

@testable import banyan

@Suite struct LogLinesTests {
  private func segment(_ text: String, _ stream: Int = 0, at time: Int64? = nil) -> LogWeave.Segment {
    LogWeave.Segment(stream: stream, time: time, bytes: Array(text.utf8)[...])
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test func everyLineHasItOnceHoweverTheBytesCome() {
    for size in 1...9 {
      var lines = LogLines(prefix: "7: ")
      var shown: [UInt8] = []
      let bytes = Array("ab\n\nc\r\nd".utf8)
      for start in stride(from: 0, to: bytes.count, by: size) {
        shown += lines.add(
          LogWeave.Segment(stream: 0, time: nil, bytes: bytes[start..<min(start + size, bytes.count)]))
      }
      shown += lines.end()
      #expect(text(shown) == "7: ab\n7: \n7: c\r\n7: d\n")
      #expect(lines.end().isEmpty)
    }
  }

  @Test func linesOfTwoStreamsAreNeverMixed() {
    var lines = LogLines(prefix: "7: ")
    var shown = lines.add(segment("half "))
    shown += lines.add(segment("trouble\n", 1))
    shown += lines.add(segment("line\n"))
    #expect(text(shown) == "7: trouble\n7: half line\n")
  }

  @Test func withNothingInFrontTheBytesComeAsTheyAre() {
    var lines = LogLines()
    #expect(text(lines.add(segment("half "))) == "half ")
    #expect(text(lines.add(segment("x\n", 1))) == "x\n")
    #expect(lines.end().isEmpty)
  }

  @Test func aLineHasTheTimeAtWhichItBegan() {
    var lines = LogLines(showsTimes: true)
    var shown = lines.add(segment("a", at: 0))
    shown += lines.add(segment("b\n", at: 5000))
    #expect(text(shown) == "\(LocalTime.text(0)) ab\n")
    #expect(text(lines.add(segment("c\n"))) == "- c\n")
  }

  @Test func aLineWithoutAnEndDoesNotFillTheMemory() {
    var lines = LogLines(prefix: "7: ")
    var count = 0
    for _ in 0..<5 { count += lines.add(segment(String(repeating: "x", count: 1 << 19))).count }
    #expect(count >= 2 << 20)
  }
}
