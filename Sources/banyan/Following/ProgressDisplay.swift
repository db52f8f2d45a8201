import BanyanCore
import BanyanTerminal
import BanyanWire

/// How tasks go, on standard error: one line that is written over on a terminal, a line for each change elsewhere.
actor ProgressDisplay {
  /// What is said where there is no terminal to write over.
  enum Verbosity: Sendable {
    /// Only what is wrong with the connection, or with the tasks' ids.
    case quiet
    /// Also each task that ends in another way than success.
    case failures
    /// Also each start, and each end.
    case everything
  }

  private let terminal: Terminal
  private let total: Int
  private let verbosity: Verbosity
  private let started = ContinuousClock.now
  private var states: [String: TaskState] = [:]
  private var failed = 0
  private var hasLine = false
  private var isAway = false
  private var lastDrawn: ContinuousClock.Instant?

  init(terminal: Terminal, total: Int, verbosity: Verbosity) {
    self.terminal = terminal
    self.total = total
    self.verbosity = verbosity
  }

  func show(_ sight: TaskWatcher.Update) {
    switch sight {
    case .changed(let view):
      let before = states.updateValue(view.state, forKey: view.id)
      if view.isEnded, !view.hasSucceeded { failed += 1 }
      tell(view, before)
    case .missing(let ids):
      for id in ids { say("banyan: there is no task \(id) (any more)") }
    case .disconnected(let error):
      if !isAway { say("banyan: \(error); waiting for the server to come back") }
      isAway = true
    case .connected:
      if isAway { say("banyan: the server is back") }
      isAway = false
    }
    draw(force: false)
  }

  /// Ends the display; what stands on its line is removed.
  func finish() { erase() }

  /// Writes a line that stays, above the one that moves.
  func say(_ text: String) {
    erase()
    Output.remark(text)
  }

  private func tell(_ view: TaskView, _ before: TaskState?) {
    let title = Escaping.shown(view.title)
    switch verbosity {
    case .quiet: break
    case .failures:
      if view.isEnded, !view.hasSucceeded { say("\(title): \(Escaping.shown(view.ending))") }
    case .everything:
      if view.isEnded {
        if !terminal.showsProgress || !view.hasSucceeded { say("\(clock)  \(title): \(Escaping.shown(view.ending))") }
      } else if view.state == .running, before != .running, !terminal.showsProgress {
        say("\(clock)  \(title): started")
      }
    }
  }

  private var clock: String { Self.clock(ContinuousClock.now - started) }

  /// Minutes and seconds, as in 03:15.
  static func clock(_ duration: Duration) -> String {
    let seconds = duration.components.seconds
    let (minutes, rest) = (seconds / 60, seconds % 60)
    return "\(minutes < 10 ? "0" : "")\(minutes):\(rest < 10 ? "0" : "")\(rest)"
  }

  private func draw(force: Bool) {
    guard terminal.showsProgress else { return }
    let now = ContinuousClock.now
    // Terminals and links are slow; a task may end in less than a millisecond.
    if !force, let lastDrawn, now - lastDrawn < .milliseconds(50), states.values.contains(where: { !$0.isEnded }) {
      return
    }
    lastDrawn = now
    let ended = states.values.count { $0.isEnded }
    let running = states.values.count { $0.isLive }
    var words = "\(ended)/\(total) done, \(running) running"
    if failed > 0 { words += ", \(failed) not succeeded" }
    words += "  \(clock)"
    let room = min(40, terminal.width - words.count - 5)
    let line = room >= 10 ? "\(Self.bar(ended, of: total, width: room))  \(words)" : words
    Output.progress("\r\u{1B}[K\(DisplayWidth.cut(line, to: terminal.width - 1))")
    hasLine = true
  }

  static func bar(_ done: Int, of total: Int, width: Int) -> String {
    let full = total > 0 ? done * width / total : 0
    return "[" + String(repeating: "=", count: full) + String(repeating: " ", count: width - full) + "]"
  }

  private func erase() {
    guard hasLine else { return }
    Output.progress("\r\u{1B}[K")
    hasLine = false
  }
}
