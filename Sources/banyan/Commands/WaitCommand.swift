import ArgumentParser
import BanyanClient

/// Waits for the end of jobs and tasks.
struct WaitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wait", abstract: "Follow jobs or tasks until all have ended; the status tells how.",
    usage: "banyan wait SELECTOR...",
    discussion: """
      Status 0: all succeeded. 1: some did not. 66: some are not known (any more). 69: the server can't be reached. \
      75: not all had ended when the time of --timeout was up; they go on.

      Example: job=$(banyan submit -- make) && banyan wait $job && echo done
      """)

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  @Option(name: .long, help: ArgumentHelp("Wait no longer than this; status 75 then.", valueName: "span"))
  var timeout: String?

  @OptionGroup var named: SelectorArguments

  func run() async throws {
    let limit = try timeout.map { Duration.milliseconds(try Quantities.duration($0, of: "--timeout")) }
    let session = try Session(connection)
    let selections = try await named.selections(session)
    let end = try await Waiting.untilEnded(selections, session, limit: limit)
    await session.http.close()
    _ = output.printed(end.documents)
    throw end.status.exitCode
  }
}
