import ArgumentParser
import BanyanClient

/// The tasks: of all jobs, newest first, or of some, in their order; what runs before all others.
struct TasksCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tasks", abstract: "The tasks of jobs, or of all: what runs first, and why the others wait.",
    usage: "banyan tasks [SELECTOR...]",
    discussion: "Example: banyan tasks --state failed -o ids | xargs banyan show")

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var choice: ListOptions

  @Flag(name: .long, help: "Those too that were tried again.")
  var replaced = false

  @Argument(help: SelectorArguments.help)
  var words: [String] = []

  func run() async throws {
    try await TaskList(session: Session(connection), output: output, choice: choice, showsReplaced: replaced).run(words)
  }
}
