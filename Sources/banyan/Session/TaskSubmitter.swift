import BanyanClient
import BanyanCore
import BanyanJSON

/// Sends tasks to the server, all or none.
struct TaskSubmitter {
  let http: HTTPClient

  /// - Parameter key: an idempotency key of the caller's; without one, one is made, so that a connection that breaks
  ///   can't submit twice.
  /// - Returns: the ids, in order.
  func submit(_ tasks: [TaskForm], key: String? = nil) async throws -> [String] {
    let body: JSON = .array(tasks.map { .object($0.document) })
    let answer: JSON
    do {
      answer = try await http.json(.post, "/tasks", body: body, key: key ?? Self.freshKey())
    } catch let error as ServerError where error.issues.first?.field == IdempotencyKey.field {
      throw UsageError("--key: \(error.issues[0].trouble)")
    }
    let ids = (answer["_items"]?.array ?? []).compactMap { $0["_id"]?.string }
    guard ids.count == tasks.count else {
      throw ConnectionError.notBanyan(
        "\(http.address)", reason: "it answered with \(ids.count) ids for \(tasks.count) tasks")
    }
    return ids
  }

  /// Makes tasks anew that failed or were cancelled, with what was cancelled below them.
  /// - Returns: `{"_id", "copy_of"}` of each, those that were named first.
  func retry(_ ids: [String]) async throws -> [JSON] {
    let answer = try await http.json(
      .post, "/tasks/retry", body: .array(ids.map(JSON.string)), key: Self.freshKey())
    guard let copies = answer["_items"]?.array, copies.count >= ids.count else {
      throw ConnectionError.notBanyan("\(http.address)", reason: "its answer to a retry names no copies")
    }
    return copies
  }

  private static func freshKey() -> String {
    "banyan-" + String(UInt64.random(in: .min ... .max), radix: 16)
      + String(UInt64.random(in: .min ... .max), radix: 16)
  }
}
