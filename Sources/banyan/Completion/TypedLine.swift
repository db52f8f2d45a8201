/// A line of a shell up to the cursor, taken apart as a shell would.
struct TypedLine: Hashable {
  /// The words before the one that is being typed; the program's name is the first.
  var words: [String] = []
  /// The word at the cursor, as far as it is there.
  var current = ""

  /// Words that a shell has taken apart, the one at the cursor last.
  init(words: [String]) {
    self.words = Array(words.dropLast())
    current = words.last ?? ""
  }

  /// Reads quotes and backslashes, of which the last may be open. What an expansion would give nobody knows here: it stays
  /// as it is.
  init(_ line: String) {
    var quote: Unicode.Scalar?
    var isEscaped = false
    var isWord = false
    for scalar in line.unicodeScalars {
      if isEscaped {
        current.unicodeScalars.append(scalar)
        isEscaped = false
      } else if scalar == "\\", quote != "'" {
        isEscaped = true
        isWord = true
      } else if let open = quote {
        if scalar == open { quote = nil } else { current.unicodeScalars.append(scalar) }
      } else if scalar == "'" || scalar == "\"" {
        quote = scalar
        isWord = true
      } else if scalar == " " || scalar == "\t" || scalar == "\n" {
        if isWord { words.append(current) }
        current = ""
        isWord = false
      } else if Self.separators.contains(scalar) {
        // Another command begins.
        words = []
        current = ""
        isWord = false
      } else {
        current.unicodeScalars.append(scalar)
        isWord = true
      }
    }
  }

  private static let separators: Set<Unicode.Scalar> = [";", "|", "&", "("]
}
