import BanyanCore
import BanyanWire
import HTTPTypes
import Hummingbird

/// The records of attempts: of one task, oldest first, and of all.
struct HistoryRoutes: Sendable {
  let queue: TaskQueue
  let usage: UsageBoard

  private static let fields = FieldSet.documents(dates: ExecutionDocument.dateFields)

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
    return try answer(request, documents)
  }

  /// Of what runs, the workers are asked for newer figures.
  private func askForUsage(_ records: [TaskRecord]) async {
    let workers = Set(records.lazy.filter { $0.state.isLive }.compactMap { $0.attempts.last?.workerID })
    if !workers.isEmpty { await queue.askForUsage(of: workers) }
  }

  private func list(_ request: RestRequest) async throws -> Response {
    let view = await queue.view()
    let records = await LongReads.shared.run {
      view.allIDs().compactMap { view.record($0) }.filter { !$0.attempts.isEmpty }
    }
    await askForUsage(records)
    let documents = await usage.complete(records).flatMap(Self.documents)
    return try answer(request, documents)
  }

  private func answer(_ request: RestRequest, _ documents: [Document]) throws -> Response {
    let parameters = try request.parameters()
    let query = try ListQuery(parameters: parameters.pairs, fields: Self.fields, others: ["dates"])
    let options = try request.options(parameters, projection: query.projection)
    return .json(.ok, Envelope.list(query.select(from: documents), options))
  }

  private func show(_ request: RestRequest) async throws -> Response {
    let id = try request.id(of: "execution record")
    let parameters = try request.parameters()
    try parameters.allow(["dates"])
    let view = await queue.view()
    let record = await LongReads.shared.run {
      view.allIDs().lazy.compactMap { view.record($0) }.first { $0.attempts.contains { $0.id == id } }
    }
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
