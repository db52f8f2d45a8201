import ArgumentParser
import BanyanCore

/// The engine alone: no disk, no sockets.
struct Engine: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The queue's state machine alone, at a million tasks.",
    discussion: """
      Figures: \(Engine.names.joined(separator: ", ")). Each is measured on a queue of its own in a process of its own, \
      so that memory is that of one queue.

      Example: banyan-bench engine --only cycle_1m,memory_1m --json
      """)

  @OptionGroup var chosen: FigureOptions

  @Option(help: "Tasks that are present.")
  var tasks = 1_000_000

  /// One measurement in this process, its value on standard output: what the parent process starts.
  @Option(help: .hidden)
  var once: String?

  @OptionGroup var output: FigureOutput

  static let names = [
    "cycle_1m", "growth", "claim_50_shapes_1", "claim_50_shapes_64", "claim_100k_shapes_1", "claim_100k_shapes_64",
    "cancel_chain", "cancel_fan", "graph_1m", "memory_1m", "stall_under_view",
    "stall_under_view_cpu", "forecast_10k",
  ]

  private static let units = [
    "growth": "times", "cancel_chain": "s", "cancel_fan": "s", "graph_1m": "s", "memory_1m": "MB",
    "stall_under_view": "ms", "stall_under_view_cpu": "ms", "forecast_10k": "ms",
  ]

  func validate() throws {
    guard (1000...10_000_000).contains(tasks) else { throw ValidationError("--tasks \(tasks): give 1000 to 10000000") }
    try chosen.check(Self.names)
  }

  private var wanted: [String] { chosen.wanted(of: Self.names) }

  func run() async throws {
    if let once { return print(try value(of: once)) }
    var figures: [Figure] = []
    for name in wanted {
      var values: [Double] = []
      for _ in 0..<chosen.runs {
        values.append(try OwnProcess.number(["engine", "--once", name, "--tasks", "\(tasks)"]))
      }
      figures.append(Figure(bench: "engine", name: name, unit: Self.units[name] ?? "us", runs: values))
    }
    output.print(figures)
  }

  private func value(of name: String) throws -> Double {
    switch name {
    case "cycle_1m": try EngineFigures.cycle(present: tasks)
    case "growth": try EngineFigures.cycle(present: tasks) / EngineFigures.cycle(present: tasks / 100)
    case "claim_50_shapes_1": try EngineFigures.claim(shapes: 50, size: 1, present: tasks)
    case "claim_50_shapes_64": try EngineFigures.claim(shapes: 50, size: 64, present: tasks)
    case "claim_100k_shapes_1": try EngineFigures.claim(shapes: 100_000, size: 1, present: tasks)
    case "claim_100k_shapes_64": try EngineFigures.claim(shapes: 100_000, size: 64, present: tasks)
    case "cancel_chain": try EngineFigures.cancelChain(length: tasks)
    case "cancel_fan": try EngineFigures.cancelFan(width: tasks / 10)
    case "graph_1m": try EngineFigures.graph(size: tasks)
    case "memory_1m": try EngineFigures.memory(tasks: tasks)
    case "stall_under_view": try EngineFigures.stallUnderView(tasks: tasks, isProcessorTime: false)
    case "forecast_10k": try EngineFigures.forecast(waiting: Forecast.maxStarts)
    default: try EngineFigures.stallUnderView(tasks: tasks, isProcessorTime: true)
    }
  }
}
