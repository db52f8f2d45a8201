import ArgumentParser
import BanyanClient
import BanyanJSON

/// The server in figures.
struct StatsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats", abstract: "Tasks by queue, rates, waiting times, what the workers offer.",
    usage: "banyan stats", discussion: "Example: banyan stats -o json | jq .rates")

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let session = try Session(connection)
    let statistics = try await session.http.json(.get, "/statistics", query: [LocalTime.query])
    await session.http.close()
    if output.printed(statistics) { return }
    let terminal = output.terminal(session.surroundings)
    let tables = StatisticsTables(statistics: statistics)
    for line in tables.lines(width: terminal.width, hasColour: terminal.hasColour) { Output.result(line) }
  }
}
