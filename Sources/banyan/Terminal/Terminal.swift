import BanyanCore
import Glibc

/// What the output goes to: whether a person sees it, how wide it is, whether it takes colours.
struct Terminal: Sendable {
  /// What a person said about colours.
  enum Colour: String, Sendable, CaseIterable {
    case auto, always, never
  }

  /// Columns, from 40 to 400.
  let width: Int
  /// Lines; 24 where nobody says.
  let height: Int
  /// Standard output is a terminal.
  let isOutputTerminal: Bool
  /// Standard error is a terminal that can go back in its line.
  let showsProgress: Bool
  /// Results are coloured, because standard output takes it or a person said so.
  let hasColour: Bool

  init(
    environment: TextMap, colour: Colour = .auto, isOutputTerminal: Bool, isErrorTerminal: Bool, size: Int?,
    height: Int? = nil
  ) {
    self.isOutputTerminal = isOutputTerminal
    let isDumb = environment["TERM"] == "dumb"
    let isPlain = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
    showsProgress = isErrorTerminal && !isDumb
    hasColour =
      switch colour {
      case .always: true
      case .never: false
      case .auto: isOutputTerminal && !isDumb && !isPlain
      }
    // Into a pipe nothing needs to fit, unless somebody says how much.
    let said = environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    self.height = height.flatMap { $0 > 0 ? $0 : nil } ?? 24
    width = min(max(said ?? size ?? (isOutputTerminal ? 80 : 400), 40), 400)
  }

  /// The terminal of this process, as far as its streams are one.
  static func current(environment: TextMap, colour: Colour = .auto) -> Terminal {
    var size = winsize()
    let found = [Int32(1), 2].contains { ioctl($0, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 }
    let isOutputTerminal = isatty(1) == 1
    return Terminal(
      environment: environment, colour: colour, isOutputTerminal: isOutputTerminal, isErrorTerminal: isatty(2) == 1,
      size: found && isOutputTerminal ? Int(size.ws_col) : nil, height: found ? Int(size.ws_row) : nil)
  }
}
