import BanyanCore
import BanyanJSON

/// A job that somebody means, or some of its members: what a change is asked for.
struct JobPart: Hashable, Sendable {
  let number: Int64
  /// nil: all of them.
  var members: [ClosedRange<Int64>]?
  /// It was named as one task, by its identifier.
  var isTask = false

  /// How it is named to people who don't know the job's name.
  var handle: String { members.map { "\(number).\(JobReading.text(of: $0))" } ?? "\(number)" }

  /// Member numbers, each once, as ranges.
  static func ranges(_ members: some Sequence<Int64>) -> [ClosedRange<Int64>] {
    var ranges: [ClosedRange<Int64>] = []
    for member in Set(members).sorted() {
      if let last = ranges.last, last.upperBound + 1 == member {
        ranges[ranges.count - 1] = last.lowerBound...member
      } else {
        ranges.append(member...member)
      }
    }
    return ranges
  }
}

extension SelectorResolver {
  /// The jobs and members that words mean, in order. Of a task that was retried the newest one in its place is meant.
  func parts(_ words: [String]) async throws -> [JobPart] {
    var parts: [JobPart] = []
    for selection in try await resolve(words) {
      let part: JobPart
      switch selection {
      case .job(let number): part = JobPart(number: number)
      case .members(let number, let members): part = JobPart(number: number, members: members)
      case .task(let id):
        let task = try await ask("/tasks/\(id)", [])
        guard let number = task["job"]?.integer, let member = task["member"]?.integer else {
          throw UsageError("the task \(id) belongs to no job; an older server made it")
        }
        part = JobPart(number: number, members: [member...member], isTask: true)
      }
      if !parts.contains(part) { parts.append(part) }
    }
    return parts
  }
}
