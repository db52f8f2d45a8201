import ArgumentParser
import Histogram

@main
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "banyan-bench", abstract: "Measures Banyan beside its peers.")
}
