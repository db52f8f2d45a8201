import BanyanCore
import BanyanWire
import HTTPTypes
import Hummingbird

/// `/registered_workers`: who works, and how it is done.
struct WorkerRoutes: Sendable {
  let queue: TaskQueue

  private static let fields = FieldSet.documents(dates: WorkerDocument.dateFields, names: WorkerDocument.fieldNames)

  func add(to table: RouteTable) {
    table.add(
      "/registered_workers",
      [
        .get: .for(.readers, .list("Lists the registered workers.", of: "Worker"), list),
        .post: .for(
          .providers, .write("Registers a worker.", body: WorkerDocument.registrationSchema, status: 201).keyed,
          register),
      ])
    table.add(
      "/registered_workers/{id}",
      [
        .get: .for(.readers, .item("Shows a worker.", Schema.named("Worker")), show),
        .patch: .for(
          .providers, .write("Pauses, resumes or drains a worker.", body: WorkerDocument.changeSchema), change),
        .delete: .for(
          .providers,
          .removal(
            "Unregisters a worker.",
            query: [.init(name: "requeue", meaning: "Its tasks are given back.", schema: Schema.flag)]), unregister),
      ])
  }

  private func list(_ request: RestRequest) async throws -> Response {
    let parameters = try request.parameters()
    let query = try ListQuery(parameters: parameters.pairs, fields: Self.fields, others: ["dates"])
    let options = try request.options(parameters, projection: query.projection)
    let documents = await queue.workers().map(\.document)
    let sorted = documents.sorted { $0.listedID < $1.listedID }
    let text = try await LongReads.shared.run(for: request.reader) { effort throws(Rejection) in
      try Envelope.list(try query.select(from: sorted, effort), options, effort)
    }
    return .json(.ok, text)
  }

  private func show(_ request: RestRequest) async throws -> Response {
    let id = try request.id(of: "worker")
    let parameters = try request.parameters()
    try parameters.allow(["dates"])
    guard let worker = await queue.workers().first(where: { $0.view.record.id == id }) else { throw Self.noWorker(id) }
    return .json(.ok, worker.document.encoded(try request.options(parameters)))
  }

  private static func noWorker(_ id: WorkerID) -> Rejection {
    Rejection(.notFound, "There is no registered worker \(id).")
  }

  private func register(_ request: RestRequest) async throws -> Response {
    let dates = try self.dates(request)
    let body = try await request.document().root
    let asker = request.asker
    let registration = try await request.read(
      unless: { $0.refusal(ofAdministering: "Registrations of workers", by: asker) }, in: queue
    ) { () throws(Rejection) in try WorkerDocument.registration(body) }
    let key = try request.pathKey(of: body.value)
    return try await request.answer(
      .registerWorker(registration, by: request.asker), in: queue, .created, key: key
    ) { _, answer in
      guard case .worker(let worker) = answer else { return nil }
      return Envelope.written(worker.id, created: worker.created, updated: worker.updated, dates: dates)
    }
  }

  private func change(_ request: RestRequest) async throws -> Response {
    let id = try request.id(of: "worker")
    let dates = try self.dates(request)
    let (body, asker) = (try await request.document().root, request.asker)
    let change = try await request.read(
      unless: {
        $0.refusal(ofAdministering: "Registrations of workers", by: asker)
          ?? ($0.worker(id) == nil ? Self.noWorker(id) : nil)
      }, in: queue
    ) { () throws(Rejection) in try WorkerDocument.change(body) }
    let answer = try await queue.perform(.changeWorker(id, change, by: request.asker))
    return try written(answer, .ok, dates)
  }

  private func unregister(_ request: RestRequest) async throws -> Response {
    let id = try request.id(of: "worker")
    let parameters = try request.parameters()
    try parameters.allow(["requeue"])
    let requeue = try parameters.flag("requeue")
    _ = try await queue.perform(.unregisterWorker(id, requeue: requeue, by: request.asker))
    return Response(status: .noContent)
  }

  private func dates(_ request: RestRequest) throws -> DateForm {
    let parameters = try request.parameters()
    try parameters.allow(["dates"])
    return try parameters.dates()
  }

  private func written(_ answer: Answer, _ status: HTTPResponse.Status, _ dates: DateForm) throws -> Response {
    guard case .worker(let worker) = answer else { throw UnfitAnswer() }
    return .json(
      status, Envelope.written(worker.id, created: worker.created, updated: worker.updated, dates: dates))
  }
}
