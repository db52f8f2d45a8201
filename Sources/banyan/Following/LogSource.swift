import BanyanClient
import BanyanJSON

/// A task whose output is wanted, and the task that printed it: of a success that was taken over from an earlier job, that
/// one's.
struct LogSource: Sendable {
  /// So often a success may have been taken over.
  private static let maxSteps = 64
  /// What is asked of a task.
  static let projection: JSON = [
    "_id": 1, "name": 1, "state": 1, "outcome": 1, "cause": 1, "job": 1, "member": 1, "claim_number": 1,
    "taken_over_from": 1, "held": 1, "pending_dependency_count": 1, "requested_resources": 1, "attempt_count": 1,
    "max_attempt_count": 1,
  ]

  /// The task that was asked for.
  let view: TaskView
  /// The one that ran.
  let origin: TaskView
  /// The one that ran is not known any more.
  let isLost: Bool

  static func found(for view: TaskView, _ ask: JobReading.Asking) async throws -> LogSource {
    var origin = view
    for _ in 0..<maxSteps {
      guard origin.claims == 0, let earlier = origin.takenOverFrom else { break }
      do {
        guard let found = TaskView(try await ask("/tasks/\(earlier)", [])) else { break }
        origin = found
      } catch let error as ServerError where error.status == 404 {
        return LogSource(view: view, origin: origin, isLost: true)
      }
    }
    return LogSource(view: view, origin: origin, isLost: false)
  }

  func log(_ http: HTTPClient) -> TaskLog { TaskLog(http: http, task: origin.id) }
}
