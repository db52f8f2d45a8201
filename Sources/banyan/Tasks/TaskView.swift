import BanyanCore
import BanyanJSON
import BanyanTerminal

/// A task as the server shows it, as far as the command needs it.
struct TaskView: Sendable {
  let id: String
  let name: String?
  let state: TaskState
  /// How it ended; nil: it hasn't.
  let outcome: TaskOutcome?
  /// Why it ended, if it did and not in success. It may be told in other words than the document's.
  var cause: String?
  /// The document as the server sent it, with whatever fields were asked for.
  let document: JSON

  /// The fields that this reads.
  static let projection: JSON = ["_id": 1, "name": 1, "state": 1, "outcome": 1, "cause": 1]

  init?(_ document: JSON) {
    guard let id = document["_id"]?.string, let word = document["state"]?.string, let state = TaskState(name: word)
    else { return nil }
    self.id = id
    self.state = state
    name = document["name"]?.string
    outcome = document["outcome"]?.string.flatMap(TaskOutcome.init(rawValue:))
    cause = document["cause"]?.string
    self.document = document
  }

  var isEnded: Bool { state.isEnded }
  var hasSucceeded: Bool { outcome == .succeeded }

  /// What a person calls it: its name, or what is typed for it.
  var title: String { name ?? handle }

  /// The same with what is typed for it in front: `12.7 fit[3]`.
  var label: String { name.map { "\(handle) \($0)" } ?? handle }

  /// What a person types for it: its job and its place there, as in `12.7`, or its id.
  var handle: String {
    guard let job = document["job"]?.integer, let member = document["member"]?.integer else { return id }
    return "\(job).\(member)"
  }

  /// The state as a person reads it: how a terminated task ended is the first thing that one wants to know.
  var stateWord: String {
    switch state {
    case .terminated: outcome?.rawValue ?? "terminated"
    case .inactive, .available: document["held"]?.bool == true ? "held" : "waiting"
    case .pendingCancellation: "cancelling"
    case .running: "running"
    case .cancelled: "cancelled"
    }
  }

  /// How it is coloured.
  var style: Style {
    switch state {
    case .terminated: hasSucceeded ? .good : .bad
    case .running, .pendingCancellation: .busy
    case .cancelled: .bad
    case .available, .inactive: .waiting
    }
  }

  /// The task whose output is its own: of one whose success was taken over, that of the job before.
  var takenOverFrom: String? { document["taken_over_from"]?.string }
  /// Attempts that were begun.
  var claims: Int64 { document["claim_number"]?.integer ?? 0 }

  /// How it ended, in a few words, as in `failure (exit 3)`.
  var ending: String { hasSucceeded ? "success" : cause ?? stateWord }

  /// The status that the program itself ended with, as a shell would have it; nil where it did not end by itself.
  var programStatus: Int32? {
    if hasSucceeded { return 0 }
    guard state == .terminated, let cause else { return nil }
    if let digits = Self.inside(cause, prefix: "failure (exit "), let status = Int32(digits) { return status }
    if let name = Self.inside(cause, prefix: "failure ("), let number = Self.signals[name] { return 128 + number }
    return nil
  }

  private static func inside(_ text: String, prefix: String) -> String? {
    guard text.hasPrefix(prefix), text.hasSuffix(")") else { return nil }
    return String(text.dropFirst(prefix.count).dropLast())
  }

  private static let signals: [String: Int32] = [
    "SIGHUP": 1, "SIGINT": 2, "SIGQUIT": 3, "SIGILL": 4, "SIGTRAP": 5, "SIGABRT": 6, "SIGBUS": 7, "SIGFPE": 8,
    "SIGKILL": 9, "SIGUSR1": 10, "SIGSEGV": 11, "SIGUSR2": 12, "SIGPIPE": 13, "SIGALRM": 14, "SIGTERM": 15,
    "SIGXCPU": 24, "SIGXFSZ": 25, "SIGSYS": 31,
  ]
}
