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
      Which parents it waits for, what the nearest worker lacks, how many are before it, and when it should start and \
      end, as far as run times are known; of one that was cancelled with others, the first that failed.

      Example: banyan why @last
      """)

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  @OptionGroup var named: SelectorArguments

  func run() async throws {
    let session = try Session(connection)
    var items: [JSON] = []
    for path in try await paths(session) {
      items.append(try await session.http.json(.get, path, query: [LocalTime.query]))
    }
    await session.http.close()
    if output.format == .json, items.count == 1 { return Output.result(items[0].encodedString(pretty: true)) }
    if output.printed(items) { return }
    for item in items {
      let forecast = ForecastWords.sentence(item, now: LocalTime.now()).map { " \($0)" } ?? ""
      let sentence = Escaping.shown((item["sentence"]?.string ?? "") + forecast)
      guard items.count > 1 else { return Output.result(sentence) }
      let title = item["name"]?.string ?? item["_id"]?.string ?? item["number"]?.integer.map { "job \($0)" } ?? ""
      Output.result("\(Escaping.shown(title)): \(sentence)")
    }
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
