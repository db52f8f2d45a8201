import BanyanClient
import BanyanCore
import BanyanJSON
import BanyanTerminal
import BanyanWire

/// What a submission would make, where each of it would fit and when it would begin; nothing is sent.
struct DryRun {
  /// As the server lists them; nil: nobody was there to ask.
  let workers: [JSON]?

  /// When tasks would begin, in a few words. What is known without a forecast: what they wait for, and who has room.
  static func start(_ form: TaskForm, among workers: [JSON]) -> String {
    if form.isHeld { return "when it is let go" }
    let parents = form.after + form.awaited
    if !parents.isEmpty { return "after \(parents.joined(separator: ", "))" }
    if let time = form.values[ProvidedField.notBefore.name]?.string { return "not before \(time)" }
    guard form.work != nil else { return "at once" }
    let fitting = WorkerFit.fitting(form, among: workers)
    guard !fitting.isEmpty else { return "when a worker comes that fits" }
    guard fitting.contains(where: \.isFree) else { return "when \(names(fitting.map(\.name))) has room" }
    return "now"
  }

  func table(of job: JobForm) -> Table {
    var table = Table([
      .init(title: "TASK", minWidth: 8, importance: 6), .init(title: "TASKS", isRight: true),
      .init(title: "NEEDS", minWidth: 8, importance: 4), .init(title: "FITS", minWidth: 8, importance: 5),
      .init(title: "STARTS", minWidth: 8, importance: 5), .init(title: "COMMAND", minWidth: 8, importance: 3),
    ])
    for form in job.families {
      table.rows.append([
        Table.Cell(form.name ?? job.name ?? ""), Table.Cell("\(form.parameters?.count ?? 1)"),
        Table.Cell(form.work == nil ? "" : TaskNeeds(form).words), Table.Cell(fits(form)),
        Table.Cell(workers.map { Self.start(form, among: $0) } ?? "unknown"), Table.Cell(Self.command(form), .faint),
      ])
    }
    return table
  }

  private func fits(_ form: TaskForm) -> String {
    guard form.work != nil else { return "" }
    guard let workers else { return "unknown" }
    let fitting = WorkerFit.fitting(form, among: workers)
    guard fitting.isEmpty else { return Self.names(fitting.map(\.name)) }
    return WorkerFit.nearest(form, among: workers).map { "none: the nearest lacks \($0)" } ?? "none: no worker is there"
  }

  private static func names(_ names: [String]) -> String {
    let rest = names.count - 3
    return names.prefix(3).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
  }

  private static func command(_ form: TaskForm) -> String {
    switch form.work {
    case .shell(let line): line
    case .program(let words): ShellWords.line(words)
    case nil: "(group)"
    }
  }
}
