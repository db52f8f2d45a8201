import ArgumentParser

/// The command: what a person waits for at a prompt.
struct Client: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cli", abstract: "What whole processes of the command take.",
    discussion: """
      cli_help, cli_submit: banyan --help; banyan submit -- true, until its number is printed.
      cli_list, cli_tasks: banyan list; banyan tasks, of fifty, at a million tasks in 200 jobs.
      cli_list_all: banyan tasks JOB -o jsonl, of a hundred thousand.
      cli_matrix, cli_graph: banyan submit of a graph in YAML: a matrix of a hundred thousand; so many tasks, each of its \
      own, written out.
      cli_logs: banyan logs JOB of 300 ended tasks of a kilobyte.
      cli_cancel: banyan cancel JOB --yes of a hundred thousand that wait.

      Example: banyan-bench cli --only cli_list,cli_tasks --json
      """)

  @OptionGroup var chosen: FigureOptions

  @OptionGroup var measured: MeasuredServer

  @OptionGroup var output: FigureOutput

  private static let inMilliseconds: Set = ["cli_help", "cli_submit", "cli_list", "cli_tasks"]
  private static let names = [
    "cli_help", "cli_submit", "cli_list", "cli_tasks", "cli_list_all", "cli_matrix", "cli_graph", "cli_logs",
    "cli_cancel",
  ]

  func validate() throws { try chosen.check(Self.names) }

  func run() throws {
    let figures = ClientFigures(
      binary: try measured.binary, durability: measured.durability, folder: try ScratchFolder(in: measured.dir))
    output.print(
      try chosen.wanted(of: Self.names).map { name in
        Figure(
          bench: "cli", name: name, unit: Self.inMilliseconds.contains(name) ? "ms" : "s",
          runs: try (0..<chosen.runs).map { try figures.measure(name, run: $0) })
      })
  }
}
