import ArgumentParser

@main
struct BanyanBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "banyan-bench",
    abstract: "Measure Banyan.",
    discussion: """
      Every benchmark starts a server of its own in a temporary folder and prints a table, or with --json a line for \
      each figure.

      Example: banyan-bench cycle --json
      """,
    subcommands: [
      Wire.self, Cycle.self, Exec.self, Engine.self, StoreBench.self, Recovery.self, Jobs.self, Client.self,
    ])
}
