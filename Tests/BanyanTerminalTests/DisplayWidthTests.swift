import Testing

@testable import BanyanTerminal

@Suite struct DisplayWidthTests {
  @Test(arguments: [
    ("abc", 3), ("é", 1), ("e\u{301}", 1), ("漢字", 4), ("🌳", 2), ("👨‍👩‍👧", 2), ("مرحبا", 5), ("", 0), ("…", 1),
    ("☺\u{FE0F}", 2), ("한", 2),
  ])
  func widths(text: String, columns: Int) { #expect(DisplayWidth.of(text) == columns) }

  @Test func aCutNeverIsWiderThanAskedAndShowsThatItIsOne() {
    for text in ["abcdef", "漢字漢字", "🌳🌳🌳", "a漢b字"] {
      for width in 0...8 {
        let cut = DisplayWidth.cut(text, to: width)
        #expect(DisplayWidth.of(cut) <= width)
        if DisplayWidth.of(text) > width, width > 0 {
          #expect(cut.hasSuffix("…"))
        } else if width >= 8 {
          #expect(cut == text)
        }
      }
    }
  }
}
