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
  private let line: MovingLine
  private var states: [String: TaskState] = [:]
  private var counts = ProgressWords()
  private var isAway = false

  init(terminal: Terminal, total: Int, verbosity: Verbosity) {
    self.terminal = terminal
    self.total = total
    self.verbosity = verbosity
    line = MovingLine(terminal: terminal)
    counts.total = Int64(total)
  }

  func show(_ sight: TaskWatcher.Update) async {
    switch sight {
    case .changed(let view):
      let before = states.updateValue(view.state, forKey: view.id)
      count(view, before)
      await tell(view, before)
    case .missing(let ids):
      for id in ids { await line.say("banyan: there is no task \(id) (any more)") }
    case .disconnected(let error):
      if !isAway { await line.say("banyan: \(error); waiting for the server to come back") }
      isAway = true
    case .connected:
      if isAway { await line.say("banyan: the server is back") }
      isAway = false
    }
    await line.show { [counts] width, clock in counts.line(width: width, clock: clock) }
  }

  /// Ends the display; what stands on its line is removed.
  func finish() async { await line.finish() }

  /// Writes a line that stays, above the one that moves.
  func say(_ text: String) async { await line.say(text) }

  private func count(_ view: TaskView, _ before: TaskState?) {
    if before?.isLive == true { counts.running -= 1 }
    if view.state.isLive { counts.running += 1 }
    guard view.isEnded, before?.isEnded != true else { return }
    if view.hasSucceeded {
      counts.succeeded += 1
    } else if view.outcome == .failed {
      counts.failed += 1
    } else {
      counts.cancelled += 1
    }
  }

  private func tell(_ view: TaskView, _ before: TaskState?) async {
    let title = Escaping.shown(verbosity == .everything ? view.title : view.label)
    switch verbosity {
    case .quiet: break
    case .failures:
      if view.isEnded, !view.hasSucceeded { await line.say("\(title): \(Escaping.shown(view.ending))") }
    case .everything:
      if view.isEnded {
        if !terminal.showsProgress || !view.hasSucceeded {
          await line.say("\(await line.clock)  \(title): \(Escaping.shown(view.ending))")
        }
      } else if view.state == .running, before != .running, !terminal.showsProgress {
        await line.say("\(await line.clock)  \(title): started")
      }
    }
  }
}
