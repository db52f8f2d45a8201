import BanyanTerminal

/// One thing in lines for a person: a word at the left, what it is at the right.
struct Portrait {
  private static let wordWidth = 12

  private(set) var lines: [(word: String, cell: Table.Cell)] = []

  /// What is empty is left out.
  mutating func add(_ word: String, _ text: String?, _ style: Style = .plain) {
    guard let text, !text.isEmpty else { return }
    lines.append((word, Table.Cell(text, style)))
  }

  /// As printed: a word that stands in several lines stands in the first.
  func text(hasColour: Bool) -> [String] {
    var before = ""
    return lines.map { line in
      let word = line.word == before ? "" : line.word
      before = line.word
      let left = DisplayWidth.padded(word, to: Self.wordWidth)
      let right = hasColour ? line.cell.style.applied(to: line.cell.text) : line.cell.text
      return "\(hasColour ? Style.faint.applied(to: left) : left)  \(right)"
    }
  }
}
