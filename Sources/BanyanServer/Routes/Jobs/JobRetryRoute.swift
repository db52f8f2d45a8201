import BanyanCore
import BanyanJSON
import BanyanWire
import HTTPTypes
import Hummingbird

/// `/jobs/N/retry`: members that failed or were cancelled are made anew, in their places.
struct JobRetryRoute: Sendable {
  let queue: TaskQueue

  func add(to table: RouteTable) {
    var operation = Operation(
      summary: "Makes members of a job anew that failed or were cancelled, with what was cancelled below them.",
      body: JobRetry.schema, answers: [.json(201, JobAnswers.retriedSchema)], isWrite: true
    ).keyed
    operation.needsBody = false
    table.add("/jobs/{id}/retry", [.post: .for(.providers, operation, retry)])
  }

  private func retry(_ request: RestRequest) async throws -> Response {
    let number = try request.jobNumber()
    try request.parameters().allow([])
    let document = try await request.documentIfAny()
    let asker = request.asker
    var retry = try await request.read(unless: { $0.refusal(ofChanging: number, by: asker) }, in: queue) {
      () throws(Rejection) in try JobRetry(document?.root, of: number, by: asker)
    }
    retry.key = try request.pathKey(of: document?.root.value ?? .null)
    guard case .retried(let copies) = try await queue.perform(.retryJob(retry)) else { throw UnfitAnswer() }
    return .json(.created, JobAnswers.retried(number, copies))
  }
}
