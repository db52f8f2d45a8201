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
          .write("Tells what a running task uses.", body: MemoryUsageDocument.schema, status: 201), note)
      ])
  }

  private func note(_ request: RestRequest) async throws -> Response {
    let parameters = try request.parameters()
    try parameters.allow(["dates"])
    let dates = try parameters.dates()
    let body = try await MemoryUsageDocument(request.document().root)
    let answer = try await queue.perform(.measure(body.task, body.usage, by: request.asker))
    guard case .updated(let tasks) = answer, let attempt = tasks.first?.record.attempts.last else {
      throw UnfitAnswer()
    }
    return .json(
      .created,
      Envelope.written(attempt.id, created: attempt.timeClaimed, updated: attempt.lastUpdate, dates: dates))
  }
}
