import BanyanCore
import BanyanJSON
import BanyanTerminal
import BanyanWire

/// Tasks as a table for people.
struct TaskListing {
  let isWide: Bool

  /// The fields that it shows.
  static let projection: JSON = [
    "_id": 1, "_created": 1, "name": 1, "state": 1, "outcome": 1, "cause": 1, "owner": 1, "queue": 1, "priority": 1,
    "command": 1,
    "arguments": 1, "held": 1, "not_before": 1, "pending_dependency_count": 1, "attempt_count": 1,
    "max_attempt_count": 1, "worker_id": 1, "requested_resources": 1, "job": 1, "member": 1,
  ]

  /// - Parameter reasons: why those that wait do, by id, as far as the server was asked.
  func table(of items: [JSON], reasons: [String: String] = [:]) -> Table {
    var columns = [
      Table.Column(title: "TASK"),
      Table.Column(title: "NAME", minWidth: 12, importance: 5),
      Table.Column(title: "STATE"),
      Table.Column(title: "WHY", minWidth: 12, importance: 6),
      Table.Column(title: "OWNER", minWidth: 5, importance: 2),
      Table.Column(title: "COMMAND", minWidth: 12, importance: 4),
    ]
    if isWide {
      columns.insert(Table.Column(title: "QUEUE", importance: 1), at: 5)
      columns.insert(Table.Column(title: "PRIORITY", isRight: true, importance: 1), at: 6)
      columns.insert(Table.Column(title: "CREATED", importance: 1), at: 7)
      columns.insert(Table.Column(title: "ID", importance: 1), at: 8)
    }
    var table = Table(columns)
    for item in items {
      guard let view = TaskView(item) else { continue }
      var row: [Table.Cell] = [
        Table.Cell(view.handle),
        Table.Cell(view.name ?? ""),
        Table.Cell(view.stateWord, view.style),
        Table.Cell(reasons[view.id] ?? Self.reason(view)),
        Table.Cell(item["owner"]?.string ?? ""),
        Table.Cell(Self.command(item), .faint),
      ]
      if isWide {
        row.insert(Table.Cell(item["queue"]?.string ?? ""), at: 5)
        row.insert(Table.Cell(item["priority"]?.integer.map { "\($0)" } ?? ""), at: 6)
        row.insert(Table.Cell(LocalTime.text("_created", item["_created"]) ?? ""), at: 7)
        row.insert(Table.Cell(view.id), at: 8)
      }
      table.rows.append(row)
    }
    return table
  }

  /// Why it waits, which attempt runs, or how it ended.
  static func reason(_ view: TaskView) -> String {
    let document = view.document
    switch view.state {
    case .inactive:
      let parents = document["pending_dependency_count"]?.integer ?? 0
      if parents == 0 { return "not released by its provider" }
      return parents == 1 ? "after 1 task" : "after \(parents) tasks"
    case .available:
      if document["held"]?.bool == true { return "held" }
      let attempts = document["attempt_count"]?.integer ?? 0
      let again = attempts > 0 ? "attempt \(attempts) failed; " : ""
      return again + "for a worker with \(needs(document["requested_resources"]))"
    case .running:
      let attempts = document["attempt_count"]?.integer ?? 1
      return attempts > 1 ? "attempt \(attempts) of \(document["max_attempt_count"]?.integer ?? attempts)" : ""
    case .pendingCancellation: return view.cause ?? "told to stop"
    case .terminated, .cancelled: return view.hasSucceeded ? "" : view.cause ?? ""
    }
  }

  /// What a task reserves, in a few words.
  static func needs(_ resources: JSON?) -> String {
    var words: [String] = []
    let cores = resources?["cpu_cores"]?["count"]?.integer ?? 0
    let percent = resources?["cpu_cores"]?["percent"]?.double ?? 0
    if cores > 0 { words.append(cores == 1 ? "1 core" : "\(cores) cores") }
    if percent > 0 { words.append("\(Int64(exactly: percent).map(String.init) ?? String(percent))% of its cores") }
    if let bytes = resources?["cpu_memory_bytes"]?.integer, bytes > 0 { words.append(ByteCount.text(bytes)) }
    if let gpus = resources?["gpu_count"]?.integer, gpus > 0 { words.append(gpus == 1 ? "1 GPU" : "\(gpus) GPUs") }
    for (name, count) in resources?["custom"]?.object ?? [:] { words.append("\(count) \(name)") }
    return words.isEmpty ? "room" : words.joined(separator: ", ")
  }

  /// In a form that can be pasted back.
  static func command(_ document: JSON) -> String {
    if let line = document["command"]?.string { return line }
    if let words = document["arguments"]?.array { return ShellWords.line(words.compactMap(\.string)) }
    return "(group)"
  }
}
