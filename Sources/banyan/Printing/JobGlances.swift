import BanyanJSON
import BanyanWire

/// What a list shows beside a job: what it runs, why it waits, what failed, and what is left.
struct JobGlances: Sendable {
  /// So many are asked about at once.
  private static let batch = 128
  /// Of more jobs than these nobody asks: who lists so many reads the counts.
  private static let maxAsked = 512
  /// A job that runs waits for these as any does: they are not worth a word.
  private static let usual: Set<String> = [
    "parents", "resources", "turn", "reserved", "behind_reservation", "array_limit", "held", "not_before",
  ]

  /// Of one job.
  struct Glance: Sendable {
    let document: JSON

    var command: String? { document["command"]?.string }
    var since: Int64? { TimeWords.moment(document["since"]) }
    /// When all may have ended.
    var end: Int64? { TimeWords.moment(document["estimated_end"]?["likely"]) }
  }

  private let glances: [Int64: Glance]

  init(_ items: [JSON] = []) {
    let known = items.compactMap { item in item["number"]?.integer.map { ($0, Glance(document: item)) } }
    glances = Dictionary(known) { first, _ in first }
  }

  subscript(number: Int64) -> Glance? { glances[number] }

  static func fetched(of numbers: [Int64], _ ask: JobReading.Asking) async throws -> JobGlances {
    var items: [JSON] = []
    let asked = numbers.prefix(maxAsked)
    for start in stride(from: 0, to: asked.count, by: batch) {
      let words = asked[start..<min(start + batch, asked.count)].map { "\($0)" }.joined(separator: ",")
      items += try await ask("/jobs/glance", [("numbers", words), LocalTime.query])["_items"]?.array ?? []
    }
    return JobGlances(items)
  }

  /// Why a job does not go on, or what failed of it, in a few words.
  func why(_ job: JobView) -> String {
    guard let glance = self[job.number]?.document else { return "" }
    if let failure = glance["failure"], job.state == .failed || job.count(.failed) > 0 || job.state == .cancelled {
      return Self.mention(failure, failure["cause"]?.string ?? failure["outcome"]?.string ?? "", in: job)
    }
    guard let why = glance["why"], let short = why["short"]?.string, !job.isEnded else { return "" }
    if job.runningCount > 0, Self.usual.contains(why["reason"]?.string ?? "") { return "" }
    return Self.mention(why, short, in: job)
  }

  /// Why something of it waits.
  func reason(_ job: JobView) -> String {
    guard let why = self[job.number]?.document["why"], let short = why["short"]?.string else { return "" }
    return Self.mention(why, short, in: job)
  }

  /// Which of several it is about.
  private static func mention(_ task: JSON, _ words: String, in job: JobView) -> String {
    guard job.taskCount > 1, !words.isEmpty, task["reason"]?.string != "held",
      let member = task["member"]?.integer
    else { return words }
    let name = task["name"]?.string.map { " \($0)" } ?? ""
    return "\(job.number).\(member)\(name): \(words)"
  }
}
