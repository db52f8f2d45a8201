import BanyanCore
import BanyanJSON
import BanyanTerminal
import BanyanWire

/// Tasks as a table for people.
struct TaskListing {
  let isWide: Bool
  /// Milliseconds since 1970.
  var now = LocalTime.now()
  /// Why those that wait do, by id, as far as the server was asked.
  var reasons: [String: String] = [:]
  /// What people call other tasks that a reason names.
  var names = TaskNames()
  /// Workers' names, by id.
  var workers: [String: String] = [:]

  /// The fields that it shows.
  static let projection: JSON = [
    "_id": 1, "_created": 1, "name": 1, "state": 1, "outcome": 1, "cause": 1, "owner": 1, "queue": 1, "priority": 1,
    "command": 1, "arguments": 1, "held": 1, "not_before": 1, "pending_dependency_count": 1, "attempt_count": 1,
    "max_attempt_count": 1, "worker_id": 1, "last_worker_id": 1, "requested_resources": 1, "job": 1, "member": 1,
    "started": 1, "ended": 1, "replaced_by": 1, "taken_over_from": 1,
  ]

  func table(of items: [JSON]) -> Table {
    let views = items.compactMap { TaskView($0) }
    var columns: [(Table.Column, (TaskView) -> Table.Cell)] = [
      (Table.Column(title: "TASK"), { Table.Cell($0.handle) })
    ]
    if views.contains(where: { $0.name != nil }) {
      columns.append((Table.Column(title: "NAME", minWidth: 8, importance: 6), { Table.Cell($0.name ?? "") }))
    }
    columns += [
      (Table.Column(title: "STATE"), { Table.Cell($0.stateWord, $0.style) }),
      (Table.Column(title: "ELAPSED", isRight: true, importance: 5), { Table.Cell(elapsed($0)) }),
      (Table.Column(title: "STARTED", importance: 2), { Table.Cell(time("started", $0)) }),
      (Table.Column(title: "ENDED", importance: 2), { Table.Cell(time("ended", $0)) }),
      (Table.Column(title: "WORKER", minWidth: 6, importance: 3), { Table.Cell(worker($0)) }),
      (Table.Column(title: "WHY", minWidth: 12, importance: 7), { Table.Cell(why($0)) }),
    ]
    columns.append(
      (
        Table.Column(title: "OWNER", minWidth: 5, importance: 1), { Table.Cell($0.document["owner"]?.string ?? "") }
      ))
    if isWide { columns += wide }
    columns.append(
      (
        Table.Column(title: "COMMAND", minWidth: 12, importance: 4),
        { Table.Cell(Self.command($0.document), .faint) }
      ))
    var table = Table(columns.map(\.0))
    table.rows = views.map { view in columns.map { $0.1(view) } }
    table.removeEmptyColumns()
    return table
  }

  private var wide: [(Table.Column, (TaskView) -> Table.Cell)] {
    [
      (Table.Column(title: "QUEUE", importance: 1), { Table.Cell($0.document["queue"]?.string ?? "") }),
      (
        Table.Column(title: "PRIORITY", isRight: true, importance: 1),
        { Table.Cell($0.document["priority"]?.integer.map { "\($0)" } ?? "") }
      ),
      (Table.Column(title: "NEEDS", importance: 1), { Table.Cell(Self.needs($0.document["requested_resources"])) }),
      (Table.Column(title: "CREATED", importance: 1), { Table.Cell(time("_created", $0)) }),
      (Table.Column(title: "ID", importance: 1), { Table.Cell($0.id) }),
    ]
  }

  private func moment(_ member: String, _ view: TaskView) -> Int64? { TimeWords.moment(view.document[member]) }

  private func time(_ member: String, _ view: TaskView) -> String {
    moment(member, view).map { TimeWords.short($0, now: now) } ?? ""
  }

  /// How long it has run, or ran.
  private func elapsed(_ view: TaskView) -> String {
    guard view.isEnded || view.state.isLive, let start = moment("started", view) else { return "" }
    return TimeWords.span(max(0, (view.isEnded ? moment("ended", view) ?? start : now) - start))
  }

  private func worker(_ view: TaskView) -> String {
    guard let id = view.document["last_worker_id"]?.string ?? view.document["worker_id"]?.string else { return "" }
    return workers[id] ?? "(gone)"
  }

  private func why(_ view: TaskView) -> String {
    TimeWords.localized(names.applied(to: reasons[view.id] ?? Self.reason(view)), now: now)
  }

  /// Why it waits, which attempt runs, or how it ended.
  static func reason(_ view: TaskView) -> String {
    let document = view.document
    if document["replaced_by"]?.string != nil { return "tried again\(view.cause.map { "; \($0)" } ?? "")" }
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
    case .terminated, .cancelled:
      guard view.hasSucceeded else { return view.cause ?? "" }
      return view.takenOverFrom == nil ? "" : "taken over"
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
