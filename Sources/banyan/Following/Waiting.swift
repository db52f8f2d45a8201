import BanyanClient
import BanyanJSON
import BanyanTerminal

/// Follows tasks to their end and says on standard error how it goes.
struct Waiting: Sendable {
  let session: Session
  let ids: [String]
  /// No longer than this; nil: until all have ended.
  var limit: Duration?

  /// - Returns: what was last seen of each; one that is missing is not known to the server (any more).
  func run() async throws -> [String: TaskView] {
    let watcher = try session.watcher(of: ids)
    let terminal = Terminal.current(environment: session.surroundings.environment)
    let display = ProgressDisplay(terminal: terminal, total: ids.count, verbosity: ids.count == 1 ? .quiet : .failures)
    return try await Self.following(limit, { await display.finish() }) {
      try await watcher.run { sight in await display.show(sight) }
    }
  }

  /// Follows to the end, to a signal, or to the end of the time that was given; the display ends in each case.
  static func following<Seen: Sendable>(
    _ limit: Duration?, _ finish: @escaping @Sendable () async -> Void,
    _ work: @escaping @Sendable () async throws -> Seen
  ) async throws -> Seen {
    do {
      let seen = try await Interrupts.interruptible {
        guard let limit else { return try await work() }
        return try await withThrowingTaskGroup(of: Seen.self) { group in
          group.addTask { try await work() }
          group.addTask {
            try await Task.sleep(for: limit)
            throw TimeIsUp()
          }
          defer { group.cancelAll() }
          guard let seen = try await group.next() else { throw CancellationError() }
          return seen
        }
      }
      await finish()
      return seen
    } catch {
      await finish()
      throw error
    }
  }

  /// What became of everything that was waited for.
  struct End {
    var status: CommandStatus
    /// Jobs and tasks as they were last seen, in the order in which they were named.
    var documents: [JSON]
  }

  /// Follows jobs and tasks until all have ended, and says what did not succeed: jobs first, which changes nothing of when
  /// the last one ends.
  static func untilEnded(_ selections: [Selection], _ session: Session, limit: Duration? = nil) async throws -> End {
    var numbers: [Int64] = []
    var others: [Selection] = []
    for selection in selections {
      if case .job(let number) = selection { numbers.append(number) } else { others.append(selection) }
    }
    let started = ContinuousClock.now
    let ids = try await session.selectors.ids(of: others)
    var end = End(status: .success, documents: [])
    func add(_ status: CommandStatus, _ documents: [JSON]) {
      if status.rawValue > end.status.rawValue { end.status = status }
      end.documents += documents
    }
    if !numbers.isEmpty {
      let waiting = JobWaiting(session: session, numbers: numbers, limit: limit)
      let seen = try await waiting.run()
      try await waiting.tellEnds(seen)
      waiting.tellSuccesses(seen)
      add(JobWaiting.status(of: numbers, seen), numbers.compactMap { seen[$0]?.document })
    }
    if !ids.isEmpty {
      let left = limit.map { max(.zero, $0 - (ContinuousClock.now - started)) }
      let seen = try await Waiting(session: session, ids: ids, limit: left).run()
      try await tellEnd(of: ids, seen, session)
      add(status(of: ids, seen), ids.compactMap { seen[$0]?.document })
    }
    return end
  }

  /// How tasks ended that did not succeed: of a single one; of several the display has told of each, and here is the sum.
  static func tellEnd(of ids: [String], _ seen: [String: TaskView], _ session: Session) async throws {
    let failed = ids.compactMap { seen[$0] }.filter { !$0.hasSucceeded }
    guard let first = failed.first else { return }
    guard ids.count == 1 else { return Output.remark("\(failed.count) of \(ids.count) tasks did not succeed") }
    let names = try await TaskNames.fetched(in: [first.ending], session.asking)
    Output.remark(Escaping.shown("\(first.label): \(names.applied(to: first.ending))"))
  }

  /// All succeeded, some did not, or of some nobody can say.
  static func status(of ids: [String], _ seen: [String: TaskView]) -> CommandStatus {
    if ids.contains(where: { seen[$0] == nil }) { return .noSuchThing }
    return ids.allSatisfy { seen[$0]?.hasSucceeded == true } ? .success : .someFailed
  }
}

/// The time that was given to wait is over. Status 75 (EX_TEMPFAIL of sysexits.h): what was waited for goes on.
struct TimeIsUp: CommandError {
  static let status = CommandStatus.notInTime

  var description: String { "the time is up: not all have ended, and they go on" }
}
