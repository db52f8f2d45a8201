import BanyanCore
import BanyanJSON
import BanyanTerminal
import BanyanWire

/// The queue at one moment, for people who watch it: figures, workers, what runs with its memory and CPU, and what waits
/// longest, with why.
struct TopPicture {
  let statistics: JSON
  let workers: [JSON]
  /// What runs, and the newest attempt of each by its task's id.
  let running: [JSON]
  var attempts: [String: JSON] = [:]
  let runningTotal: Int
  /// Jobs of which something waits, the longest first.
  let waiting: [JobView]
  var glances = JobGlances()
  var names = TaskNames()
  let now: Int64

  func lines(width: Int, hasColour: Bool) -> [String] {
    var lines = StatisticsTables(statistics: statistics).lines(width: width, hasColour: hasColour)
    func add(_ table: Table, _ title: String) {
      guard !table.rows.isEmpty else { return }
      var table = table
      table.removeEmptyColumns()
      let text = DisplayWidth.cut(title, to: width)
      lines += ["", hasColour ? Style.strong.applied(to: text) : text]
      lines += table.lines(width: width, hasColour: hasColour)
    }
    add(WorkerTable.table(of: workers, now: now), "Workers")
    let more = runningTotal > running.count ? ", the first \(running.count) of \(runningTotal)" : ""
    add(runningTable, "Runs\(more)")
    add(waitingTable, "Waits longest")
    return lines
  }

  private var workerNames: [String: String] {
    Dictionary(
      workers.compactMap { item in item["_id"]?.string.flatMap { id in item["name"]?.string.map { (id, $0) } } }
    ) { first, _ in first }
  }

  private var runningTable: Table {
    var table = Table([
      .init(title: "TASK"), .init(title: "NAME", minWidth: 8, importance: 5),
      .init(title: "ELAPSED", isRight: true, importance: 4), .init(title: "CPU", isRight: true, importance: 6),
      .init(title: "MEMORY", isRight: true, importance: 6), .init(title: "ASKED", isRight: true, importance: 2),
      .init(title: "WORKER", minWidth: 6, importance: 3), .init(title: "OWNER", minWidth: 5, importance: 1),
      .init(title: "COMMAND", minWidth: 10, importance: 2),
    ])
    let names = workerNames
    for item in running {
      guard let view = TaskView(item) else { continue }
      let attempt = attempts[view.id]
      let cpu = attempt?["cpu_usage"]?["utilization_percent"]?.double.flatMap { Int64(exactly: $0.rounded()) }
      let memory = attempt?["memory"]?["resident_memory_bytes"]?.integer
      let asked = item["requested_resources"]?["cpu_memory_bytes"]?.integer
      let isOver = memory.map { $0 > asked ?? .max } ?? false
      table.rows.append([
        Table.Cell(view.handle), Table.Cell(view.name ?? ""),
        Table.Cell(TimeWords.moment(item["started"]).map { TimeWords.span(max(0, now - $0)) } ?? ""),
        Table.Cell(cpu.map { "\($0)%" } ?? ""), Table.Cell(memory.map(ByteCount.text) ?? "", isOver ? .bad : .plain),
        Table.Cell(asked.map(ByteCount.text) ?? ""), Table.Cell(names[item["worker_id"]?.string ?? ""] ?? ""),
        Table.Cell(item["owner"]?.string ?? ""), Table.Cell(TaskListing.command(item), .faint),
      ])
    }
    return table
  }

  private var waitingTable: Table {
    var table = Table([
      .init(title: "JOB", isRight: true), .init(title: "NAME", minWidth: 8, importance: 5),
      .init(title: "SINCE", isRight: true, importance: 6), .init(title: "WAITING", isRight: true, importance: 4),
      .init(title: "OWNER", minWidth: 5, importance: 1), .init(title: "WHY", minWidth: 12, importance: 7),
    ])
    for job in waiting {
      let name = job.name.map { Table.Cell($0) } ?? Table.Cell(glances[job.number]?.command ?? "", .faint)
      table.rows.append([
        Table.Cell("\(job.number)"), name,
        Table.Cell(job.moment("_created").map { TimeWords.span(max(0, now - $0)) } ?? ""),
        Table.Cell("\(job.count(.available) + job.count(.inactive))"), Table.Cell(job.owner),
        Table.Cell(TimeWords.localized(names.applied(to: glances.reason(job)), now: now)),
      ])
    }
    return table
  }

  /// For programs.
  var document: JSON {
    let running = running.map { item -> JSON in
      guard var members = item.object, let id = item["_id"]?.string else { return item }
      members["attempt"] = attempts[id] ?? .null
      return .object(members)
    }
    let waiting = waiting.map { job -> JSON in
      guard var members = job.document.object else { return job.document }
      members["why"] = glances[job.number]?.document["why"] ?? .null
      return .object(members)
    }
    return [
      "statistics": statistics, "workers": .array(workers), "running": .array(running), "waiting": .array(waiting),
    ]
  }
}
