import BanyanCore
import BanyanJSON
import BanyanWire
import HTTPTypes
import Hummingbird

/// `/tasks/ID/retry`, and `/tasks/retry` for several that are retried together.
struct RetryRoutes: Sendable {
  let queue: TaskQueue

  func add(to table: RouteTable) {
    let copies = Schema.list(of: Schema.object([("_id", Schema.identifier), ("copy_of", Schema.identifier)]))
    var several = Operation.write(
      "Copies tasks that failed or were cancelled, with what was cancelled below them.",
      body: Schema.list(of: Schema.identifier, atMost: RetryDocument.maxTasks), status: 201,
      answer: Schema.object([("_status", Schema.word(["OK"])), ("_items", copies)])
    ).refusing(404)
    several.query = []
    several.takesKey = true
    table.add("/tasks/retry", [.post: .for(.providers, several, many)])
    var single = Operation.write(
      "Copies a task that failed or was cancelled, with what was cancelled below it.", body: nil, status: 201)
    single.takesKey = true
    table.add("/tasks/{id}/retry", [.post: .for(.providers, single, one)])
  }

  private func one(_ request: RestRequest) async throws -> Response {
    let id = try request.id(of: "task")
    let parameters = try request.parameters()
    try parameters.allow(["dates"])
    let dates = try parameters.dates()
    try await request.noFields()
    let (copies, time) = try await retry([id], request)
    guard let first = copies.first?.copy else { throw UnfitAnswer() }
    return .json(
      .created,
      Envelope.written(first, created: time, updated: time, dates: dates) { body in
        RetryDocument.write(copies, to: &body)
      })
  }

  private func many(_ request: RestRequest) async throws -> Response {
    try request.parameters().allow([])
    let body = try await request.document().root
    let (named, asker) = (body.identifiers, request.asker)
    let tasks = try await request.read(unless: { $0.refusal(ofChanging: named, by: asker) }, in: queue) {
      () throws(Rejection) in try RetryDocument.tasks(body)
    }
    return .json(.created, Envelope.retried(try await retry(tasks, request).copies))
  }

  private func retry(
    _ tasks: [TaskID], _ request: RestRequest
  ) async throws -> (copies: [(copy: TaskID, of: TaskID)], time: Int64) {
    let key = try request.idempotencyKey(of: RetryDocument.request(tasks))
    let asker = request.asker
    let (answer, time) = try await queue.perform(.retry(Retry(tasks: tasks, by: asker, key: key))) { state, answer in
      (answer, key.flatMap { state.timeOfAnswer(to: $0.key, by: asker) } ?? state.time)
    }
    guard case .retried(let copies) = answer else { throw UnfitAnswer() }
    return (copies, time)
  }
}
