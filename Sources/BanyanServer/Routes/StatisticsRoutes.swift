import BanyanCore
import BanyanJSON
import BanyanWire
import HTTPTypes
import Hummingbird

/// `/statistics`, of the server, and of tasks: of those that fit a filter, and of all that descends from one.
struct StatisticsRoutes: Sendable {
  let context: ServerContext

  func add(to table: RouteTable) {
    table.add(
      "/statistics", [.get: .for(.readers, .item("Tells the server in figures.", Schema.anyObject), server)])
    let figures: [(String, JSON)] = [
      ("count", Schema.integer), ("by_state", Schema.integers), ("attempts", Schema.integers),
      ("exit_statuses", Schema.integers), ("waiting", Schema.named("Spread")), ("running", Schema.named("Spread")),
      ("cpu_seconds", Schema.orNull(Schema.number)), ("peak_memory_bytes", Schema.named("Spread")),
    ]
    table.add(
      "/tasks/statistics",
      [
        .get: .for(
          .readers,
          .item("Tells the tasks that fit a filter in figures.", Schema.object(figures), query: [.filter, .dates]),
          tasks)
      ])
    let below: [(String, JSON)] = [
      ("_id", Schema.identifier), ("done", Schema.number), ("critical_path", Schema.anyObject),
      ("estimated_end", Schema.orNull(Schema.date)),
    ]
    table.add(
      "/tasks/{id}/statistics",
      [
        .get: .for(
          .readers,
          .item("Tells a task and all that descends from it in figures.", Schema.object(figures + below)), descent)
      ])
  }

  // MARK: Tasks

  private func tasks(_ request: RestRequest) async throws -> Response {
    let parameters = try request.parameters()
    try parameters.allow(["where", "dates"])
    // There are none in the answer; what is no form of them is refused all the same.
    _ = try parameters.dates()
    let fields = FieldSet.tasks(environments: ShownEnvironments(for: request.asker))
    let filter = try parameters.value("where").map { text throws(Rejection) in try Filter(text: text, fields: fields) }
    let view = await context.queue.view()
    let figures = try await LongReads.shared.run(for: request.reader) { effort throws(Rejection) in
      try Self.figures(of: filter, in: view, effort)
    }
    return .json(.ok, JSONText.object { figures.write(to: &$0) })
  }

  private static func figures(of filter: Filter?, in view: QueueView, _ effort: Effort) throws(Rejection) -> TaskFigures
  {
    var figures = TaskFigures()
    try view.forEachTask(matching: filter, showsReplaced: false, effort) { figures.add($0) }
    return figures
  }

  private func descent(_ request: RestRequest) async throws -> Response {
    let id = try request.id(of: "task")
    let parameters = try request.parameters()
    try parameters.allow(["dates"])
    let dates = try parameters.dates()
    let view = await context.queue.view()
    let now = context.clock.wall
    let found = try await LongReads.shared.run(for: request.reader) { effort throws(Rejection) in
      try Descent(of: id, in: view, now: now, effort)
    }
    guard let descent = found else { throw TaskRoutes.noTask(id) }
    return .json(
      .ok,
      JSONText.object { body in
        body.set("_id", id.description)
        descent.figures.write(to: &body)
        body.set("done", Double(descent.ended) / Double(max(1, descent.figures.count)))
        body.object("critical_path") { path in
          path.set("count", descent.criticalPath.count)
          path.array("tasks") { list in
            for task in descent.criticalPath.prefix(Descent.maxNamed) { list.append(task.description) }
          }
          if let remaining = descent.remaining {
            path.set("remaining_milliseconds", remaining)
          } else {
            path.setNull("remaining_milliseconds")
          }
        }
        if let remaining = descent.remaining, !descent.criticalPath.isEmpty {
          body.set("estimated_end", dates.text(now &+ remaining))
        } else {
          body.setNull("estimated_end")
        }
      })
  }

  // MARK: The server

  private func server(_ request: RestRequest) async throws -> Response {
    let parameters = try request.parameters()
    try parameters.allow(["dates"])
    let dates = try parameters.dates()
    let report = ServerStatistics(
      queue: await context.queue.figures(), requests: context.meter.current(),
      snapshot: await context.snapshotter.figures, forecasts: await context.forecaster.score, now: context.clock.wall,
      dates: dates)
    return .json(
      .ok, try await LongReads.shared.run(for: request.reader) { _ in JSONText.object { report.write(to: &$0) } })
  }
}
