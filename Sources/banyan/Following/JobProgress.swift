import BanyanCore
import BanyanTerminal

/// How jobs go, on standard error: one line that is written over on a terminal. What failed is told at the end.
actor JobProgress {
  private let terminal: Terminal
  private let started = ContinuousClock.now
  private var views: [Int64: JobView] = [:]
  private var hasLine = false
  private var isAway = false

  init(terminal: Terminal) { self.terminal = terminal }

  func show(_ sight: JobWatcher.Update) {
    switch sight {
    case .changed(let view): views[view.number] = view
    case .missing(let number): say("banyan: there is no job \(number) (any more)")
    case .disconnected(let error):
      if !isAway { say("banyan: \(error); waiting for the server to come back") }
      isAway = true
    case .connected:
      if isAway { say("banyan: the server is back") }
      isAway = false
    }
    draw()
  }

  /// Ends the display; what stands on its line is removed.
  func finish() { erase() }

  private func say(_ text: String) {
    erase()
    Output.remark(text)
  }

  private func draw() {
    guard terminal.showsProgress, !views.isEmpty else { return }
    let clock = ProgressDisplay.clock(ContinuousClock.now - started)
    Output.progress("\r\u{1B}[K\(Self.line(Array(views.values), clock: clock, width: terminal.width))")
    hasLine = true
  }

  /// The line, as wide as a terminal.
  static func line(_ views: [JobView], clock: String, width: Int) -> String {
    let total = views.reduce(0) { $0 + $1.taskCount }
    let ended = views.reduce(0) { $0 + $1.endedCount }
    var words = "\(ended)/\(total) done, \(views.reduce(0) { $0 + $1.runningCount }) running"
    let failed = views.reduce(0) { $0 + $1.count(.failed) + $1.count(.cancelled) }
    if failed > 0 { words += ", \(failed) not succeeded" }
    words += "  \(clock)"
    let room = min(40, width - words.count - 5)
    let bar = room >= 10 ? ProgressDisplay.bar(Int(ended), of: Int(total), width: room) + "  " : ""
    return DisplayWidth.cut(bar + words, to: width - 1)
  }

  private func erase() {
    guard hasLine else { return }
    Output.progress("\r\u{1B}[K")
    hasLine = false
  }
}
