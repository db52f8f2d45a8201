/// Splits a line into words as a POSIX shell does, without any expansion: quotes, backslashes, and a comment behind `#`.
enum ShellLine {
  /// The words; nil where a quote has no end.
  static func words(_ line: String) -> [String]? {
    var words: [String] = []
    var word: String.UnicodeScalarView?
    var quote: Unicode.Scalar?
    var isEscaped = false
    for scalar in line.unicodeScalars {
      if isEscaped {
        // Inside of double quotes a backslash stands for itself, but before a few.
        if quote == "\"", !"\"\\$`".unicodeScalars.contains(scalar) { word = (word ?? .init()) + ["\\"] }
        word = (word ?? .init()) + [scalar]
        isEscaped = false
      } else if scalar == "\\", quote != "'" {
        isEscaped = true
        word = word ?? .init()
      } else if let open = quote {
        if scalar == open { quote = nil } else { word = (word ?? .init()) + [scalar] }
      } else if scalar == "'" || scalar == "\"" {
        quote = scalar
        word = word ?? .init()
      } else if scalar == " " || scalar == "\t" || scalar == "\r" {
        if let word { words.append(String(word)) }
        word = nil
      } else if scalar == "#", word == nil {
        break
      } else {
        word = (word ?? .init()) + [scalar]
      }
    }
    guard quote == nil, !isEscaped else { return nil }
    if let word { words.append(String(word)) }
    return words
  }
}
