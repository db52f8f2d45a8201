import BanyanClient
import BanyanCore
import BanyanJSON
import BanyanWire

/// Finds out what a selector means, by asking the server as little as it takes.
struct SelectorResolver: Sendable {
  let ask: JobReading.Asking
  /// What was submitted last, or so many times before, as it was remembered.
  let last: @Sendable (_ back: Int) throws -> String?

  /// What one word means.
  func resolve(_ word: String) async throws -> Selection {
    switch try Selector.parse(word) {
    case .task(let id): return .task(id)
    case .job(let job, let part):
      let found = try await find(job, part, word)
      guard case .job(let number) = found else {
        guard part == .all else { throw UsageError("'\(word)': that is one task, which has no tasks of its own") }
        return found
      }
      return try await members(part, of: number, word)
    }
  }

  /// What several words mean, in order, each once.
  func resolve(_ words: [String]) async throws -> [Selection] {
    var found: [Selection] = []
    for word in words {
      let selection = try await resolve(word)
      if !found.contains(selection) { found.append(selection) }
    }
    return found
  }

  /// The newest tasks of members, and tasks as they are named, by their identifiers, each once.
  func ids(of selections: [Selection]) async throws -> [String] {
    var ids: [String] = []
    var seen: Set<String> = []
    for selection in selections {
      for id in try await self.ids(of: selection) where seen.insert(id).inserted { ids.append(id) }
    }
    return ids
  }

  /// The same of one.
  func ids(of selection: Selection) async throws -> [String] {
    let jobs = JobReading(ask: ask)
    switch selection {
    case .task(let id): return [id]
    case .job(let number): return try await jobs.ids(of: number)
    case .members(let number, let members): return try await jobs.ids(of: number, members: members)
    }
  }

  // MARK: Jobs

  private func find(_ job: Selector.Job, _ part: Selector.Part, _ word: String) async throws -> Selection {
    switch job {
    case .last(let back):
      guard let remembered = try last(back) else {
        guard back == 0 else { throw NotFound("\(word): not so many submissions are remembered; see `banyan list`") }
        throw NotFound("\(word): nothing was submitted from here yet; name a job, or see `banyan list`")
      }
      // What was remembered before jobs had numbers is a task.
      return Int64(remembered).map { .job($0) } ?? .task(remembered)
    case .number(let number):
      // It may be digits of an identifier, which are six at least.
      guard part == .all, let filters = Self.filters(forPart: word) else { return .job(number) }
      if try await exists(number) { return .job(number) }
      if let found = try await byDigits(word, filters) { return found }
      throw NotFound("there is no job \(number), and no task with these digits; `banyan list` shows them")
    case .name(let name): return try await named(name, part, word)
    }
  }

  private func exists(_ number: Int64) async throws -> Bool {
    do {
      _ = try await ask("/jobs/\(number)", [])
      return true
    } catch let error as ServerError where error.status == 404 {
      return false
    }
  }

  private func named(_ name: String, _ part: Selector.Part, _ word: String) async throws -> Selection {
    guard let asker = try await ask("/users/me", [])["name"]?.string else {
      throw ConnectionError.notBanyan("the server", reason: "it doesn't say whose token this is")
    }
    let own = try await jobs(where: ["name": .string(name), "owner": .string(asker)])
    if let job = own.first(where: { !$0.isEnded }) ?? own.first { return .job(job.number) }
    if part == .all {
      // Of a list of tasks that was posted as such, each has a name and the job has none.
      let tasks = try await tasks(where: ["name": .string(name), "owner": .string(asker)])
      if let task = tasks.first(where: { !$0.isEnded }) ?? tasks.first { return .task(task.id) }
      if let filters = Self.filters(forPart: name), let found = try await byDigits(name, filters) { return found }
    }
    if let other = try await jobs(where: ["name": .string(name)]).first {
      throw NotFound("you have no job '\(name)'; if you mean \(other.owner)'s, give its number: \(other.number)")
    }
    if let dot = name.lastIndex(of: "."), dot > name.startIndex, let member = Int64(name[name.index(after: dot)...]),
      let job = try await jobs(where: ["name": .string(String(name[..<dot])), "owner": .string(asker)]).first
    {
      throw NotFound("there is no job '\(name)'; a member is named by its job's number: \(job.number).\(member)")
    }
    throw NotFound("there is no job '\(name)': give a number, a name, or @last; `banyan list` shows them")
  }

  private func jobs(where filter: JSON) async throws -> [JobView] {
    let answer = try await ask(
      "/jobs", [("where", filter.encodedString()), ("sort", "-number"), ("max_results", "16")])
    return (answer["_items"]?.array ?? []).compactMap { JobView($0) }
  }

  // MARK: Members

  private func members(_ part: Selector.Part, of job: Int64, _ word: String) async throws -> Selection {
    switch part {
    case .all: return .job(job)
    case .members(let ranges): return .members(job, ranges)
    case .named(let name):
      let view = JobView(try await ask("/jobs/\(job)", []))
      if let family = view?.families.first(where: { $0.name?.isSame(as: name) ?? false }) {
        return .members(job, [family.members])
      }
      let answer = try await ask(
        "/jobs/\(job)/tasks",
        [
          ("where", JSON.object(["name": .string(name)]).encodedString()), ("projection", #"{"member": 1}"#),
          ("max_results", "2"),
        ])
      if let member = answer["_items"]?[0]?["member"]?.integer { return .members(job, [member...member]) }
      let known = (view?.families ?? []).compactMap(\.name)
      let meant = Spelling.nearest(to: name, among: known).map { "; did you mean \(job)/\($0)?" }
      throw NotFound("'\(word)': job \(job) has no task '\(name)'\(meant ?? "; `banyan list \(job)` shows them")")
    }
  }

  // MARK: Identifiers

  /// The filters for ids that begin or end with these digits; nil where the word can be no part of an id.
  static func filters(forPart word: String) -> [JSON]? {
    let digits = word.lowercased()
    guard (6...23).contains(digits.utf8.count), digits.utf8.allSatisfy({ Hex.value(of: $0) != nil }) else { return nil }
    let rest = 24 - digits.utf8.count
    let first = digits + String(repeating: "0", count: rest)
    let last = digits + String(repeating: "f", count: rest)
    return [["_id": ["$gte": .string(first), "$lte": .string(last)]], ["_id": ["$regex": .string(digits + "$")]]]
  }

  private func byDigits(_ word: String, _ filters: [JSON]) async throws -> Selection? {
    var found: [TaskView] = []
    for filter in filters {
      for task in try await tasks(where: filter) where !found.contains(where: { $0.id == task.id }) {
        found.append(task)
      }
    }
    guard found.count > 1 else { return found.first.map { .task($0.id) } }
    let some = found.prefix(3).map(\.id).joined(separator: ", ")
    throw UsageError("'\(word)' fits more than one task (\(some)\(found.count > 3 ? ", …" : "")); give more digits")
  }

  private func tasks(where filter: JSON) async throws -> [TaskView] {
    let answer = try await ask(
      "/tasks",
      [
        ("where", filter.encodedString()), ("sort", "-_id"), ("max_results", "16"),
        ("projection", TaskView.projection.encodedString()),
      ])
    return (answer["_items"]?.array ?? []).compactMap { TaskView($0) }
  }
}
