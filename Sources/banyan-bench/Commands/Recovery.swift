import ArgumentParser
import BanyanClient
import BanyanJSON

/// A start after a crash.
struct Recovery: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "How long a server that was killed takes until it is ready.",
    discussion: """
      recovery_1m: from the start of the process until /readyz says so, on a snapshot of a million tasks and 100,000 \
      journalled changes. The files are in the system's memory, as after a crash of the server alone.

      Example: banyan-bench recovery --json
      """)

  @Option(help: "Tasks in the snapshot.")
  var tasks = 1_000_000

  @Option(help: "Commands in the journal behind it.")
  var changes = 100_000

  @Option(help: "How often it is measured; the median counts.")
  var runs = 5

  @Option(help: ArgumentHelp("The disk to measure (the one of temporary files).", valueName: "folder"))
  var dir: String?

  @Option(help: ArgumentHelp("The banyan command (the one beside this program).", valueName: "path"))
  var server: String?

  @OptionGroup var output: FigureOutput

  func validate() throws {
    guard (1000...10_000_000).contains(tasks) else { throw ValidationError("--tasks \(tasks): give 1000 to 10000000") }
    guard (0...10_000_000).contains(changes) else { throw ValidationError("--changes \(changes): give 0 to 10000000") }
    guard (1...1000).contains(runs) else { throw ValidationError("--runs \(runs): give 1 to 1000") }
  }

  func run() async throws {
    let folder = try ScratchFolder(in: dir)
    try StoreFigures.fill(folder("data"), tasks: tasks, changes: changes)
    var times: [Double] = []
    for _ in 0..<runs {
      let watch = Stopwatch()
      let process = try ServerProcess(binary: server, durability: "always", data: folder("data"))
      defer { process.kill() }
      let http = try HTTPClient(Credentials(address: process.address, token: nil))
      _ = try await http.json(.get, "/readyz")
      times.append(watch.seconds)
      await http.close()
    }
    let name = tasks == 1_000_000 && changes == 100_000 ? "recovery_1m" : "recovery_\(tasks)_\(changes)"
    output.print([Figure(bench: "recovery", name: name, unit: "s", runs: times)])
  }
}
