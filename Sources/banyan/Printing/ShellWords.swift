/// Words for a shell: what is shown can be pasted back.
enum ShellWords {
  /// One word, quoted where a POSIX shell would otherwise see more in it.
  static func quoted(_ word: String) -> String {
    guard !word.isEmpty else { return "''" }
    let isPlain = word.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "@%+=:,./-_".utf8.contains(byte)
      }
    }
    if isPlain { return word }
    // In Unicode scalars: a quote with a combining mark behind it is still a quote to a shell.
    var quoted = "'"
    for scalar in word.unicodeScalars {
      if scalar == "'" { quoted += "'\\''" } else { quoted.unicodeScalars.append(scalar) }
    }
    return quoted + "'"
  }

  /// A program and its arguments as one line.
  static func line(_ words: [String]) -> String { words.map(quoted).joined(separator: " ") }
}
