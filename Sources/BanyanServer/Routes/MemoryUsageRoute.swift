import BanyanCore
import BanyanWire
import HTTPTypes
import Hummingbird

/// `/memory_usage`: what a task uses, as its worker measured it. The figures stand in the attempt's record, whose
/// identifier is the answer's.
struct MemoryUsageRoute: Sendable {
  let queue: TaskQueue

  func add(to table: RouteTable) {
    table.add(
      "/memory_usage",
      [
        .post: .for(
          .workers,
          .write("Tells what a running task uses.", body: MemoryUsageDocument.schema, status: 201).keyed, note)
      ])
  }

  private func note(_ request: RestRequest) async throws -> Response {
    let parameters = try request.parameters()
    try parameters.allow(["dates"])
    let dates = try parameters.dates()
    let document = try await request.document().root
    let (named, asker) = (document.identifiers(under: "task").first, request.asker)
    let body = try await request.read(
      unless: { state in named.flatMap { state.refusal(ofMeasuring: $0, by: asker) } }, in: queue
    ) { () throws(Rejection) in try MemoryUsageDocument(document) }
    let key = try request.pathKey(of: document.value)
    return try await request.answer(
      .measure(body.task, body.usage, by: request.asker), in: queue, .created, key: key
    ) { _, answer in
      guard case .updated(let tasks) = answer, let attempt = tasks.first?.record.attempts.last else { return nil }
      return Envelope.written(attempt.id, created: attempt.timeClaimed, updated: attempt.lastUpdate, dates: dates)
    }
  }
}
