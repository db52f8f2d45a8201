import BanyanCore
import BanyanJSON
import BanyanTerminal
import BanyanWire

/// The server in figures, for people: tasks by queue, rates and times of the last minutes, what the workers offer.
struct StatisticsTables {
  /// The document that `GET /statistics` answered.
  let statistics: JSON

  private static let windows = ["1m", "5m", "15m"]

  /// The lines of all tables, an empty one between them.
  func lines(width: Int, hasColour: Bool) -> [String] {
    let tables = [queues, times].map { $0.lines(width: width, hasColour: hasColour) }
    return Array(tables.joined(separator: [""])) + ["", DisplayWidth.cut(workers, to: width)]
  }

  private var queues: Table {
    var table = Table([
      .init(title: "QUEUE", minWidth: 8), .init(title: "WAITING", isRight: true),
      .init(title: "RUNNING", isRight: true),
      .init(title: "ENDED", isRight: true), .init(title: "CANCELLED", isRight: true, importance: 1),
    ])
    let tasks = statistics["tasks"]
    for (name, states) in tasks?["by_queue"]?.object ?? [:] { table.rows.append(Self.row(Table.Cell(name), states)) }
    table.rows.append(Self.row(Table.Cell("all", .strong), tasks?["by_state"] ?? [:]))
    return table
  }

  private static func row(_ name: Table.Cell, _ states: JSON) -> [Table.Cell] {
    func sum(_ wanted: TaskState...) -> Int64 { wanted.reduce(0) { $0 + (states[$1.name]?.integer ?? 0) } }
    let (waiting, running) = (sum(.inactive, .available), sum(.running, .pendingCancellation))
    return [
      name, Table.Cell("\(waiting)", waiting > 0 ? .waiting : .plain),
      Table.Cell("\(running)", running > 0 ? .busy : .plain), "\(sum(.terminated))", "\(sum(.cancelled))",
    ]
  }

  private var times: Table {
    var table = Table(
      [.init(title: "IN THE LAST", minWidth: 10)] + Self.windows.map { .init(title: $0, isRight: true) })
    for name in ["submitted", "claimed", "ended"] {
      table.rows.append(
        [Table.Cell(name)]
          + Self.windows.map { window in
            Table.Cell(Self.rate(statistics["rates"]?[window]?[name]?.double ?? 0))
          })
    }
    for (name, title) in [("waiting", "waited, p50 / p99"), ("running", "ran, p50 / p99")] {
      table.rows.append(
        [Table.Cell(title)]
          + Self.windows.map { window in
            let spread = statistics[name]?[window]
            guard let median = spread?["p50"]?.double, let tail = spread?["p99"]?.double else { return "-" }
            return Table.Cell("\(Self.span(median)) / \(Self.span(tail))")
          })
    }
    return table
  }

  private var workers: String {
    let workers = statistics["workers"]
    let (offered, reserved) = (workers?["offered"], workers?["reserved"])
    func part(_ name: String, _ text: (Int64) -> String) -> String {
      "\(text(reserved?[name]?.integer ?? 0)) of \(text(offered?[name]?.integer ?? 0))"
    }
    var words = [
      "\(workers?["connected"]?.integer ?? 0) of \(workers?["registered"]?.integer ?? 0) workers up",
      "\(part("cpu_cores") { "\($0)" }) cores", "\(part("cpu_memory_bytes", ByteCount.text)) reserved",
    ]
    if (offered?["gpus"]?.integer ?? 0) > 0 { words.append("\(part("gpus") { "\($0)" }) GPUs") }
    return words.joined(separator: ", ")
  }

  /// Something a second, in as many digits as say something.
  static func rate(_ number: Double) -> String {
    if number >= 10 { return "\(Int64(exactly: number.rounded()) ?? .max)/s" }
    let hundredths = Int64(exactly: (number * 100).rounded()) ?? .max
    guard hundredths > 0 else { return number > 0 ? "<0.01/s" : "0" }
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)/s"
  }

  private static func span(_ milliseconds: Double) -> String {
    TimeSpan.text(Int64(exactly: milliseconds.rounded()) ?? .max)
  }
}
