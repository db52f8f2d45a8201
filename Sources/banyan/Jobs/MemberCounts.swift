import BanyanCore
import BanyanJSON

/// How many members stand how, of a job or of some of its members, and whose they are.
struct MemberCounts: Sendable {
  /// What a person calls the job.
  let title: String
  let owner: String
  private let counts: [MemberState: Int64]

  /// Of a whole job.
  init(_ job: JobView) {
    title = job.title
    owner = job.owner
    counts = Dictionary(uniqueKeysWithValues: MemberState.allCases.map { ($0, job.count($0)) })
  }

  /// Of some members.
  /// - Parameter tasks: with `state`, `outcome` and `held`.
  init(_ tasks: [JSON], named handle: String, of job: JobView) {
    title = "\(handle)\(job.name.map { " (\($0))" } ?? "")"
    owner = job.owner
    var counts: [MemberState: Int64] = [:]
    for task in tasks.compactMap({ TaskView($0) }) { counts[Self.state(of: task), default: 0] += 1 }
    self.counts = counts
  }

  private static func state(of task: TaskView) -> MemberState {
    switch task.state {
    case .inactive: task.document["held"]?.bool == true ? .held : .inactive
    case .available: task.document["held"]?.bool == true ? .held : .available
    case .running: .running
    case .pendingCancellation: .pendingCancellation
    case .cancelled: .cancelled
    case .terminated: task.hasSucceeded ? .succeeded : task.outcome == .cancelled ? .cancelled : .failed
    }
  }

  func count(_ states: MemberState...) -> Int64 { states.reduce(0) { $0 + (counts[$1] ?? 0) } }

  var waiting: Int64 { count(.inactive, .available, .held) }
  var running: Int64 { count(.running, .pendingCancellation) }
  var ended: Int64 { count(.succeeded, .failed, .cancelled) }
  var open: Int64 { waiting + running }

  /// What is not waiting, in a few words, as in `3 running, 57 ended`; empty where nothing is.
  var others: String {
    var words: [String] = []
    if running > 0 { words.append("\(running) running") }
    if ended > 0 { words.append("\(ended) ended") }
    return words.joined(separator: ", ")
  }

  /// What has not ended, in a few words, as in `3 running, 97 waiting`.
  var openWords: String {
    var words: [String] = []
    if running > 0 { words.append("\(running) running") }
    if waiting > 0 { words.append("\(waiting) waiting") }
    return words.isEmpty ? "nothing that could run" : words.joined(separator: ", ")
  }
}

extension JobReading {
  private static let countedFields: JSON = ["_id": 1, "state": 1, "outcome": 1, "held": 1]

  /// How the members of a job stand.
  /// - Parameter members: these alone; nil: all.
  func counts(of number: Int64, members: [ClosedRange<Int64>]?, named handle: String) async throws -> MemberCounts {
    let job = try await job(number)
    guard let members else { return MemberCounts(job) }
    let tasks = try await tasks(
      of: number, members: members, query: [("projection", Self.countedFields.encodedString())])
    guard !tasks.isEmpty else {
      throw NotFound("job \(number) has no member \(Self.text(of: members)); `banyan list \(number)` shows them")
    }
    return MemberCounts(tasks, named: handle, of: job)
  }
}
