import ArgumentParser
import BanyanClient
import BanyanJSON

/// `banyan-bench store`: the journal and the snapshots.
struct StoreBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "store",
    abstract: "Durable commands a second, and what a snapshot costs those who work meanwhile.",
    discussion: """
      durable_records_N: submits of one task, decided before, N at once: encoded, appended, synced. Where redis-server is \
      installed, the same on the same disk with appendfsync always, and ours divided by its figure.
      snapshot_interference: p99 of a command's answer during a snapshot of a million tasks against without.
      snapshot_memory: what the server's memory grows by meanwhile.
      folder_growth: the data folder after 20 rounds of 50,000 tasks submitted, ended and forgotten, against one round.

      Example: banyan-bench store --only durable_records --dir /srv --json
      """)

  static let names = ["durable_records", "snapshot_interference", "snapshot_memory", "folder_growth"]

  @OptionGroup var chosen: FigureOptions

  @Option(help: "Tasks that are present in a snapshot.")
  var tasks = 1_000_000

  @Option(help: "Rounds of folder_growth.")
  var rounds = 20

  @Option(help: "Seconds that one measurement of a rate takes.")
  var seconds = 1.0

  @Option(help: ArgumentHelp("The disk to measure (the one of temporary files).", valueName: "folder"))
  var dir: String?

  @Option(help: ArgumentHelp("The banyan command (the one beside this program).", valueName: "path"))
  var server: String?

  @OptionGroup var output: FigureOutput

  private var wanted: [String] { chosen.wanted(of: Self.names) }

  func validate() throws {
    guard (1000...10_000_000).contains(tasks) else { throw ValidationError("--tasks \(tasks): give 1000 to 10000000") }
    guard (1...1000).contains(rounds) else { throw ValidationError("--rounds \(rounds): give 1 to 1000") }
    guard seconds > 0, seconds <= 3600 else { throw ValidationError("--seconds \(seconds): give up to 3600") }
    try chosen.check(Self.names)
  }

  func run() async throws {
    var figures: [Figure] = []
    if wanted.contains("durable_records") { figures += try durableRecords() }
    if wanted.contains("snapshot_interference") || wanted.contains("snapshot_memory") {
      figures += try await snapshots().filter { figure in wanted.contains { figure.name.hasPrefix($0) } }
    }
    if wanted.contains("folder_growth") { figures.append(try await folderGrowth()) }
    output.print(figures)
  }

  /// Ours and Redis's take turns, so that a busy disk is busy for both.
  private func durableRecords() throws -> [Figure] {
    let folder = try ScratchFolder(in: dir)
    let redis = try RedisServer(in: folder.path)
    var figures: [Figure] = []
    for batch in [1, 10, 100, 1000] {
      var (ours, theirs, ratios): ([Double], [Double], [Double]) = ([], [], [])
      for run in 0..<chosen.runs {
        let (rate, bytes) = try StoreFigures.durableRecords(
          batch: batch, seconds: seconds, in: folder("\(batch)-\(run)"))
        ours.append(rate)
        guard let redis else { continue }
        let other = try redis.rate(batch: batch, bytes: bytes, seconds: seconds)
        theirs.append(other)
        ratios.append(rate / other)
      }
      figures.append(Figure(bench: "store", name: "durable_records_\(batch)", unit: "1/s", runs: ours))
      if theirs.isEmpty { continue }
      figures.append(Figure(bench: "store", name: "durable_records_\(batch)_redis", unit: "1/s", runs: theirs))
      figures.append(Figure(bench: "store", name: "durable_records_\(batch)_ratio", unit: "times", runs: ratios))
    }
    return figures
  }

  private func snapshots() async throws -> [Figure] {
    let folder = try ScratchFolder(in: dir)
    try StoreFigures.fill(folder("data"), tasks: tasks, changes: 0)
    let process = try ServerProcess(binary: server, durability: "always", data: folder("data"))
    defer { process.kill() }
    let flow = CommandFlow(credentials: try process.credentials(.provider), clients: 4)
    let http = try HTTPClient(process.credentials(.provider))
    var (ratios, during, without, memory): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
    for _ in 0..<chosen.runs {
      let quiet = try await flow.latencies { try await Task.sleep(for: .seconds(4)) }
      let before = try process.memory().resident
      try process.forgetPeakMemory()
      let busy = try await flow.latencies { _ = try await http.json(.post, "/snapshots") }
      memory.append(Double(try process.memory().peak - before) / 1_048_576)
      without.append(CommandFlow.p99(quiet))
      during.append(CommandFlow.p99(busy))
      ratios.append(CommandFlow.p99(busy) / CommandFlow.p99(quiet))
    }
    await http.close()
    return [
      Figure(bench: "store", name: "snapshot_interference", unit: "times", runs: ratios),
      Figure(bench: "store", name: "snapshot_interference_p99", unit: "ms", runs: during),
      Figure(bench: "store", name: "snapshot_interference_p99_without", unit: "ms", runs: without),
      Figure(bench: "store", name: "snapshot_memory", unit: "MB", runs: memory),
    ]
  }

  private func folderGrowth() async throws -> Figure {
    let process = try ServerProcess(binary: server, durability: "always")
    defer { process.stop() }
    let http = try HTTPClient(process.credentials(.provider))
    var first = 0
    let tasks = 50_000
    let messages = Submitter.messages(tasks: tasks, batch: 100)
    for round in 1...rounds {
      _ = try await FullRound(process, messages: messages, tasks: tasks, batch: 100, workers: 2).run()
      _ = try await http.json(.delete, "/tasks", query: [("where", "{}")])
      if round == 1 { first = try process.folderBytes() }
    }
    await http.close()
    let growth = Double(try process.folderBytes()) / Double(first)
    return Figure(bench: "store", name: "folder_growth", unit: "times", runs: [growth])
  }
}
