import ArgumentParser

/// The command and its subcommands.
struct Banyan: AsyncParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "banyan",
    abstract: "A job queue for machines that people share.",
    usage: "banyan COMMAND [flags]",
    discussion: """
        A first look:      banyan run seeds/hello.yaml
        A queue to share:  banyan server &  banyan worker &
                           banyan submit -- sh -c 'echo hello from $BANYAN_TASK_ID'
                           banyan wait @last && banyan logs @last
      """,
    version: version,
    groupedSubcommands: [
      CommandGroup(
        name: "Jobs",
        subcommands: [
          RunCommand.self, SubmitCommand.self, ListCommand.self, TasksCommand.self, ShowCommand.self, WaitCommand.self,
          CancelCommand.self, LogsCommand.self, ResultsCommand.self, WhyCommand.self, HoldCommand.self,
          UnholdCommand.self, EditCommand.self,
          RetryCommand.self,
          AbandonCommand.self, ForgetCommand.self, GraphCommand.self,
        ]),
      CommandGroup(
        name: "The queue",
        subcommands: [
          ServerCommand.self, WorkerCommand.self, WorkersCommand.self, UsersCommand.self, StatsCommand.self,
          TopCommand.self, SnapshotCommand.self, DashboardCommand.self,
        ]),
      CommandGroup(name: "You", subcommands: [LoginCommand.self, CompletionsCommand.self]),
    ],
    defaultSubcommand: ListCommand.self)
}
