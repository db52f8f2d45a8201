import BanyanClient
import BanyanCore
import BanyanJSON
import BanyanWire

/// Finds the task that somebody means: by its id, the beginning or the end of one, the name of one of their own, or `@last`.
struct TaskFinder {
  let http: HTTPClient
  let last: LastSubmission

  /// The id of one task.
  func id(of word: String) async throws -> String {
    if Identifier.looksLikeOne(word) { return word.lowercased() }
    if word == "@last" {
      guard let id = try last.read() else {
        throw NotFound("@last: nothing was submitted from here yet; name a task, or see `banyan list`")
      }
      return id
    }
    if word.hasPrefix("@") { throw UsageError("'\(word)': the only word with an @ is @last") }
    let asker = try await CurrentUser.fetched(from: http).name
    let own = try await tasks(where: ["name": .string(word), "owner": .string(asker)], sort: "-_id")
    // A name is unique among one's tasks that have not ended; of what has ended the newest is meant.
    if let one = own.first(where: { !$0.isEnded }) ?? own.first { return one.id }
    if let found = try await byPart(word) { return found }
    if let other = try await tasks(where: ["name": .string(word)], sort: "-_id").first {
      let owner = other.document["owner"]?.string ?? "somebody else"
      throw NotFound("you have no task '\(word)'; if you mean \(owner)'s, give its id: \(other.id)")
    }
    throw NotFound(
      "there is no task '\(word)': give an id, six or more of its first or last digits, a name, or @last"
        + "; `banyan list` shows them")
  }

  /// The ids of several, in order, each once.
  func ids(of words: [String]) async throws -> [String] {
    var ids: [String] = []
    for word in words {
      let id = try await id(of: word)
      if !ids.contains(id) { ids.append(id) }
    }
    return ids
  }

  /// The filters for ids that begin or end with these digits; nil where the word can be no part of an id.
  static func filters(forPart word: String) -> [JSON]? {
    let digits = word.lowercased()
    guard (6...23).contains(digits.utf8.count), digits.utf8.allSatisfy({ Hex.value(of: $0) != nil }) else { return nil }
    let rest = 24 - digits.utf8.count
    let first = digits + String(repeating: "0", count: rest)
    let last = digits + String(repeating: "f", count: rest)
    return [["_id": ["$gte": .string(first), "$lte": .string(last)]], ["_id": ["$regex": .string(digits + "$")]]]
  }

  private func byPart(_ word: String) async throws -> String? {
    guard let filters = Self.filters(forPart: word) else { return nil }
    var found: [TaskView] = []
    for filter in filters {
      for task in try await tasks(where: filter, sort: "-_id") where !found.contains(where: { $0.id == task.id }) {
        found.append(task)
      }
    }
    guard found.count > 1 else { return found.first?.id }
    let some = found.prefix(3).map(\.id).joined(separator: ", ")
    throw UsageError("'\(word)' fits more than one task (\(some)\(found.count > 3 ? ", …" : "")); give more digits")
  }

  private static let projection: JSON = ["_id": 1, "name": 1, "state": 1, "outcome": 1, "cause": 1, "owner": 1]

  private func tasks(where filter: JSON, sort: String) async throws -> [TaskView] {
    let answer = try await http.json(
      .get, "/tasks",
      query: [
        ("where", filter.encodedString()), ("sort", sort), ("max_results", "16"),
        ("projection", Self.projection.encodedString()),
      ])
    return (answer["_items"]?.array ?? []).compactMap { TaskView($0) }
  }
}
