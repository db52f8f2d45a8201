import Testing

@testable import banyan

@Suite struct TaskLogTests {
  private func tail(_ lines: Int, of text: String) -> String? {
    let bytes = Array(text.utf8)
    return TaskLog.start(ofLast: lines, in: bytes).map { String(decoding: bytes[$0...], as: UTF8.self) }
  }

  @Test func theLastLinesWithAndWithoutAnEnd() {
    #expect(tail(1, of: "a\nb\nc\n") == "c\n")
    #expect(tail(2, of: "a\nb\nc\n") == "b\nc\n")
    #expect(tail(1, of: "a\nb\nc") == "c")
    #expect(tail(1, of: "a\n\n") == "\n")
  }

  @Test func wherePerhapsMoreStandsBeforeNobodyKnows() {
    #expect(tail(3, of: "a\nb\nc\n") == nil)
    #expect(tail(1, of: "abc") == nil)
    #expect(tail(1, of: "") == nil)
  }
}
