/// Texts that others chose, made safe to show: a task's name must not move somebody's cursor.
package enum Escaping {
  /// The text with control characters, invisible format characters and line ends written as escapes.
  /// - Parameter keepingLines: line ends stay, as in a message of several lines.
  package static func shown(_ text: String, keepingLines: Bool = false) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
    var shown = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n" where keepingLines: shown.unicodeScalars.append(scalar)
      case "\n": shown += "\\n"
      case "\t": shown += "\\t"
      case "\r": shown += "\\r"
      default:
        if isDangerous(scalar) {
          shown += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
          shown.unicodeScalars.append(scalar)
        }
      }
    }
    return shown
  }

  /// Controls of either kind, the marks that turn the direction of a line, separators of lines, and what has no
  /// meaning. The joiners of emoji and of Arabic and Indic scripts stay.
  private static func isDangerous(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate: true
    case .format: scalar != "\u{200C}" && scalar != "\u{200D}"
    default: false
    }
  }
}
