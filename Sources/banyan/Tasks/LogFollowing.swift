import BanyanClient
import BanyanCore

/// Follows the output of a task from wherever it is to its end.
struct LogFollowing: Sendable {
  /// The server doesn't push bytes of logs: while an attempt runs they are asked for in this rhythm.
  private static let rhythm = Duration.milliseconds(500)

  let session: Session
  let task: String
  var printer: any LogPrinter & Sendable

  /// - Returns: the task as it ended, all its bytes being out.
  mutating func run(tail: Int?) async throws -> TaskView {
    var attempt: Int64 = 0
    var hasTold = false
    var wasAway = false
    while true {
      do {
        guard let view = TaskView(try await session.http.json(.get, "/tasks/\(task)")) else {
          throw ConnectionError.notBanyan("\(session.http.address)", reason: "its answer is no task")
        }
        let newest = view.document["claim_number"]?.integer ?? 0
        if newest != attempt, newest > 0 {
          if attempt > 0 {
            // What the last attempt printed since the last look.
            try await printer.printNew()
            Output.remark("banyan: attempt \(newest) begins")
          }
          try await printer.begin(newest, tail: attempt == 0 ? tail : nil)
          attempt = newest
        } else if newest == 0, !view.isEnded, !hasTold {
          hasTold = true
          Output.remark("banyan: \(Escaping.shown(view.title)) has not begun: \(TaskTable.reason(view)); waiting")
        }
        do {
          if attempt > 0 { try await printer.printNew() }
        } catch let error as ServerError where error.status == 410 && !view.isEnded {
          // The worker that holds it may come back, and another attempt may begin.
          if !wasAway { Output.complaint("\(error.message) Waiting for it to come back") }
          wasAway = true
          try await Task.sleep(for: Self.rhythm)
          continue
        }
        wasAway = false
        if view.isEnded { return view }
      } catch let error as ServerError where error.status == 404 {
        throw NotFound("\(task): \(error.message)")
      } catch let error as ServerError where error.status != 503 {
        throw error
      } catch let error as ConnectionError {
        // A restart of the server is survived.
        if !wasAway { Output.complaint("\(error); waiting for the server to come back") }
        wasAway = true
      }
      try await Task.sleep(for: Self.rhythm)
    }
  }
}
