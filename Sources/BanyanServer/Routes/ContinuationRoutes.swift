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
    ).refusing(404).keyed
    table.add(RouterPath("/tasks/\(name)"), [.post: .for(.providers, bulk) { try await many($0, step) }])
    let single = Operation.write("\(verb) continuations of a task.", body: EdgesDocument.oneSchema)
    table.add(
      RouterPath("/tasks/{id}/\(name)"),
      [
        .post: .for(.providers, single.keyed) { try await one($0, step) },
        .patch: .for(.providers, single) { try await one($0, step) },
      ])
  }

  private func many(_ request: RestRequest, _ step: EdgesDocument.Step) async throws -> Response {
    let dates = try self.dates(request)
    let body = try await request.document().root
    let (named, asker) = (body.identifiers(under: "targets"), request.asker)
    let patches = try await request.read(unless: { $0.refusal(ofChanging: named, by: asker) }, in: queue) {
      () throws(Rejection) in try EdgesDocument.bulk(body, step)
    }
    let key = try request.pathKey(of: body.value)
    return try await request.answer(.update(patches, by: request.asker), in: queue, .ok, key: key) { _, answer in
      guard case .updated(let tasks) = answer else { return nil }
      return Envelope.written(tasks.map(\.record), dates: dates)
    }
  }

  private func one(_ request: RestRequest, _ step: EdgesDocument.Step) async throws -> Response {
    let id = try request.id(of: "task")
    let dates = try self.dates(request)
    let body = try await request.document().root
    let asker = request.asker
    let patch = try await request.read(unless: { $0.refusal(ofChanging: id, by: asker) }, in: queue) {
      () throws(Rejection) in try EdgesDocument.one(body, of: id, step)
    }
    let key = try request.pathKey(of: body.value)
    return try await request.answer(.update([patch], by: request.asker), in: queue, .ok, key: key) { _, answer in
      guard case .updated(let tasks) = answer, let task = tasks.first else { return nil }
      return Envelope.written(task.record, dates: dates)
    }
  }

  private func dates(_ request: RestRequest) throws -> DateForm {
    let parameters = try request.parameters()
    try parameters.allow(["dates"])
    return try parameters.dates()
  }
}
