import BanyanCore
import BanyanWire
import HTTPTypes
import Hummingbird

/// The records of attempts: of one task, oldest first, and of all.
struct HistoryRoutes: Sendable {
  let queue: TaskQueue
  let usage: UsageBoard

  private static let fields = FieldSet.documents(
    dates: ExecutionDocument.dateFields, names: ExecutionDocument.fieldNames)

  func add(to table: RouteTable) {
    table.add(
      "/tasks/{id}/history",
      [.get: .for(.readers, .list("Lists a task's attempts, oldest first.", of: "ExecutionRecord"), history)])
    table.add(
      "/execution_info", [.get: .for(.readers, .list("Lists the attempts of all tasks.", of: "ExecutionRecord"), list)])
    table.add(
      "/execution_info/{id}",
      [.get: .for(.readers, .item("Shows an attempt.", Schema.named("ExecutionRecord")), show)])
  }

  private func history(_ request: RestRequest) async throws -> Response {
    let id = try request.id(of: "task")
    guard let record = await queue.read({ $0.record(id) }) else { throw TaskRoutes.noTask(id) }
    await askForUsage([record])
    let documents = await usage.complete([record]).flatMap(Self.documents)
    let parameters = try request.parameters()
    let query = try Self.query(parameters)
    let options = try request.options(parameters, projection: query.projection)
    let text = try await LongReads.shared.run(for: request.reader) { effort throws(Rejection) in
      try Envelope.list(try query.select(from: documents, effort), options, effort)
    }
    return .json(.ok, text)
  }

  /// Of what runs, the workers are asked for newer figures.
  private func askForUsage(_ records: [TaskRecord]) async {
    let workers = Set(records.lazy.filter { $0.state.isLive }.compactMap { $0.attempts.last?.workerID })
    if !workers.isEmpty { await queue.askForUsage(of: workers) }
  }

  private func list(_ request: RestRequest) async throws -> Response {
    let parameters = try request.parameters()
    let query = try Self.query(parameters)
    let options = try request.options(parameters, projection: query.projection)
    let view = await queue.view()
    let busy = Set(view.workers.lazy.filter { !$0.live.isEmpty }.map(\.record.id))
    if !busy.isEmpty { await queue.askForUsage(of: busy) }
    let figures = await usage.current()
    let text = try await LongReads.shared.run(for: request.reader) { effort throws(Rejection) in
      var page = PageCollector<Document>(query, effort)
      try view.forEachTask { record throws(Rejection) in
        try effort.spend(1 + 16 * record.attempts.count)
        if !record.attempts.isEmpty {
          for document in Self.documents(figures.complete(record)) { try page.offer(document) }
        }
        return true
      }
      return try Envelope.list(try page.selection(), options, effort)
    }
    return .json(.ok, text)
  }

  private static func query(_ parameters: QueryParameters) throws(Rejection) -> ListQuery {
    try ListQuery(parameters: parameters.pairs, fields: fields, others: ["dates"])
  }

  private func show(_ request: RestRequest) async throws -> Response {
    let id = try request.id(of: "execution record")
    let parameters = try request.parameters()
    try parameters.allow(["dates"])
    let view = await queue.view()
    let record = try await LongReads.shared.run(for: request.reader) { _ in view.task(ofAttempt: id) }
    guard let record else { throw Rejection(.notFound, "There is no execution record \(id).") }
    await askForUsage([record])
    guard let completed = await usage.complete([record]).first,
      let attempt = completed.attempts.first(where: { $0.id == id })
    else { throw UnfitAnswer() }
    return .json(.ok, ExecutionDocument.document(attempt, of: record.id).encoded(try request.options(parameters)))
  }

  private static func documents(_ record: TaskRecord) -> [Document] {
    record.attempts.map { ExecutionDocument.document($0, of: record.id) }
  }
}
