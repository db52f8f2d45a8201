import BanyanClient
import BanyanTerminal

/// Follows tasks to their end and says on standard error how it goes.
struct Waiting: Sendable {
  let session: Session
  let ids: [String]

  /// - Returns: what was last seen of each; one that is missing is not known to the server (any more).
  func run() async throws -> [String: TaskView] {
    let watcher = try session.watcher(of: ids)
    let terminal = Terminal.current(environment: session.surroundings.environment)
    let display = ProgressDisplay(terminal: terminal, total: ids.count, verbosity: ids.count == 1 ? .quiet : .failures)
    return try await Interrupts.interruptible {
      let seen = try await watcher.run { sight in await display.show(sight) }
      await display.finish()
      return seen
    }
  }

  /// How a single task ended, if not in success: of several the display has told.
  static func tellEnd(of ids: [String], _ seen: [String: TaskView]) {
    guard ids.count == 1, let view = seen[ids[0]], !view.hasSucceeded else { return }
    Output.remark("\(Escaping.shown(view.title)): \(Escaping.shown(view.ending))")
  }

  /// All succeeded, some did not, or of some nobody can say.
  static func status(of ids: [String], _ seen: [String: TaskView]) -> CommandStatus {
    if ids.contains(where: { seen[$0] == nil }) { return .noSuchThing }
    return ids.allSatisfy { seen[$0]?.hasSucceeded == true } ? .success : .someFailed
  }
}
