import ArgumentParser
import BanyanClient

/// Waits for the end of jobs and tasks.
struct WaitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wait", abstract: "Follow jobs or tasks until all have ended; the status tells how.",
    usage: "banyan wait SELECTOR...",
    discussion: """
      Status 0: all succeeded. 1: some did not. 66: some are not known (any more). 69: the server can't be reached.

      Example: job=$(banyan submit -- make) && banyan wait $job && echo done
      """)

  @OptionGroup var connection: ConnectionOptions

  @OptionGroup var named: SelectorArguments

  func run() async throws {
    let session = try Session(connection)
    let selections = try await named.selections(session)
    let status = try await Waiting.untilEnded(selections, session)
    await session.http.close()
    throw status.exitCode
  }
}
