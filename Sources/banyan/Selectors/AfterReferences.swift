import BanyanCore

/// What `--after` names, in the words that a request has for it: a job's number or name, a member as `12.7`, a task's
/// identifier.
struct AfterReferences {
  /// More members than these are better waited for as what they are: a job.
  private static let maxMembers = 10_000

  let selectors: SelectorResolver
  /// Names of tasks that are made together: in the request they mean those, and no job.
  var taken: Set<CodePoints> = []

  /// Each word as the server takes it.
  func resolved(_ words: [String]) async throws -> [String] {
    var references: [String] = []
    for word in words {
      for reference in try await resolved(word) where !references.contains(reference) { references.append(reference) }
    }
    return references
  }

  private func resolved(_ word: String) async throws -> [String] {
    switch try Selector.parse(word) {
    case .job(.number(let number), .all) where SelectorResolver.filters(forPart: word) == nil: return ["\(number)"]
    // A name is looked up when the job is made, and means what has that name then.
    case .job(.name(let name), .all)
    where SelectorResolver.filters(forPart: name) == nil && !taken.contains(CodePoints(name)):
      return [name]
    default: break
    }
    switch try await selectors.resolve(word) {
    case .job(let number): return ["\(number)"]
    case .task(let id): return [id]
    case .members(let job, let ranges):
      let count = ranges.reduce(0) { $0 + $1.count }
      guard count <= Self.maxMembers else {
        throw UsageError("--after \(word): \(count) tasks; name the whole job, as in --after \(job)")
      }
      return ranges.flatMap { $0.map { "\(job).\($0)" } }
    }
  }
}
