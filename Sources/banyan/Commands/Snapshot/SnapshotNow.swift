import ArgumentParser
import BanyanJSON

/// `banyan snapshot now`: asks the server to write a snapshot at once.
struct SnapshotNow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "now", abstract: "Have the server take a snapshot; its file is printed.",
    usage: "banyan snapshot now", discussion: "Example: banyan snapshot now")

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let session = try Session(connection)
    let answer = try await session.http.json(.post, "/snapshots")
    await session.http.close()
    if output.format == .json { return Output.result(answer.encodedString(pretty: true)) }
    if output.format == .jsonl { return Output.result(answer.encodedString()) }
    Output.result(answer["file"]?.string ?? "")
  }
}
