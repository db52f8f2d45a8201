import BanyanCore

/// What holds most of a job back: its waiting members by their reasons, and a sentence.
public struct JobWhyDocument: Sendable {
  private struct Group {
    let reason: String
    /// The first that was found.
    let example: Why
    let member: UInt32?
    var count = 0
  }

  private let job: JobRecord
  private var groups: [Group] = []
  private var places: [String: Int] = [:]
  private var lookedAt = 0
  private let expected: ExpectedTimes?

  /// Of a job of which nothing was looked at yet.
  /// - Parameters:
  ///   - job: the job.
  ///   - expected: when it should begin and end; nil: nothing is known of it.
  public init(_ job: JobRecord, expected: ExpectedTimes? = nil) {
    self.job = job
    self.expected = expected
  }

  /// How many of a job's members wait.
  public static func waiting(_ counts: JobCounts) -> Int {
    Int(counts[.inactive]) + Int(counts[.held]) + Int(counts[.available])
  }

  /// Counts a member that was looked at.
  public mutating func add(_ why: Why, member: UInt32?) {
    let reason = WhyDocument.word(of: why.reason)
    let key = "\(reason) \(Self.detail(why.reason))"
    lookedAt += 1
    if let place = places[key] {
      groups[place].count += 1
    } else {
      places[key] = groups.count
      groups.append(Group(reason: reason, example: why, member: member, count: 1))
    }
  }

  /// What tells two of one reason apart.
  private static func detail(_ reason: Why.Reason) -> String {
    switch reason {
    case .noWorkerForQueue(let queue): queue
    case .arrayLimit(let name, _): name
    case .neverFits(_, let shortages), .busy(_, let shortages, _):
      shortages.map(\.resource).joined(separator: " ")
    default: ""
    }
  }

  /// As documents show it: most first.
  public func document() -> Document {
    let sorted = groups.enumerated().sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }
      .map(\.element)
    var document = Document([
      ("number", .integer(Int64(clamping: job.number.value))),
      ("name", FieldValue(job.name)),
      ("state", .text(job.state.rawValue)),
      ("counts", JobDocument.counts(job.counts)),
      ("waiting", .integer(Int64(Self.waiting(job.counts)))),
      ("looked_at", .integer(Int64(lookedAt))),
      ("sentence", .text(sentence(sorted.first))),
      ("reasons", .list(sorted.map(value))),
    ])
    expected?.add(to: &document)
    return document
  }

  private func value(_ group: Group) -> FieldValue {
    .object(of: [
      ("reason", .text(group.reason)),
      ("count", .integer(Int64(group.count))),
      ("sentence", .text(WhySentence.sentence(group.example))),
      ("short", .text(WhySentence.short(group.example))),
      (
        "example",
        .object(of: [
          ("_id", .identifier(group.example.task.id)), ("name", FieldValue(group.example.task.name)),
          ("member", FieldValue(group.member.map { Int64($0) })),
        ])
      ),
    ])
  }

  private func sentence(_ first: Group?) -> String {
    let waiting = Self.waiting(job.counts)
    guard waiting > 0, let first else { return whenNothingWaits }
    let title = first.example.task.name ?? first.member.map { "its member \($0)" } ?? "\(first.example.task.id)"
    let words = WhySentence.sentence(first.example)
    if waiting == 1 { return "Its one waiting task is \(title). \(words)" }
    if first.count == lookedAt {
      let looked = lookedAt < waiting ? " (\(lookedAt) were looked at)" : ""
      return "All of its \(waiting) waiting tasks\(looked) wait as \(title) does. \(words)"
    }
    let looked =
      lookedAt < waiting
      ? "of \(lookedAt) that were looked at, of \(waiting) waiting tasks," : "of its \(waiting) waiting tasks"
    return "\(first.count) \(looked) wait as \(title) does. \(words)"
  }

  private var whenNothingWaits: String {
    let live = Int(job.counts[.running]) + Int(job.counts[.pendingCancellation])
    switch job.state {
    case .running: return "Nothing of it waits: \(live == 1 ? "its last task runs" : "\(live) tasks of it run")."
    case .waiting, .held: return "Nothing of it waits."
    case .succeeded: return "It succeeded."
    case .failed: return "It has ended: \(job.counts[.failed]) of its \(job.memberCount) tasks failed."
    case .cancelled: return "It has ended: \(job.counts[.cancelled]) of its \(job.memberCount) tasks were cancelled."
    }
  }
}
