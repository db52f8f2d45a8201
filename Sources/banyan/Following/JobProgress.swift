import BanyanCore
import BanyanTerminal
import BanyanWire

/// How jobs go, on standard error: one line that is written over on a terminal. What failed is told at the end.
actor JobProgress {
  private let line: MovingLine
  private var views: [Int64: JobView] = [:]
  private var end: Int64?
  private var isAway = false

  init(terminal: Terminal) { line = MovingLine(terminal: terminal) }

  func show(_ sight: JobWatcher.Update) async {
    switch sight {
    case .changed(let view): views[view.number] = view
    case .missing(let numbers):
      for number in numbers { await line.say("banyan: there is no job \(number) (any more)") }
    case .disconnected(let error):
      if !isAway { await line.say("banyan: \(error); waiting for the server to come back") }
      isAway = true
    case .connected:
      if isAway { await line.say("banyan: the server is back") }
      isAway = false
    }
    await draw()
  }

  /// When all may have ended, milliseconds since 1970, as somebody guesses; nil: nobody does.
  func expect(_ end: Int64?) async {
    self.end = end
    await draw()
  }

  /// Ends the display; what stands on its line is removed.
  func finish() async { await line.finish() }

  private func draw() async {
    guard !views.isEmpty else { return }
    let (words, end) = (Self.words(Array(views.values)), Self.end(Array(views.values)) ?? end)
    await line.show { width, clock in
      var words = words
      words.left = end.flatMap { TimeWords.left(until: $0, now: LocalTime.now()) }
      return words.line(width: width, clock: clock)
    }
  }

  /// When the last of them ends, as the server expects it; nil: of one that has not ended it doesn't say.
  static func end(_ views: [JobView]) -> Int64? {
    let ends = views.filter { !$0.isEnded }.map { $0.estimatedEnd?.likely }
    return ends.contains(nil) ? nil : ends.compactMap(\.self).max()
  }

  /// The counts of some jobs, together.
  static func words(_ views: [JobView]) -> ProgressWords {
    var words = ProgressWords()
    for view in views {
      words.total += view.taskCount
      words.succeeded += view.count(.succeeded)
      words.running += view.runningCount
      words.failed += view.count(.failed)
      words.cancelled += view.count(.cancelled)
    }
    return words
  }
}
