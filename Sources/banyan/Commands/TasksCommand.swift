import ArgumentParser
import BanyanClient

/// The tasks: of all jobs, newest first, or of some, in their order.
struct TasksCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tasks", abstract: "The tasks of jobs, or of all, and why they wait.",
    usage: "banyan tasks [SELECTOR...]",
    discussion: "Example: banyan tasks --state failed -o ids | xargs banyan show")

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var choice: ListOptions

  @Argument(help: SelectorArguments.help)
  var words: [String] = []

  func run() async throws {
    try await TaskList(session: Session(connection), output: output, choice: choice).run(words)
  }
}
