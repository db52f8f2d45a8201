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

  /// Follows jobs and tasks until all have ended, and says what did not succeed: jobs first, which changes nothing of when
  /// the last one ends.
  static func untilEnded(_ selections: [Selection], _ session: Session) async throws -> CommandStatus {
    var numbers: [Int64] = []
    var others: [Selection] = []
    for selection in selections {
      if case .job(let number) = selection { numbers.append(number) } else { others.append(selection) }
    }
    let ids = try await session.selectors.ids(of: others)
    var statuses: [CommandStatus] = []
    if !numbers.isEmpty {
      let waiting = JobWaiting(session: session, numbers: numbers)
      let seen = try await waiting.run()
      try await waiting.tellEnds(seen)
      statuses.append(JobWaiting.status(of: numbers, seen))
    }
    if !ids.isEmpty {
      let seen = try await Waiting(session: session, ids: ids).run()
      tellEnd(of: ids, seen)
      statuses.append(status(of: ids, seen))
    }
    return statuses.max { $0.rawValue < $1.rawValue } ?? .success
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
