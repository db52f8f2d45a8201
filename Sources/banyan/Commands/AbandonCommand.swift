import ArgumentParser
import BanyanClient
import BanyanJSON

/// Gives up attempts that are out of contact.
struct AbandonCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "abandon", abstract: "Give up attempts whose worker is out of contact.",
    usage: "banyan abandon SELECTOR...",
    discussion: """
      The attempt counts as lost with its worker, and the task may be given to another. What still runs there is refused \
      when it reports.

      Example: banyan abandon overnight
      """)

  @OptionGroup var connection: ConnectionOptions

  @OptionGroup var named: SelectorArguments

  func run() async throws {
    let session = try Session(connection)
    for id in try await named.ids(session) {
      try await session.http.json(.post, "/tasks/\(id)/abandon")
    }
    await session.http.close()
  }
}
