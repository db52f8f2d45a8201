import BanyanClient
import BanyanCore
import BanyanJSON
import BanyanTerminal

/// Follows jobs to their end, says on standard error how it goes, and names at the end what failed.
struct JobWaiting: Sendable {
  /// So many tasks of a job are named that did not succeed.
  private static let maxNamed = 10

  let session: Session
  let numbers: [Int64]

  /// - Returns: what was last seen of each; one that is missing is not known to the server (any more).
  func run() async throws -> [Int64: JobView] {
    var options = SocketOptions()
    options.persistence = .afterFirst
    let client = try ProviderClient(session.credentials, options: options)
    let watcher = JobWatcher(client: client, jobs: session.jobs, numbers: numbers)
    let progress = JobProgress(terminal: .current(environment: session.surroundings.environment))
    return try await Interrupts.interruptible {
      let seen = try await watcher.run { sight in await progress.show(sight) }
      await progress.finish()
      return seen
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
      for line in Self.lines(tasks, of: view) { Output.remark(Escaping.shown(line)) }
    }
  }

  private static let projection: JSON = [
    "_id": 1, "name": 1, "state": 1, "outcome": 1, "cause": 1, "job": 1, "member": 1,
  ]

  /// How a job ended, in a few words.
  static func ending(_ view: JobView) -> String {
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
