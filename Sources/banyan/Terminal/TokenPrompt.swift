import Glibc

/// Asks for a token: at a terminal, where it isn't shown, or on standard input.
enum TokenPrompt {
  /// One word: what was typed or piped in.
  static func token(_ question: String) throws -> String {
    let text = isatty(0) == 1 ? try typed(question) : try piped()
    let words = text.split(whereSeparator: \.isWhitespace)
    guard let token = words.first else { throw UsageError("no token was given; `banyan users add` printed it") }
    guard words.count == 1, !token.contains(":") else {
      throw UsageError("that is no token: it should be one word without a colon, as `banyan users add` printed it")
    }
    return String(token)
  }

  /// Asks a question that is answered by yes or no; no, where nobody is there to answer.
  static func agrees(_ question: String) -> Bool {
    guard isatty(0) == 1 else { return false }
    Output.progress("\(question) [y/N] ")
    let answer = readLine(strippingNewline: true)?.lowercased() ?? ""
    return answer == "y" || answer == "yes"
  }

  private static func piped() throws -> String {
    // Of a pipe that goes on, the first line.
    readLine(strippingNewline: true) ?? ""
  }

  /// Reads a line byte by byte with the terminal's echo off. Its signals are off as well, so that Ctrl-C can't leave it so:
  /// they come as bytes.
  private static func typed(_ question: String) throws -> String {
    var before = termios()
    guard tcgetattr(0, &before) == 0 else { return try piped() }
    var silent = before
    silent.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
    // Before it is asked for: whoever answers at once is not to see it. What was typed ahead is kept.
    tcsetattr(0, TCSADRAIN, &silent)
    Output.progress(question)
    defer {
      tcsetattr(0, TCSADRAIN, &before)
      Output.remark("")
    }
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while true {
      let count = read(0, &byte, 1)
      if count < 0, errno == EINTR { continue }
      guard count == 1 else { break }
      switch byte {
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"), 4: return String(decoding: bytes, as: UTF8.self)
      case 3, 28: throw Interruption()
      case 8, 127: _ = bytes.popLast()
      case 21: bytes = []
      default: if bytes.count < 4096 { bytes.append(byte) }
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
