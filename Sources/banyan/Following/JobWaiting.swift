import BanyanClient
import BanyanCore
import BanyanJSON
import BanyanTerminal

/// Follows jobs to their end, says on standard error how it goes, and names at the end what failed.
struct JobWaiting: Sendable {
  /// So many tasks of a job are named that did not succeed.
  private static let maxNamed = 10
  /// Between two questions for an estimate.
  private static let estimates = Duration.seconds(5)

  let session: Session
  let numbers: [Int64]
  /// No longer than this; nil: until all have ended.
  var limit: Duration?

  /// - Returns: what was last seen of each; one that is missing is not known to the server (any more).
  func run() async throws -> [Int64: JobView] {
    let watcher = try session.watcher(of: numbers)
    let terminal = Terminal.current(environment: session.surroundings.environment)
    let progress = JobProgress(terminal: terminal)
    return try await Waiting.following(limit, { await progress.finish() }) {
      try await withThrowingTaskGroup(of: [Int64: JobView]?.self) { group in
        group.addTask { try await watcher.run { sight in await progress.show(sight) } }
        if terminal.showsProgress {
          group.addTask {
            try await estimate(progress)
            return nil
          }
        }
        defer { group.cancelAll() }
        while let found = try await group.next() { if let found { return found } }
        throw CancellationError()
      }
    }
  }

  /// Tells the display when all may have ended, from time to time.
  private func estimate(_ progress: JobProgress) async throws {
    while true {
      try await Task.sleep(for: Self.estimates)
      do {
        let glances = try await JobGlances.fetched(of: numbers, session.asking)
        await progress.expect(numbers.compactMap { glances[$0]?.end }.max())
      } catch is ServerError {
        // An older server has no estimates; one that is away is told of by the watcher.
        await progress.expect(nil)
      } catch is ConnectionError {
        await progress.expect(nil)
      }
    }
  }

  /// Of each job that did not succeed what became of it, and of which tasks.
  func tellEnds(_ seen: [Int64: JobView]) async throws {
    for number in numbers {
      guard let view = seen[number], view.state != .succeeded else { continue }
      Output.remark(Escaping.shown("\(view.title): \(Self.ending(view))"))
      let outcome = view.count(.failed) > 0 ? "failed" : "cancelled"
      let tasks = try await session.jobs.tasks(
        of: number, matching: ["outcome": .string(outcome)],
        query: [("projection", Self.projection.encodedString())], limit: Self.maxNamed)
      let lines = Self.lines(tasks, of: view)
      let names = try await TaskNames.fetched(in: lines, session.asking)
      for line in lines { Output.remark(Escaping.shown(names.applied(to: line))) }
    }
  }

  /// To a person, that all went well; a script knows by the status.
  func tellSuccesses(_ seen: [Int64: JobView]) {
    guard Terminal.current(environment: session.surroundings.environment).showsProgress else { return }
    for number in numbers {
      guard let view = seen[number], view.state == .succeeded else { continue }
      let span = view.elapsed(now: LocalTime.now()).map { " in \(TimeWords.span($0))" } ?? ""
      let what = view.taskCount == 1 ? "succeeded" : "all \(view.taskCount) succeeded"
      Output.remark(Escaping.shown("\(view.title): \(what)\(span)"))
    }
  }

  private static let projection: JSON = [
    "_id": 1, "name": 1, "state": 1, "outcome": 1, "cause": 1, "job": 1, "member": 1,
  ]

  /// How a job ended, in a few words.
  static func ending(_ view: JobView) -> String {
    guard view.isEnded else { return "\(view.stateWord), \(JobListing.counts(view))" }
    var words: [String] = []
    if view.count(.failed) > 0 { words.append("\(view.count(.failed)) failed") }
    if view.count(.cancelled) > 0 { words.append("\(view.count(.cancelled)) cancelled") }
    return words.isEmpty ? view.stateWord : "\(words.joined(separator: ", ")) of \(view.taskCount)"
  }

  /// A line for each task that did not succeed, as far as they were asked for.
  static func lines(_ tasks: [JSON], of view: JobView) -> [String] {
    var lines = tasks.compactMap { item in
      TaskView(item).map { "  \($0.handle)\($0.name.map { " \($0)" } ?? ""): \($0.ending)" }
    }
    let all = view.count(.failed) > 0 ? view.count(.failed) : view.count(.cancelled)
    if Int64(tasks.count) < all { lines.append("  and \(all - Int64(tasks.count)) more") }
    return lines
  }

  /// All succeeded, some did not, or of some nobody can say.
  static func status(of numbers: [Int64], _ seen: [Int64: JobView]) -> CommandStatus {
    if numbers.contains(where: { seen[$0] == nil }) { return .noSuchThing }
    return numbers.allSatisfy { seen[$0]?.state == .succeeded } ? .success : .someFailed
  }
}
