import BanyanCore
import BanyanJSON
import BanyanWire

/// What `--state`, `--name`, `--label`, `--owner` (or `--mine`) and `--where` say together about jobs.
enum JobFilter {
  /// The body of `where`; nil where no flag was given: all jobs.
  static func json(
    states: [String] = [], name: String? = nil, labels: [String] = [], owner: String? = nil, raw: String? = nil
  ) throws -> JSON? {
    var parts: [JSON] = []
    if !states.isEmpty {
      let words = try states.flatMap { $0.split(separator: ",") }.flatMap { try meant(by: String($0)) }
      parts.append(["state": ["$in": .array(words.map { .string($0.rawValue) })]])
    }
    if let name { parts.append(["name": .string(name)]) }
    // Labels, owners and filters are said alike.
    if let rest = try TaskFilter(labels: labels, owner: owner, raw: raw).json { parts.append(rest) }
    switch parts.count {
    case 0: return Optional.none
    case 1: return parts[0]
    default: return ["$and": .array(parts)]
    }
  }

  /// Jobs of which something can still run.
  static let alive: JSON = states { !$0.isEnded }
  /// Jobs that are over.
  static let ended: JSON = states(\.isEnded)

  private static func states(_ isMeant: (JobState) -> Bool) -> JSON {
    ["state": ["$in": .array(JobState.allCases.filter(isMeant).map { .string($0.rawValue) })]]
  }

  private static func meant(by word: String) throws -> [JobState] {
    if word == "ended" { return JobState.allCases.filter(\.isEnded) }
    if let state = JobState(rawValue: word) { return [state] }
    if TaskState(name: word) != nil {
      throw UsageError("--state '\(word)' is a state of tasks: `banyan tasks --state \(word)`")
    }
    let words = ["ended"] + JobState.allCases.map(\.rawValue)
    let meant = Spelling.nearest(to: word, among: words).map { "did you mean '\($0)'?" }
    throw UsageError("--state '\(word)' is no state of a job; \(meant ?? "they are \(words.joined(separator: ", "))")")
  }
}
