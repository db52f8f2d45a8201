import BanyanJSON
import BanyanTerminal
import BanyanWire

/// How a job's members went, as a table for people: a row for each.
struct ResultsTable {
  /// A job of so many parameters has a column for each.
  private static let maxParameters = 8

  let job: Int64
  let now: Int64

  func table(of rows: [JSON]) -> Table {
    var parameters: [String] = []
    for row in rows {
      for name in row["parameters"]?.object?.keys ?? [] where !parameters.contains(name) { parameters.append(name) }
    }
    parameters = Array(parameters.prefix(Self.maxParameters))
    let hasNames = parameters.isEmpty && rows.contains { $0["name"]?.string != nil }
    var columns: [(Table.Column, (JSON) -> Table.Cell)] = [
      (Table.Column(title: "TASK"), { Table.Cell("\(job).\($0["member"]?.integer ?? 0)") })
    ]
    if hasNames {
      columns.append(
        (Table.Column(title: "NAME", minWidth: 8, importance: 6), { Table.Cell($0["name"]?.string ?? "") }))
    }
    for name in parameters {
      columns.append(
        (
          Table.Column(title: name, minWidth: 6, importance: 6),
          { Table.Cell($0["parameters"]?[name]?.string ?? "") }
        ))
    }
    columns += [
      (Table.Column(title: "OUTCOME"), Self.outcome),
      (Table.Column(title: "EXIT", minWidth: 8, importance: 5), { Table.Cell(Self.exit($0)) }),
      (
        Table.Column(title: "STARTED", importance: 2),
        { Table.Cell(TimeWords.moment($0["started"]).map { TimeWords.short($0, now: now) } ?? "") }
      ),
      (Table.Column(title: "TOOK", isRight: true, importance: 5), { Table.Cell(Self.took($0)) }),
      (
        Table.Column(title: "PEAK", isRight: true, importance: 4), { Table.Cell(Self.bytes($0, "peak_memory_bytes")) }
      ),
      (
        Table.Column(title: "ASKED", isRight: true, importance: 3), { Table.Cell(Self.bytes($0, "asked_memory_bytes")) }
      ),
      (Table.Column(title: "CPU", isRight: true, importance: 2), { Table.Cell(Self.seconds($0["cpu_seconds"])) }),
      (Table.Column(title: "WORKER", minWidth: 6, importance: 2), { Table.Cell($0["worker"]?.string ?? "") }),
    ]
    if rows.contains(where: { $0["attempts"]?.integer ?? 0 > 1 }) {
      columns.append(
        (
          Table.Column(title: "ATTEMPTS", isRight: true, importance: 1),
          { Table.Cell($0["attempts"]?.integer.map { "\($0)" } ?? "") }
        ))
    }
    var table = Table(columns.map(\.0))
    table.rows = rows.map { row in columns.map { $0.1(row) } }
    table.removeEmptyColumns()
    return table
  }

  /// What a person should know of all of them.
  static func remark(_ rows: [JSON]) -> String? {
    let over = rows.filter { row in
      guard let asked = row["asked_memory_bytes"]?.integer, let used = row["peak_memory_bytes"]?.integer else {
        return false
      }
      return used > asked
    }
    guard
      let worst = over.max(by: { $0["peak_memory_bytes"]?.integer ?? 0 < $1["peak_memory_bytes"]?.integer ?? 0 }),
      let asked = worst["asked_memory_bytes"]?.integer, let used = worst["peak_memory_bytes"]?.integer
    else { return nil }
    return "\(over.count) of \(rows.count) used more memory than asked for: "
      + "at most \(ByteCount.text(used)) of \(ByteCount.text(asked))"
  }

  private static func outcome(_ row: JSON) -> Table.Cell {
    switch row["outcome"]?.string {
    case "succeeded": Table.Cell("succeeded", .good)
    case let outcome?: Table.Cell(outcome, .bad)
    case nil: row["started"] == nil ? Table.Cell("waiting", .waiting) : Table.Cell("running", .busy)
    }
  }

  /// What a success ended with is known.
  private static func exit(_ row: JSON) -> String {
    row["outcome"]?.string == "succeeded" ? "" : row["exit_status"]?.string ?? ""
  }

  private static func took(_ row: JSON) -> String { seconds(row["runtime"]) }

  private static func seconds(_ value: JSON?) -> String {
    guard let seconds = value?.double, let span = Int64(exactly: (seconds * 1000).rounded()) else { return "" }
    return TimeSpan.text(span)
  }

  private static func bytes(_ row: JSON, _ member: String) -> String { row[member]?.integer.map(ByteCount.text) ?? "" }
}
