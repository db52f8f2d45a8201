import BanyanTerminal

/// What stands on the line that moves: a bar, the counts, the time, and what is left.
struct ProgressWords: Sendable {
  private static let maxBar = 30
  private static let minBar = 10

  var total: Int64 = 0
  var succeeded: Int64 = 0
  var running: Int64 = 0
  var failed: Int64 = 0
  var cancelled: Int64 = 0
  /// An estimate, as words.
  var left: String?

  /// Shorter than the terminal is wide: what would not fit is left out, the bar first.
  func line(width: Int, clock: String) -> String {
    var parts = ["\(succeeded)/\(total) done", "\(running) running"]
    if failed > 0 { parts.append("\(failed) failed") }
    if cancelled > 0 { parts.append("\(cancelled) cancelled") }
    var words = "\(parts.joined(separator: ", "))  \(clock)"
    if let left, DisplayWidth.of(words) + DisplayWidth.of(left) + 3 < width { words += "  \(left)" }
    let room = min(Self.maxBar, width - DisplayWidth.of(words) - 5)
    guard total > 1, room >= Self.minBar else { return DisplayWidth.cut(words, to: max(0, width - 1)) }
    let bar = Bar(total: total, parts: [(succeeded, "#"), (failed + cancelled, "x"), (running, ">")])
    return "[\(bar.text(width: room))]  \(words)"
  }
}
