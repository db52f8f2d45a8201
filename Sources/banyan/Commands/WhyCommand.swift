import ArgumentParser
import BanyanClient
import BanyanJSON
import BanyanTerminal

/// Why tasks wait, or why they ended as they did.
struct WhyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why", abstract: "Why a task is not running yet, or why it ended as it did.",
    usage: "banyan why ID...",
    discussion: """
      Which parents it waits for, what the nearest worker lacks, how many are before it; of one that was cancelled with \
      others, the first that failed.

      Example: banyan why @last
      """)

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  @Argument(help: ArgumentHelp("Ids (or parts of six digits), names, or @last.", valueName: "id"))
  var tasks: [String] = []

  func validate() throws {
    if tasks.isEmpty { throw ValidationError("which task? Give an id, a name, or @last.") }
  }

  func run() async throws {
    let session = try Session(connection)
    var items: [JSON] = []
    for id in try await session.finder.ids(of: tasks) {
      items.append(try await session.http.json(.get, "/tasks/\(id)/why", query: [LocalTime.query]))
    }
    await session.http.close()
    if output.format == .json, items.count == 1 { return Output.result(items[0].encodedString(pretty: true)) }
    if output.printed(items) { return }
    for item in items {
      let sentence = Escaping.shown(item["sentence"]?.string ?? "")
      guard items.count > 1 else { return Output.result(sentence) }
      Output.result("\(Escaping.shown(item["name"]?.string ?? item["_id"]?.string ?? "")): \(sentence)")
    }
  }
}
