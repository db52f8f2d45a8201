import BanyanCore
import BanyanJSON
import BanyanTerminal
import BanyanWire

/// A job as the server shows it, as far as the command needs it.
struct JobView: Sendable {
  let number: Int64
  let name: String?
  let owner: String
  /// `nil`: a newer server's, that this command doesn't know.
  let state: JobState?
  let taskCount: Int64
  let families: [Family]
  /// The document as the server sent it.
  let document: JSON

  /// When the server expects its end; nil: nobody knows, or it has ended.
  var estimatedEnd: Forecast.Estimate? { Forecast.Estimate(document["estimated_end"]) }

  /// What it was written as.
  struct Family: Sendable, Hashable {
    let name: String?
    let members: ClosedRange<Int64>
  }

  init?(_ document: JSON) {
    guard let number = document["number"]?.integer, document["state"]?.string != nil else { return nil }
    self.number = number
    name = document["name"]?.string
    owner = document["owner"]?.string ?? ""
    state = document["state"]?.string.flatMap(JobState.init(rawValue:))
    taskCount = document["task_count"]?.integer ?? 0
    families = (document["families"]?.array ?? []).compactMap { family in
      guard let first = family["first_member"]?.integer, let count = family["count"]?.integer, count > 0 else {
        return nil
      }
      return Family(name: family["name"]?.string, members: first...(first + count - 1))
    }
    self.document = document
  }

  /// How many members stand in a state.
  func count(_ state: MemberState) -> Int64 { document["counts"]?[state.name]?.integer ?? 0 }

  var isEnded: Bool { state?.isEnded ?? false }
  var endedCount: Int64 { count(.succeeded) + count(.failed) + count(.cancelled) }
  var runningCount: Int64 { count(.running) + count(.pendingCancellation) }
  var stateWord: String { state?.rawValue ?? document["state"]?.string ?? "" }

  /// A member of its document that is a moment, in milliseconds since 1970.
  func moment(_ member: String) -> Int64? { document[member]?.string.flatMap { DateForm.milliseconds($0) } }

  /// Milliseconds since its first task began, until its last one ended; nil: none has begun.
  /// - Parameter since: when it was begun anew, if it was.
  func elapsed(now: Int64, since: Int64? = nil) -> Int64? {
    guard let start = since ?? moment("started") else { return nil }
    return max(0, (moment("ended") ?? now) - start)
  }

  /// What a person calls it: its number, and its name where it has one.
  var title: String { name.map { "job \(number) (\($0))" } ?? "job \(number)" }

  /// How it is coloured.
  var style: Style {
    switch state {
    case .succeeded: .good
    case .failed, .cancelled: .bad
    case .running: .busy
    case .waiting, .held, nil: .waiting
    }
  }
}
