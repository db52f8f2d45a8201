import BanyanCore
import BanyanWire
import HTTPTypes
import Hummingbird

/// `add_continuations` and `remove_continuations`, of one task and of many.
struct ContinuationRoutes: Sendable {
  let queue: TaskQueue

  func add(to table: RouteTable) {
    add("add_continuations", .add, to: table)
    add("remove_continuations", .remove, to: table)
  }

  private func add(_ name: String, _ step: EdgesDocument.Step, to table: RouteTable) {
    let verb = step == .add ? "Adds" : "Removes"
    let bulk = Operation.write(
      "\(verb) continuations of many tasks, all or none.", body: EdgesDocument.bulkSchema,
      answer: Schema.named("WrittenList")
    ).refusing(404)
    table.add(RouterPath("/tasks/\(name)"), [.post: .for(.providers, bulk) { try await many($0, step) }])
    let single = Operation.write("\(verb) continuations of a task.", body: EdgesDocument.oneSchema)
    table.add(
      RouterPath("/tasks/{id}/\(name)"),
      [
        .post: .for(.providers, single) { try await one($0, step) },
        .patch: .for(.providers, single) { try await one($0, step) },
      ])
  }

  private func many(_ request: RestRequest, _ step: EdgesDocument.Step) async throws -> Response {
    let dates = try self.dates(request)
    let patches = try await EdgesDocument.bulk(request.document().root, step)
    let tasks = try await perform(patches, request.asker)
    return .json(.ok, Envelope.written(tasks, dates: dates))
  }

  private func one(_ request: RestRequest, _ step: EdgesDocument.Step) async throws -> Response {
    let id = try request.id(of: "task")
    let dates = try self.dates(request)
    let patch = try await EdgesDocument.one(request.document().root, of: id, step)
    guard let task = try await perform([patch], request.asker).first else { throw UnfitAnswer() }
    return .json(.ok, Envelope.written(task, dates: dates))
  }

  private func dates(_ request: RestRequest) throws -> DateForm {
    let parameters = try request.parameters()
    try parameters.allow(["dates"])
    return try parameters.dates()
  }

  private func perform(_ patches: [TaskPatch], _ asker: Principal) async throws -> [TaskRecord] {
    let answer = try await queue.perform(.update(patches, by: asker))
    guard case .updated(let tasks) = answer else { throw UnfitAnswer() }
    return tasks.map(\.record)
  }
}
