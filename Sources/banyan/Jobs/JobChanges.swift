import BanyanClient
import BanyanCore
import BanyanJSON

/// What is done to whole jobs, a request each.
struct JobChanges: Sendable {
  /// A request that changes something, and the JSON of its answer; a key makes a repeat of it harmless.
  typealias Changing =
    @Sendable (_ verb: HTTPClient.Verb, _ path: String, _ body: JSON, _ key: String?) async throws ->
    JSON

  let change: Changing

  /// What became of the members, as the server counted.
  struct Outcome: Hashable {
    var changed: Int64 = 0
    var cancelled: Int64 = 0
    /// They run, and were told to stop.
    var told: Int64 = 0
    /// They had ended, or were as it was wanted.
    var unchanged: Int64 = 0
    /// Tasks of other jobs that were cancelled with them.
    var others: Int64 = 0

    init(_ answer: JSON) {
      changed = answer["changed"]?.integer ?? 0
      cancelled = answer["cancelled"]?.integer ?? 0
      told = answer["told_to_stop"]?.integer ?? 0
      unchanged = answer["unchanged"]?.integer ?? 0
      others = answer["others"]?.integer ?? 0
    }
  }

  /// Cancels all of a job that has not ended, in one command.
  /// - Parameters:
  ///   - members: these alone; nil: all.
  ///   - grace: milliseconds between SIGTERM and SIGKILL, if shorter than the tasks' own.
  @discardableResult
  func cancel(_ number: Int64, members: [ClosedRange<Int64>]? = nil, grace: Int64?) async throws -> Outcome {
    var body: JSONObject = ["state": "cancelled"]
    if let grace { body["shutdown_time_milliseconds"] = .integer(grace) }
    return try await patch(number, members, body)
  }

  /// Keeps all of a job back that waits, or lets it go.
  /// - Parameter members: these alone; nil: all.
  @discardableResult
  func hold(_ number: Int64, members: [ClosedRange<Int64>]? = nil, _ isHeld: Bool) async throws -> Outcome {
    try await patch(number, members, ["held": .bool(isHeld)])
  }

  /// Changes fields of all of a job that waits, in one command.
  /// - Parameter members: of these alone; nil: of all.
  func edit(_ number: Int64, members: [ClosedRange<Int64>]?, _ fields: JSONObject) async throws -> Outcome {
    try await patch(number, members, fields)
  }

  private func patch(
    _ number: Int64, _ members: [ClosedRange<Int64>]?, _ body: JSONObject
  ) async throws -> Outcome {
    var body = body
    if let members { body["members"] = .string(JobReading.text(of: members)) }
    return Outcome(try await change(.patch, "/jobs/\(number)", .object(body), nil))
  }

  /// Makes anew what failed or was cancelled, in its place.
  /// - Parameters:
  ///   - members: of these alone; nil: of all.
  ///   - changes: fields that are other than before.
  /// - Returns: the server's answer.
  func retry(
    _ number: Int64, members: [ClosedRange<Int64>]? = nil, changes: JSONObject = [:]
  ) async throws -> JSON {
    var body: JSONObject = [:]
    if !changes.isEmpty { body["changes"] = .object(changes) }
    if let members { body["members"] = .string(JobReading.text(of: members)) }
    return try await change(.post, "/jobs/\(number)/retry", .object(body), RequestKey.fresh())
  }
}
