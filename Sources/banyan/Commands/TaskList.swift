import BanyanClient
import BanyanCore
import BanyanJSON

/// Prints a list of tasks, as `tasks` and `list JOB` do.
struct TaskList {
  let session: Session
  let output: OutputOptions
  let choice: ListOptions

  /// - Parameter words: selectors; without any, the tasks of all jobs, newest first.
  func run(_ words: [String]) async throws {
    let filter = try TaskFilter(
      states: choice.state, name: choice.name, labels: choice.label, owner: await choice.whose(session),
      raw: choice.where
    ).json
    var found: (items: [JSON], total: Int) = ([], 0)
    if words.isEmpty {
      found = try await tasks("/tasks", Optional.none, filter, sort: choice.sort ?? "-job,-member", limit: choice.most)
    }
    for selection in try await session.selectors.resolve(words) {
      let part = try await tasks(of: selection, filter, limit: choice.most - found.items.count)
      found = (found.items + part.items, found.total + part.total)
    }
    let reasons = isTable ? try await WaitingReasons(session: session).reasons(of: found.items) : [:]
    await session.http.close()
    if output.printed(found.items) { return }
    guard !found.items.isEmpty else {
      let isAll = filter == nil && words.isEmpty
      return Output.remark(isAll ? "no tasks yet; `banyan submit -- PROGRAM` makes one" : "no task fits")
    }
    let terminal = output.terminal(session.surroundings)
    let isWide = output.format == .wide
    TaskListing(isWide: isWide).table(of: found.items, reasons: reasons).print(
      on: terminal, isWide: isWide)
    if found.total > found.items.count {
      Output.remark("\(found.items.count) of \(found.total); --limit 0 shows all")
    }
  }

  private var isTable: Bool { output.format == .table || output.format == .wide }

  private func tasks(
    of selection: Selection, _ filter: JSON?, limit: Int
  ) async throws -> (items: [JSON], total: Int) {
    switch selection {
    case .job(let number):
      return try await tasks("/jobs/\(number)/tasks", Optional.none, filter, sort: choice.sort, limit: limit)
    case .members(let number, let members):
      return try await tasks(
        "/jobs/\(number)/tasks", JobReading.filter(members), filter, sort: choice.sort, limit: limit)
    case .task(let id):
      return try await tasks("/tasks", ["_id": .string(id)], filter, sort: choice.sort, limit: limit)
    }
  }

  private func tasks(
    _ path: String, _ members: JSON?, _ filter: JSON?, sort: String?, limit: Int
  ) async throws -> (items: [JSON], total: Int) {
    var query: [(String, String)] = []
    if let sort { query.append(("sort", sort)) }
    let parts = [members, filter].compactMap(\.self)
    if let first = parts.first {
      query.append(("where", (parts.count == 1 ? first : ["$and": .array(parts)]).encodedString()))
    }
    if output.format == .ids { query.append(("projection", "{\"_id\": 1}")) }
    if isTable { query.append(("projection", TaskListing.projection.encodedString())) }
    // How many there are is asked for where no more are shown.
    let found = try await session.list(path, query: query, limit: max(1, limit))
    return (Array(found.items.prefix(max(0, limit))), found.total)
  }
}
