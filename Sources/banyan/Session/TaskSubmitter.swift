import BanyanClient
import BanyanCore
import BanyanJSON

/// Sends jobs to the server.
struct TaskSubmitter {
  let http: HTTPClient

  /// Makes a job of one request.
  /// - Parameter key: an idempotency key of the caller's; without one, one is made, so that a connection that breaks
  ///   can't submit twice.
  func submit(_ job: JobForm, key: String? = nil) async throws -> MadeJob {
    let answer: JSON
    do {
      answer = try await http.json(.post, "/jobs", body: job.document, key: key ?? RequestKey.fresh())
    } catch let error as ServerError where error.issues.first?.field == IdempotencyKey.field {
      throw UsageError("--key: \(error.issues[0].trouble)")
    }
    guard let made = MadeJob(answer) else {
      throw ConnectionError.notBanyan("\(http.address)", reason: "its answer to a job has no number")
    }
    return made
  }
}
