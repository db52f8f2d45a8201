import BanyanCore
import BanyanJSON
import BanyanWire
import HTTPTypes
import Hummingbird

/// `/tasks/ID`: one task, and what its worker says of the attempt.
struct TaskRoutes: Sendable {
  let queue: TaskQueue
  let tokens: AttemptTokenMint

  func add(to table: RouteTable) {
    table.add(
      "/tasks/{id}",
      [
        .get: .for(
          .anyRole, .item("Shows a task.", Schema.named("Task"), query: [.projection, .dates]), show),
        .patch: .for(
          .writers,
          .write("Changes a task; a worker claims and reports by it.", body: Schema.named("TaskPatch")), change),
        .delete: .for(.providers, .removal("Forgets a task."), forget),
      ])
    let execution = Operation.write("Tells of an attempt.", body: Schema.named("ExecutionPatch"))
    table.add(
      "/tasks/{id}/update_execution_data",
      [.post: .for(.workers, execution.keyed, execute), .patch: .for(.workers, execution, execute)])
    table.add(
      "/tasks/{id}/abandon",
      [.post: .for(.providers, .write("Gives an attempt up that is out of contact.", body: nil).keyed, abandon)])
  }

  private func show(_ request: RestRequest) async throws -> Response {
    let id = try request.id(of: "task")
    let parameters = try request.parameters()
    let query = try ListQuery(
      parameters: parameters.pairs.filter { $0.0 == "projection" },
      fields: .tasks(environments: ShownEnvironments(for: request.asker)))
    try parameters.allow(["projection", "dates"])
    let options = try request.options(parameters, projection: query.projection)
    return .json(.ok, TaskDocument.encoded(try await record(id), options))
  }

  private func record(_ id: TaskID) async throws(Rejection) -> TaskRecord {
    guard let record = await queue.read({ $0.record(id) }) else { throw Self.noTask(id) }
    return record
  }

  static func noTask(_ id: TaskID) -> Rejection { Rejection(.notFound, "There is no task \(id).") }

  private func change(_ request: RestRequest) async throws -> Response {
    let id = try request.id(of: "task")
    let (dates, document) = try await read(request)
    try TaskDocument.checkPatch(document.root)
    let read = TaskDocument.readPatch(document.root, of: id) { tokens.verify($1, task: $0) }
    if let first = read.issues.first {
      if let refusal = await refusal(of: read.patch, by: request.asker) { throw refusal }
      throw Rejection(
        .unprocessable, "The task is not changed: \(first.field): \(first.trouble)", issues: read.issues)
    }
    return try await perform(read.patch, request.asker, dates)
  }

  /// Whether somebody may change a task comes before the fields of the change: who may not learns nothing of what else
  /// was wrong. A worker may by its attempt's token, or by its permission to claim.
  private func refusal(of patch: TaskPatch, by asker: Principal) async -> Rejection? {
    await queue.read { state in
      guard asker.role == .worker else { return state.refusal(ofChanging: patch.task, by: asker) }
      if patch.state == .running { return state.refusal(ofClaiming: patch, by: asker) }
      return state.refusal(of: patch.execution?.token ?? .none, for: patch.task, user: asker.user)
    }
  }

  private func execute(_ request: RestRequest) async throws -> Response {
    let id = try request.id(of: "task")
    let (dates, document) = try await read(request)
    let body = document.root
    let proof = body["token"].map { $0.string.map { tokens.verify($0, task: id) } ?? .forged } ?? AttemptProof.none
    var patch = TaskPatch(task: id)
    do throws(Rejection) {
      patch.execution = try ExecutionDocument.patch(body, of: id) { tokens.verify($1, task: $0) }
    } catch {
      try await judge(proof, id, request.asker)
      throw error
    }
    let key = try request.pathKey(of: body.value)
    return try await request.answer(.update([patch], by: request.asker), in: queue, .ok, key: key) { _, answer in
      guard case .updated(let tasks) = answer, let task = tasks.first else { return nil }
      return Envelope.written(task.record, dates: dates)
    }
  }

  private func read(_ request: RestRequest) async throws -> (DateForm, JSONDocument) {
    let parameters = try request.parameters()
    try parameters.allow(["dates"])
    return (try parameters.dates(), try await request.document())
  }

  private func perform(_ patch: TaskPatch, _ asker: Principal, _ dates: DateForm) async throws -> Response {
    let answer = try await queue.perform(.update([patch], by: asker))
    guard case .updated(let tasks) = answer, let task = tasks.first else { throw UnfitAnswer() }
    let token = task.claimed.map { claimed in
      tokens.token(task: claimed.id, claimNumber: claimed.attempt.claimNumber, epoch: claimed.attempt.epoch)
    }
    return .json(
      .ok,
      Envelope.written(task.record, dates: dates) { body in
        if let token { body.set("token", token) }
      })
  }

  /// The token comes before the fields: who has none learns nothing of what else was wrong.
  private func judge(_ proof: AttemptProof, _ id: TaskID, _ asker: Principal) async throws(Rejection) {
    let refusal = await queue.read { $0.refusal(of: proof, for: id, user: asker.user) }
    if let refusal { throw refusal }
  }

  private func forget(_ request: RestRequest) async throws -> Response {
    let id = try request.id(of: "task")
    try request.parameters().allow([])
    _ = try await record(id)
    _ = try await queue.perform(.forget([id], .endedOrIdle, by: request.asker))
    return Response(status: .noContent)
  }

  private func abandon(_ request: RestRequest) async throws -> Response {
    let id = try request.id(of: "task")
    let parameters = try request.parameters()
    try parameters.allow(["dates"])
    let dates = try parameters.dates()
    try await request.noFields()
    let key = try request.pathKey()
    return try await request.answer(.abandon(id, by: request.asker), in: queue, .ok, key: key) { state, _ in
      state.record(id).map { Envelope.written($0, dates: dates) }
    }
  }
}
