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
    let all = Array(views.values)
    let end = Self.end(all, now: LocalTime.now())
    Output.progress("\r\u{1B}[K\(Self.line(all, clock: clock, end: end, width: terminal.width))")
    hasLine = true
  }

  /// When the last of them should end; nil: of one that has not ended nobody knows.
  static func end(_ views: [JobView], now: Int64) -> String? {
    var last = Int64.min
    for view in views where !view.isEnded {
      guard let end = view.estimatedEnd else { return nil }
      last = max(last, end.likely)
    }
    return last > .min ? ForecastWords.time(last, now: now) : nil
  }

  /// The line, as wide as a terminal.
  static func line(_ views: [JobView], clock: String, end: String? = nil, width: Int) -> String {
    let total = views.reduce(0) { $0 + $1.taskCount }
    let ended = views.reduce(0) { $0 + $1.endedCount }
    var words = "\(ended)/\(total) done, \(views.reduce(0) { $0 + $1.runningCount }) running"
    let failed = views.reduce(0) { $0 + $1.count(.failed) + $1.count(.cancelled) }
    if failed > 0 { words += ", \(failed) not succeeded" }
    words += "  \(clock)"
    if let end { words += "  ends about \(end)" }
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
