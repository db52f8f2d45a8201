import BanyanClient
import BanyanCore
import BanyanTerminal

/// Follows the output of a task from wherever it is to its end.
struct LogFollowing: Sendable {
  /// The server doesn't push bytes of logs: while an attempt runs they are asked for in this rhythm.
  private static let rhythm = Duration.milliseconds(500)

  let session: Session
  let task: String
  var printer: any LogPrinter & Sendable

  /// Why nothing is printed at the moment, as it was said.
  private var waiting: String?
  /// Something of an earlier attempt is missing.
  private var hasLost = false

  init(session: Session, task: String, printer: any LogPrinter & Sendable) {
    self.session = session
    self.task = task
    self.printer = printer
  }

  /// A task that has ended, and whether all its bytes are out.
  struct End: Sendable {
    var task: TaskView
    var isWhole: Bool
  }

  /// Follows until the task has ended and all of its log is out. While its worker is away, and may come back, it is
  /// awaited; when it may not any more, what is missing is said.
  mutating func run(tail: Int?) async throws -> End {
    var attempt: Int64 = 0
    var hasTold = false
    while true {
      do {
        guard let view = TaskView(try await session.http.json(.get, "/tasks/\(task)")) else {
          throw ConnectionError.notBanyan("\(session.http.address)", reason: "its answer is no task")
        }
        let newest = view.document["claim_number"]?.integer ?? 0
        var progress = LogProgress.complete
        if newest != attempt, newest > 0 {
          if attempt > 0 {
            await leave(attempt)
            Output.remark("banyan: attempt \(newest) begins")
          }
          progress = try await printer.begin(newest, tail: attempt == 0 ? tail : nil, isPatient: true)
          if progress == .going { attempt = newest }
        } else if newest == 0, !view.isEnded, !hasTold {
          hasTold = true
          let reason = TimeWords.localized(TaskListing.reason(view), now: LocalTime.now())
          Output.remark("banyan: \(Escaping.shown(view.title)) has not begun: \(Escaping.shown(reason)); waiting")
        }
        if attempt == newest, attempt > 0 { progress = try await printer.printNew(isPatient: true) }
        if case .waiting(let words) = progress {
          say("\(words) Waiting for it to come back")
        } else {
          waiting = nil
        }
        if progress == .complete, view.isEnded {
          printer.finish()
          return End(task: view, isWhole: !hasLost && !printer.isIncomplete)
        }
      } catch let error as ServerError where error.status == 404 {
        throw NotFound("\(task): \(error.message)")
      } catch let error as ServerError where error.status == 503 {
        say("\(error.message) Waiting")
      } catch let error as ConnectionError {
        // A restart of the server is survived.
        say("\(error); waiting for the server to come back")
      }
      try await Task.sleep(for: Self.rhythm)
    }
  }

  /// What an attempt printed since the last look, as far as it can be had: the next one runs already.
  private mutating func leave(_ attempt: Int64) async {
    do {
      _ = try await printer.printNew(isPatient: false)
    } catch {
      hasLost = true
      Output.complaint("the end of what attempt \(attempt) printed is missing: \(error)")
    }
  }

  /// The same trouble is said once, until something has gone well again.
  private mutating func say(_ words: String) {
    if waiting == nil { Output.complaint(words) }
    waiting = words
  }
}
