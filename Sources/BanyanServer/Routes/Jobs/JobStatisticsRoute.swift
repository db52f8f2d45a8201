import BanyanCore
import BanyanJSON
import BanyanWire
import HTTPTypes
import Hummingbird

/// `/jobs/N/statistics`: a job in figures.
struct JobStatisticsRoute: Sendable {
  let queue: TaskQueue
  let forecaster: Forecaster

  func add(to table: RouteTable) {
    table.add(
      "/jobs/{id}/statistics",
      [.get: .for(.readers, .item("Tells a job in figures.", Self.schema), statistics)])
  }

  private static var schema: JSON {
    let spread = Schema.named("Spread")
    let members: [(String, JSON)] = [
      ("number", Schema.integer), ("state", Schema.word(JobState.allCases.map(\.rawValue))), ("done", Schema.number),
      ("counts", Schema.integers), ("count", Schema.integer), ("by_state", Schema.integers),
      ("attempts", Schema.integers), ("exit_statuses", Schema.integers), ("waiting", spread), ("running", spread),
      ("cpu_seconds", Schema.orNull(Schema.number)), ("peak_memory_bytes", spread),
      (
        "rates",
        ["type": "object", "additionalProperties": Schema.number, "description": "Members that ended a second."]
      ),
      ("memory_bytes", Schema.object([("asked", spread), ("used", spread)])),
      ("core_seconds", Schema.orNull(Schema.object([("asked", Schema.number), ("used", Schema.number)]))),
    ]
    let path = Schema.object([
      ("families", Schema.list(of: Schema.text)), ("remaining_milliseconds", Schema.integer),
    ])
    return Schema.object(
      members + [
        ("critical_path", Schema.orNull(path)), ("estimated_start", Schema.orNull(ExpectedTimes.schema)),
        ("estimated_end", Schema.orNull(ExpectedTimes.schema)),
      ])
  }

  private func statistics(_ request: RestRequest) async throws -> Response {
    let number = try request.jobNumber()
    let parameters = try request.parameters()
    try parameters.allow(["dates"])
    let dates = try parameters.dates()
    let forecast = await forecaster.latest()
    let view = await queue.view()
    guard let job = view.job(number) else { throw JobRoutes.noJob(number.description) }
    let now = queue.clock.wall
    let figures = try await LongReads.shared.run(for: request.reader) { effort throws(Rejection) in
      var figures = JobFigures(job, now: now)
      var family = 0
      for task in view.tasks(of: number) {
        try effort.spend(16 + task.attempts.count)
        // Members come in order, and so do their families.
        let member = task.place?.member ?? 0
        while family < job.families.count, job.families[family].members.upperBound <= member { family += 1 }
        figures.add(task, family: family < job.families.count ? family : nil)
      }
      return figures
    }
    let expected = JobOutlook(forecast, now: now)[job]
    return .json(.ok, JSONText.object { figures.write(to: &$0, expected: expected, dates: dates) })
  }
}
