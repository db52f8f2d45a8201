/// `{name}` in a text of a family stands for a parameter's value. Any other brace stays as it was written, and so does
/// `${name}`, which is the shell's.
package enum Placeholders {
  /// The text with the values in their places.
  package static func filled(_ text: String, _ names: [String], _ values: [String]) -> String {
    guard mayHave(text) else { return text }
    var filled = ""
    forEachPart(of: text, names) { part in
      switch part {
      case .text(let text): filled += text
      case .parameter(let place): filled += place < values.count ? values[place] : ""
      }
    }
    return filled
  }

  /// Looked for in the bytes as they lie: a variable may be long, and most have none.
  package static func mayHave(_ text: String) -> Bool {
    text.utf8.withContiguousStorageIfAvailable { $0.contains(UInt8(ascii: "{")) }
      ?? text.utf8.contains(UInt8(ascii: "{"))
  }

  /// A part of a text: what stays, or a parameter by its place among the names.
  enum Part {
    case text(Substring)
    case parameter(Int)
  }

  /// Calls `body` with the parts of a text, in order.
  static func forEachPart(of text: String, _ names: [String], _ body: (Part) -> Void) {
    var rest = text[...]
    var kept = rest.startIndex
    while let open = rest.utf8.firstIndex(of: UInt8(ascii: "{")) {
      let inside = text.utf8.index(after: open)
      guard let close = text[inside...].utf8.firstIndex(of: UInt8(ascii: "}")) else { break }
      // Of `{{x}` the inner brace is the one that may be meant.
      let start =
        text[inside..<close].utf8.lastIndex(of: UInt8(ascii: "{")).map { text.utf8.index(after: $0) } ?? inside
      let name = text[start..<close]
      let end = text.utf8.index(after: close)
      let brace = text.utf8.index(before: start)
      let isShells = brace > text.startIndex && text.utf8[text.utf8.index(before: brace)] == UInt8(ascii: "$")
      if !isShells, let place = names.firstIndex(where: { $0.isSame(as: String(name)) }) {
        if kept < brace { body(.text(text[kept..<brace])) }
        body(.parameter(place))
        kept = end
      }
      rest = text[end...]
    }
    if kept < text.endIndex { body(.text(text[kept...])) }
  }

  /// The names in braces that could be parameters: letters, digits, `_`, `-` and `.`.
  package static func names(in text: String) -> [String] {
    guard mayHave(text) else { return [] }
    var found: [String] = []
    var rest = text[...]
    while let open = rest.utf8.lastIndex(of: UInt8(ascii: "{")) {
      let inside = text.utf8.index(after: open)
      if let close = text[inside...].utf8.firstIndex(of: UInt8(ascii: "}")), close > inside {
        let name = String(text[inside..<close])
        if name.utf8.allSatisfy({ isNameByte($0) }) { found.append(name) }
      }
      rest = text[..<open]
    }
    return found.reversed()
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
      true
    default: false
    }
  }
}
