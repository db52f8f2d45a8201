import BanyanCore
import BanyanJSON
import BanyanTerminal
import BanyanWire

/// Jobs as a table for people.
struct JobListing {
  /// Milliseconds since 1970.
  let now: Int64

  func table(of jobs: [JobView]) -> Table {
    var table = Table([
      Table.Column(title: "JOB", isRight: true),
      Table.Column(title: "NAME", minWidth: 12, importance: 5),
      Table.Column(title: "STATE"),
      Table.Column(title: "TASKS", minWidth: 12, importance: 6),
      Table.Column(title: "ELAPSED", isRight: true, importance: 4),
      Table.Column(title: "LEFT", isRight: true, importance: 3),
      Table.Column(title: "OWNER", minWidth: 5, importance: 2),
    ])
    for job in jobs {
      table.rows.append([
        Table.Cell("\(job.number)"), Table.Cell(job.name ?? ""), Table.Cell(job.stateWord, job.style),
        Table.Cell(Self.counts(job)), Table.Cell(elapsed(job)),
        Table.Cell(ForecastWords.left(until: job.estimatedEnd, now: now) ?? ""), Table.Cell(job.owner),
      ])
    }
    return table
  }

  /// How many of its tasks are done, and what becomes of the others.
  static func counts(_ job: JobView) -> String {
    var words = ["\(job.endedCount)/\(job.taskCount) done"]
    let parts: [(Int64, String)] = [
      (job.runningCount, "running"), (job.count(.failed), "failed"), (job.count(.cancelled), "cancelled"),
      (job.count(.held), "held"),
    ]
    for (count, word) in parts where count > 0 { words.append("\(count) \(word)") }
    return words.joined(separator: ", ")
  }

  /// Since its first task began, until its last one ended.
  private func elapsed(_ job: JobView) -> String {
    guard let start = Self.moment(job.document["started"]) else { return "" }
    let span = (Self.moment(job.document["ended"]) ?? now) - start
    return span < 1000 ? "<1s" : TimeSpan.text(span / 1000 * 1000)
  }

  private static func moment(_ value: JSON?) -> Int64? { value?.string.flatMap { DateForm.milliseconds($0) } }
}
