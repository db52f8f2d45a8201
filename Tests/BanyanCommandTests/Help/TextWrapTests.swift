import Testing

@testable import banyan

@Suite struct TextWrapTests {
  @Test func noLineIsWiderAndNoWordIsLost() {
    let text = "What others use of memory and GPUs is measured and lowers the offer."
    for width in 8...80 {
      let lines = TextWrap.lines(text, width: width)
      #expect(lines.allSatisfy { $0.count <= width || !$0.contains(" ") })
      #expect(lines.joined(separator: " ") == text)
    }
  }

  @Test func indentedLinesStay() {
    #expect(TextWrap.lines("a b\n  c    d", width: 3) == ["a b", "  c    d"])
  }

  @Test func aLabelThatIsTooLongStandsAboveItsText() {
    #expect(TextWrap.row("--a", "b c", column: 8, width: 20) == ["  --a   b c"])
    #expect(TextWrap.row("--abcdef", "b c", column: 8, width: 20) == ["  --abcdef", "        b c"])
    let row = TextWrap.row("--a", "b c d e f g h", column: 8, width: 14)
    #expect(row == ["  --a   b c d", "        e f g", "        h"])
  }
}
