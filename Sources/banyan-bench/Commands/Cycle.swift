import ArgumentParser
import BanyanClient

/// Submit, claim, report, over WebSocket, in batches.
struct Cycle: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tasks a second through submit, claim and report, in batches over WebSocket.",
    discussion: """
      A server of its own, one connection that submits, and simulated workers that claim and report as successes \
      without running anything. A cycle is one task through submit, claim and report, each acknowledged.

      Example: banyan-bench cycle --runs 5 --json
      """)

  @Option(help: "Tasks in a run.")
  var tasks = 100_000

  @Option(help: "Tasks in one message.")
  var batch = 100

  @Option(help: "Connections that work.")
  var workers = 4

  @Option(help: "How often it is measured; the median counts.")
  var runs = 5

  @Option(help: "always, interval or none, as of banyan server.")
  var durability = "always"

  @Option(help: ArgumentHelp("The banyan command (the one beside this program).", valueName: "path"))
  var server: String?

  @OptionGroup var output: FigureOutput

  func validate() throws {
    guard (1...10_000_000).contains(tasks) else { throw ValidationError("--tasks \(tasks): give 1 to 10000000") }
    guard (1...10_000).contains(batch) else { throw ValidationError("--batch \(batch): give 1 to 10000") }
    guard (1...1000).contains(workers) else { throw ValidationError("--workers \(workers): give 1 to 1000") }
    guard (1...1000).contains(runs) else { throw ValidationError("--runs \(runs): give 1 to 1000") }
  }

  func run() async throws {
    let messages = Submitter.messages(tasks: tasks, batch: batch)
    var rates: [Double] = []
    var costs: [Double] = []
    for _ in 0..<runs {
      let measured = try await measure(messages)
      rates.append(Double(tasks) / measured.seconds)
      costs.append(measured.cpuSeconds / Double(tasks) * 1_000_000)
    }
    let suffix = workers == 4 ? "" : "_of_\(workers)"
    output.print([
      Figure(
        bench: "cycle", name: workers == 4 ? "cycles_4_batch" : "cycles_\(workers)_batch", unit: "1/s", runs: rates),
      Figure(bench: "cycle", name: "cpu_batch\(suffix)", unit: "us", runs: costs),
    ])
  }

  /// One run on a fresh server: from the first submit to the last acknowledged report.
  private func measure(_ messages: [[UInt8]]) async throws -> (seconds: Double, cpuSeconds: Double) {
    let server = try ServerProcess(binary: server, durability: durability)
    defer { server.stop() }
    let round = try FullRound(server, messages: messages, tasks: tasks, batch: batch, workers: workers)
    let before = try server.cpuSeconds()
    let seconds = try await round.run()
    return (seconds, try server.cpuSeconds() - before)
  }
}
