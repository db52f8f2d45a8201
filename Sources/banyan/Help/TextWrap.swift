import BanyanTerminal

/// Text in lines of a width.
enum TextWrap {
  /// The words in lines of at most `width` columns; a word that is wider has a line of its own. Lines that are indented stay
  /// as they are.
  static func lines(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if paragraph.hasPrefix(" ") {
        lines.append(String(paragraph))
        continue
      }
      var line = ""
      for word in paragraph.split(separator: " ") {
        if !line.isEmpty, DisplayWidth.of(line) + 1 + DisplayWidth.of(String(word)) > width {
          lines.append(line)
          line = ""
        }
        line += line.isEmpty ? String(word) : " \(word)"
      }
      lines.append(line)
    }
    return lines
  }

  /// A text behind a heading: its further lines begin below its first word.
  static func hanging(_ heading: String, _ text: String, width: Int) -> [String] {
    let column = DisplayWidth.of(heading)
    let blank = String(repeating: " ", count: column)
    return lines(text, width: width - column).enumerated().map { ($0.offset == 0 ? heading : blank) + $0.element }
  }

  /// A row of two columns: a label, and what it means from a column on; below it, where the label is too long.
  static func row(_ label: String, _ text: String, column: Int, width: Int) -> [String] {
    let head = "  \(label)"
    guard !text.isEmpty else { return [head] }
    if DisplayWidth.of(head) + 2 <= column {
      return hanging(DisplayWidth.padded(head, to: column), text, width: width)
    }
    return [head] + lines(text, width: width - column).map { String(repeating: " ", count: column) + $0 }
  }
}
