import Foundation

/// The pages of the repository, as far as commands stand in them.
enum Pages {
  struct Line: Hashable {
    var number: Int
    var text: String
  }

  /// What stands between two fences.
  struct Block {
    var file: String
    var lines: [Line]
  }

  /// README, how to contribute, and the articles.
  static func files() throws -> [String] {
    let sources = Site.checkout.appendingPathComponent("Sources")
    let articles = (FileManager.default.enumerator(atPath: sources.path)?.allObjects as? [String] ?? [])
      .filter { $0.contains(".docc/") && $0.hasSuffix(".md") }.map { "Sources/" + $0 }.sorted()
    return ["README.md", ".github/CONTRIBUTING.md"] + articles
  }

  static func lines(of file: String) throws -> [Line] {
    try String(contentsOf: Site.checkout.appendingPathComponent(file), encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false).enumerated()
      .map { Line(number: $0.offset + 1, text: String($0.element)) }
  }

  static func blocks(of file: String) throws -> [Block] {
    var blocks: [Block] = []
    var open: Block?
    for line in try lines(of: file) {
      if line.text.hasPrefix("```") {
        if let block = open { blocks.append(block) }
        open = open == nil ? Block(file: file, lines: []) : nil
      } else {
        open?.lines.append(line)
      }
    }
    return blocks
  }

  /// Commands that begin a line of a block; one that goes on behind a backslash is one.
  static func commands(of file: String) throws -> [Line] {
    try blocks(of: file).flatMap { block in
      var found: [Line] = []
      var isOpen = false
      for line in block.lines {
        let text = line.text.trimmingCharacters(in: .whitespaces)
        if isOpen {
          found[found.count - 1].text += "\n" + text
        } else if text.hasPrefix("banyan ") {
          found.append(Line(number: line.number, text: text))
        } else {
          continue
        }
        isOpen = text.hasSuffix("\\")
      }
      return found
    }
  }

  /// Commands within the text.
  static func inlineCommands(of file: String) throws -> [Line] {
    try lines(of: file).flatMap { line in
      spans(of: line.text).filter { $0.hasPrefix("banyan ") }.map { Line(number: line.number, text: $0) }
    }
  }

  /// What stands between backticks.
  static func spans(of text: String) -> [String] {
    text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .filter { !$0.offset.isMultiple(of: 2) }.map { String($0.element) }
  }
}
