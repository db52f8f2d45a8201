import BanyanCore
import BanyanWire
import HTTPTypes
import Hummingbird

/// `/tasks/ID/why`, and `/tasks/why` for many: why they wait, or why they ended. Found out from a view, so that nobody
/// who claims waits for it.
struct WhyRoutes: Sendable {
  let queue: TaskQueue
  let forecaster: Forecaster

  private static let parameters = ["where", "sort", "max_results", "page", "dates"]

  func add(to table: RouteTable) {
    var many = Operation.list("Tells why tasks wait, or why they ended.", of: "Why")
    many.query = many.query.filter { Self.parameters.contains($0.name) }
    table.add("/tasks/why", [.get: .for(.readers, many, list)])
    table.add(
      "/tasks/{id}/why",
      [.get: .for(.readers, .item("Tells why a task waits, or why it ended.", Schema.named("Why")), one)])
  }

  private func one(_ request: RestRequest) async throws -> Response {
    let id = try request.id(of: "task")
    let parameters = try request.parameters()
    try parameters.allow(["dates"])
    let options = try request.options(parameters)
    let (finder, outlook) = await finder()
    let found = try await LongReads.shared.run(for: request.reader) { _ in
      Self.document(of: id, in: finder, outlook)
    }
    guard let document = found else { throw TaskRoutes.noTask(id) }
    return .json(.ok, document.encoded(options))
  }

  /// The tasks that a query on `/tasks` finds. How many are before each is not counted.
  private func list(_ request: RestRequest) async throws -> Response {
    let parameters = try request.parameters()
    try parameters.allow(Self.parameters)
    let query = try ListQuery(
      parameters: parameters.pairs, fields: .tasks(environments: ShownEnvironments(for: request.asker)),
      others: ["dates"])
    let options = try request.options(parameters)
    let (finder, outlook) = await finder()
    return .json(
      .ok,
      try await LongReads.shared.run(for: request.reader) { effort throws(Rejection) in
        try Self.page(of: query, in: finder, outlook, options, effort)
      })
  }

  private func finder() async -> (WhyFinder, TaskOutlook) {
    let forecast = await forecaster.latest()
    let (view, now) = (await queue.view(), queue.clock.wall)
    return (
      WhyFinder(view, connected: await queue.connectedWorkers, at: now), TaskOutlook(forecast, view, now: now)
    )
  }

  private static func document(of id: TaskID, in finder: WhyFinder, _ outlook: TaskOutlook) -> Document? {
    var finder = finder
    return finder.why(id).map { WhyDocument.document($0, expected: outlook[id]) }
  }

  private static func page(
    of query: ListQuery, in finder: WhyFinder, _ outlook: TaskOutlook, _ options: DocumentOptions, _ effort: Effort
  ) throws(Rejection) -> [UInt8] {
    var finder = finder
    let tasks = try finder.view.select(query, effort)
    var documents: [Document] = []
    for task in tasks.items {
      // Each worker is looked at, and its neighbours in the graph.
      try effort.spend(200 + 20 * finder.view.workers.count)
      if let why = finder.why(task.id, isCounting: false) {
        documents.append(WhyDocument.document(why, expected: outlook[task.id]))
      }
    }
    return try Envelope.list(
      Selection(items: documents, page: tasks.page, maxResults: tasks.maxResults, total: tasks.total), options, effort)
  }
}
