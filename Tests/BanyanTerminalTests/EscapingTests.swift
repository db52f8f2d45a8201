import Testing

@testable import BanyanTerminal

@Suite struct EscapingTests {
  @Test(arguments: [
    ("plain", "plain"), ("é🌳 مرحبا 漢字", "é🌳 مرحبا 漢字"), ("a\tb\nc\rd", "a\\tb\\nc\\rd"),
    ("\u{1B}[31mred", "\\u{1b}[31mred"), ("\u{9B}31m", "\\u{9b}31m"), ("\u{7}\u{7F}\0", "\\u{7}\\u{7f}\\u{0}"),
    ("evil\u{202E}txt", "evil\\u{202e}txt"), ("👨‍👩‍👧", "👨‍👩‍👧"), ("a\u{2028}b", "a\\u{2028}b"),
  ])
  func shown(text: String, expected: String) { #expect(Escaping.shown(text) == expected) }

  @Test func linesStayWhereTheyMay() {
    #expect(Escaping.shown("a\nb\u{1B}", keepingLines: true) == "a\nb\\u{1b}")
  }

  /// No control character of any kind gets through, whatever stands around it.
  @Test func nothingThatATerminalObeysGetsThrough() {
    for value in Array(0..<0x20) + Array(0x7F..<0xA0) {
      guard let scalar = Unicode.Scalar(UInt32(value)) else { continue }
      let shown = Escaping.shown("x\(scalar)y")
      #expect(!shown.unicodeScalars.contains { $0.properties.generalCategory == .control }, "\(value)")
    }
  }
}
