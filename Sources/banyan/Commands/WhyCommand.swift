import ArgumentParser
import BanyanClient
import BanyanJSON
import BanyanTerminal

/// Why tasks wait, or why they ended as they did.
struct WhyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why", abstract: "Why a job or a task is not running yet, or why it ended as it did.",
    usage: "banyan why SELECTOR...",
    discussion: """
      Which parents it waits for, what the nearest worker lacks, how many are before it, and when it should start and end; of one that \
      was cancelled with others, the first that failed; of what failed, the last lines that it printed.

      Example: banyan why @last
      """)

  /// Of a job so many failures are named.
  private static let maxNamed: Int64 = 3

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  @OptionGroup var named: SelectorArguments

  func run() async throws {
    let session = try Session(connection)
    var items: [JSON] = []
    for path in try await paths(session) {
      items.append(try await session.http.json(.get, path, query: [LocalTime.query]))
    }
    if !output.isTable {
      await session.http.close()
      _ = items.count == 1 ? output.printed(items[0]) : output.printed(items)
      return
    }
    for (place, item) in items.enumerated() {
      var lines = try await lines(of: item, session)
      if items.count > 1, !lines.isEmpty {
        lines[0] = "\(Escaping.shown(Self.title(item))): \(lines[0])"
        if place > 0, lines.count > 1 { lines.insert("", at: 0) }
      }
      for line in lines { Output.result(line) }
    }
    await session.http.close()
  }

  private static func title(_ item: JSON) -> String {
    if let number = item["number"]?.integer {
      return item["name"]?.string.map { "job \(number) (\($0))" } ?? "job \(number)"
    }
    return item["name"]?.string ?? item["_id"]?.string ?? ""
  }

  /// The sentence, and what a failure printed.
  private func lines(of item: JSON, _ session: Session) async throws -> [String] {
    let sentence = item["sentence"]?.string ?? ""
    let names = try await TaskNames.fetched(in: [sentence], session.asking)
    let now = LocalTime.now()
    let forecast = ForecastWords.sentence(item, now: now).map { " " + names.applied(to: $0) } ?? ""
    let first = Escaping.shown(TimeWords.localized(names.applied(to: sentence), now: now) + forecast)
    if let number = item["number"]?.integer { return [first] + (try await failures(of: number, item, session)) }
    guard let id = Self.failed(item) else { return [first] }
    guard let view = TaskView(try await session.http.json(.get, "/tasks/\(id)")), view.outcome == .failed else {
      return [first]
    }
    return [first] + (try await ErrorTail(http: session.http).lines(of: view))
  }

  /// The task whose failure it is: its own, or the first one's above it.
  private static func failed(_ item: JSON) -> String? {
    switch item["reason"]?.string {
    case "ended": item["_id"]?.string
    case "ended_with_parent": item["above"]?.array?.last?["_id"]?.string
    default: nil
    }
  }

  /// Of a job that has failures the first ones, and what the very first printed.
  private func failures(of number: Int64, _ item: JSON, _ session: Session) async throws -> [String] {
    guard let count = item["counts"]?["failed"]?.integer, count > 0 else { return [] }
    let tasks = try await session.jobs.tasks(
      of: number, matching: ["outcome": "failed"], query: [("projection", LogSource.projection.encodedString())],
      limit: Int(Self.maxNamed))
    let views = tasks.compactMap { TaskView($0) }
    var lines = views.map { "\($0.label): \($0.ending)" }
    if count > Self.maxNamed {
      lines.append("and \(count - Self.maxNamed) more: banyan tasks \(number) --state failed")
    }
    let names = try await TaskNames.fetched(in: lines, session.asking)
    lines = lines.map { "  \(Escaping.shown(names.applied(to: $0)))" }
    guard let first = views.first else { return lines }
    let tail = try await ErrorTail(http: session.http).lines(of: first)
    guard let head = tail.first else { return lines }
    return lines + [views.count > 1 ? "Of \(Escaping.shown(first.label)): \(head)" : head] + tail.dropFirst()
  }

  /// Where to ask. Of a job of one task the task says more than the job.
  private func paths(_ session: Session) async throws -> [String] {
    var paths: [String] = []
    for selection in try await named.selections(session) {
      if case .job(let number) = selection, try await session.jobs.job(number).taskCount != 1 {
        paths.append("/jobs/\(number)/why")
      } else {
        paths += try await session.selectors.ids(of: selection).map { "/tasks/\($0)/why" }
      }
    }
    return paths
  }
}
