import BanyanCore
import BanyanJSON
import BanyanTerminal
import BanyanWire

/// Jobs as a table for people.
struct JobListing {
  private static let barWidth = 10
  /// Of a command that stands for a name so much is shown.
  private static let maxCommand = 40

  /// Milliseconds since 1970.
  let now: Int64
  var isWide = false
  var glances = JobGlances()
  var names = TaskNames()

  func table(of jobs: [JobView]) -> Table {
    let rows = jobs.map { job in (job, why: why(job), left: left(job)) }
    var columns: [(Table.Column, (JobView, String, String) -> Table.Cell)] = [
      (Table.Column(title: "JOB", isRight: true), { job, _, _ in Table.Cell("\(job.number)") }),
      (Table.Column(title: "NAME", minWidth: 8, importance: 7), { job, _, _ in name(job) }),
      (Table.Column(title: "STATE"), { job, _, _ in Table.Cell(job.stateWord, job.style) }),
      (Table.Column(title: "PROGRESS", importance: 1), { job, _, _ in Table.Cell(Self.bar(job)) }),
      (Table.Column(title: "DONE", minWidth: 7, importance: 6), { job, _, _ in Table.Cell(Self.done(job)) }),
      (Table.Column(title: "ELAPSED", isRight: true, importance: 5), { job, _, _ in Table.Cell(elapsed(job)) }),
    ]
    columns.append((Table.Column(title: "LEFT", isRight: true, importance: 4), { _, _, left in Table.Cell(left) }))
    columns.append(
      (Table.Column(title: "OWNER", minWidth: 5, importance: 2), { job, _, _ in Table.Cell(job.owner) }))
    if isWide {
      for (title, member) in [("CREATED", "_created"), ("STARTED", "started"), ("ENDED", "ended")] {
        columns.append(
          (
            Table.Column(title: title, importance: 1),
            { job, _, _ in Table.Cell(job.moment(member).map { TimeWords.short($0, now: now) } ?? "") }
          ))
      }
      columns.append((Table.Column(title: "LABELS", importance: 1), { job, _, _ in Table.Cell(Self.labels(job)) }))
    }
    columns.append((Table.Column(title: "WHY", minWidth: 12, importance: 3), { _, why, _ in Table.Cell(why) }))
    var table = Table(columns.map(\.0))
    for row in rows { table.rows.append(columns.map { $0.1(row.0, row.why, row.left) }) }
    table.removeEmptyColumns()
    return table
  }

  /// How many of its tasks are done, and what becomes of the others. What failed is not done.
  static func counts(_ job: JobView) -> String {
    (["\(job.count(.succeeded))/\(job.taskCount) done"] + others(job)).joined(separator: ", ")
  }

  /// The same for a column that is called so; of a single task its state says all.
  private static func done(_ job: JobView) -> String {
    guard job.taskCount > 1 else { return "" }
    return (["\(job.count(.succeeded))/\(job.taskCount)"] + others(job)).joined(separator: ", ")
  }

  private static func others(_ job: JobView) -> [String] {
    let parts: [(Int64, String)] = [
      (job.runningCount, "running"), (job.count(.failed), "failed"), (job.count(.cancelled), "cancelled"),
      (job.count(.held), "held"),
    ]
    return parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
  }

  private static func bar(_ job: JobView) -> String {
    guard job.taskCount > 1 else { return "" }
    return Bar(
      total: job.taskCount,
      parts: [
        (job.count(.succeeded), "#"), (job.count(.failed) + job.count(.cancelled), "x"), (job.runningCount, ">"),
      ]
    ).text(width: barWidth)
  }

  /// Its name; of one that has none what it runs tells it apart.
  private func name(_ job: JobView) -> Table.Cell {
    if let name = job.name { return Table.Cell(name) }
    let command = glances[job.number]?.command ?? ""
    return Table.Cell(isWide ? command : DisplayWidth.cut(Escaping.shown(command), to: Self.maxCommand), .faint)
  }

  /// What was given to a worker and given back has not begun.
  private func elapsed(_ job: JobView) -> String {
    guard job.endedCount + job.runningCount > 0 else { return "" }
    return job.elapsed(now: now, since: glances[job.number]?.since).map(TimeWords.span) ?? ""
  }

  /// What is left, by an estimate: the job's own, if the server gives one.
  private func left(_ job: JobView) -> String {
    guard !job.isEnded else { return "" }
    let own = job.estimatedEnd?.likely
    return (own ?? glances[job.number]?.end).flatMap { TimeWords.left(until: $0, now: now) } ?? ""
  }

  private func why(_ job: JobView) -> String {
    TimeWords.localized(names.applied(to: glances.why(job)), now: now)
  }

  private static func labels(_ job: JobView) -> String {
    (job.document["labels"]?.object ?? [:]).map { "\($0.key)=\($0.value.string ?? "")" }.joined(separator: " ")
  }
}
