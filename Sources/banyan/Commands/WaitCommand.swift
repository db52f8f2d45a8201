import ArgumentParser
import BanyanClient

/// Waits for the end of tasks.
struct WaitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wait", abstract: "Follow tasks until all have ended; the status tells how.",
    usage: "banyan wait ID...",
    discussion: """
      Status 0: all succeeded. 1: some did not. 66: some are not known (any more). 69: the server can't be reached.

      Example: id=$(banyan submit -- make) && banyan wait $id && echo done
      """)

  @OptionGroup var connection: ConnectionOptions

  @Argument(help: ArgumentHelp("Ids (or parts of six digits), names, or @last.", valueName: "id"))
  var tasks: [String] = []

  func validate() throws {
    // A variable that turned out empty in a script must not read as "all is well".
    if tasks.isEmpty || tasks.contains("") { throw ValidationError("which tasks? Give ids, names, or @last.") }
  }

  func run() async throws {
    let session = try Session(connection)
    let ids = try await session.finder.ids(of: tasks)
    await session.http.close()
    let seen = try await Waiting(session: session, ids: ids).run()
    Waiting.tellEnd(of: ids, seen)
    throw Waiting.status(of: ids, seen).exitCode
  }
}
