import BanyanTerminal

import Glibc

/// A line on standard error that is drawn over itself: every second by itself, as wide as its terminal is at that moment, and
/// never while somebody else has the terminal. Nothing of it is left when it ends.
actor MovingLine {
  /// What stands on the line, for so many columns.
  typealias Words = @Sendable (_ width: Int, _ clock: String) -> String

  /// Terminals and links are slow; a task may end in less than a millisecond.
  private static let leastPause = Duration.milliseconds(50)

  private let isShown: Bool
  private let started = ContinuousClock.now
  private var words: Words?
  /// Columns of what stands there; nil: nothing does.
  private var drawn: Int?
  private var lastDrawn: ContinuousClock.Instant?
  private var following: Task<Void, Never>?

  init(terminal: Terminal) { isShown = terminal.showsProgress }

  /// Something has changed.
  func show(_ words: @escaping Words) {
    guard isShown else { return }
    self.words = words
    if following == nil { begin() }
    if let lastDrawn, ContinuousClock.now - lastDrawn < Self.leastPause { return }
    draw()
  }

  /// Writes a line that stays, above the one that moves.
  func say(_ text: String) {
    erase()
    Output.remark(text)
    draw()
  }

  /// Ends it; what stands on the line is removed.
  func finish() {
    erase()
    words = nil
    guard following != nil else { return }
    following?.cancel()
    following = nil
    signal(SIGTSTP, SIG_DFL)
  }

  /// Minutes and seconds since it began, as in 03:15.
  var clock: String { Self.clock(ContinuousClock.now - started) }

  /// Minutes and seconds, as in 03:15; hours where there are some.
  static func clock(_ duration: Duration) -> String {
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let seconds = duration.components.seconds
    let minutes = "\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    return seconds < 3600 ? minutes : "\(seconds / 3600):\(minutes)"
  }

  // MARK: By itself

  private func begin() {
    let signals = Interrupts.stream([SIGTSTP, SIGCONT, SIGWINCH])
    following = Task { [weak self] in
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          while !Task.isCancelled {
            do { try await Task.sleep(for: .seconds(1)) } catch { return }
            await self?.draw()
          }
        }
        group.addTask { for await number in signals { await self?.take(number) } }
        await group.waitForAll()
      }
    }
  }

  /// Ctrl-Z leaves the shell a clean line; it is drawn again when somebody goes on.
  private func take(_ number: Int32) {
    guard number == SIGTSTP else { return draw() }
    erase()
    kill(getpid(), SIGSTOP)
  }

  private func draw() {
    guard isShown, let words, Self.hasTerminal else { return }
    lastDrawn = ContinuousClock.now
    let width = Self.width
    let text = DisplayWidth.cut(words(width, clock), to: width - 1)
    Output.progress(Self.erasure(of: drawn ?? 0, width: width) + text)
    drawn = DisplayWidth.of(text)
  }

  private func erase() {
    guard let drawn else { return }
    Output.progress(Self.erasure(of: drawn, width: Self.width))
    self.drawn = nil
  }

  /// What removes a line of so many columns and leaves the cursor at its beginning. In a window that has become narrower it
  /// goes on below (terminals lay their lines out anew), and the cursor stands at its end.
  static func erasure(of columns: Int, width: Int) -> String {
    let rows = width > 0 ? max(0, columns - 1) / width : 0
    return rows > 0 ? "\r\u{1B}[\(rows)A\u{1B}[J" : "\r\u{1B}[K"
  }

  /// Whether this process is the one that a person sees: one in the background would write into the shell's line.
  private static var hasTerminal: Bool {
    let group = tcgetpgrp(2)
    return group < 0 || group == getpgrp()
  }

  /// Columns of the terminal that standard error is, now; what `COLUMNS` says is another's.
  private static var width: Int {
    var size = winsize()
    guard ioctl(2, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1 else { return 80 }
    return Int(size.ws_col)
  }
}
