import BanyanCore
import BanyanWire
import HTTPTypes
import Hummingbird

/// `/memory_usage`: what a task uses, as its worker measured it. The figures stand in the attempt's record, whose
/// identifier is the answer's.
struct MemoryUsageRoute: Sendable {
  let queue: TaskQueue
  let audit: AuditLog

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
    let asker = request.asker
    let found = await queue.read { state in
      Self.attempt(of: body.task, asker, in: state)
    }
    let attempt: AttemptRecord
    do throws(Rejection) { attempt = try found.get() } catch {
      if error.kind.isAboutRights {
        audit.note(
          AuditEntry(
            by: asker.name, action: "report memory usage", count: 1, subjects: [body.task.description], refusal: error))
      }
      throw error
    }
    let figures = WorkerFigures(attempts: [(body.task, attempt.claimNumber, body.usage)])
    let time = await queue.take(figures, of: attempt.workerID)
    return .json(
      .created, Envelope.written(attempt.id, created: attempt.timeClaimed, updated: time, dates: dates))
  }

  /// The live attempt of a task, if it is the asker's.
  private static func attempt(
    of id: TaskID, _ asker: Principal, in state: QueueState
  ) -> Result<AttemptRecord, Rejection> {
    guard let record = state.record(id) else {
      return .failure(.field("task", "there is no task \(id); name one that runs"))
    }
    guard let worker = record.workerID, let attempt = record.attempts.last else {
      return .failure(Rejection(.conflict, "The task \(id) is \(record.state.name): no worker holds an attempt of it."))
    }
    guard state.worker(worker)?.record.user == asker.user else {
      return .failure(Rejection(.forbidden, "The task \(id) is in another worker's hands."))
    }
    return .success(attempt)
  }
}
