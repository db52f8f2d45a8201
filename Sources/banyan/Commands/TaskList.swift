import BanyanClient
import BanyanCore
import BanyanJSON

/// Prints a list of tasks, as `tasks` and `list JOB` do. To a person what runs comes first; a program gets all of them in
/// their order, page by page.
struct TaskList {
  /// Items of a page, for programs and for people.
  private static let page = 10_000
  /// A job of no more members is fetched whole, and sorted here.
  private static let small = 1000

  let session: Session
  let output: OutputOptions
  let choice: ListOptions
  var showsReplaced = false

  /// Where a selector's tasks are listed.
  private struct Place {
    var path: String
    var filter: JSON?
    /// A single thing was named: that there is none is an error.
    var missing: String?
  }

  /// - Parameter words: selectors; without any, the tasks of all jobs, newest first.
  func run(_ words: [String]) async throws {
    let filter = try choice.withSince(
      TaskFilter(
        states: choice.state, name: choice.name, labels: choice.label, owner: await choice.whose(session),
        raw: choice.where
      ).json)
    var places = try await session.selectors.resolve(words).map(Self.place)
    if words.isEmpty { places = [Place(path: "/tasks")] }
    if output.isTable { try await show(places, filter) } else { try await write(places, filter) }
    await session.http.close()
  }

  private static func place(_ selection: Selection) -> Place {
    switch selection {
    case .job(let number): Place(path: "/jobs/\(number)/tasks")
    case .members(let number, let members):
      Place(
        path: "/jobs/\(number)/tasks", filter: JobReading.filter(members),
        missing: "job \(number) has no member \(JobReading.text(of: members)); `banyan list \(number)` shows them")
    case .task(let id): Place(path: "/tasks", filter: ["_id": .string(id)], missing: "there is no task \(id)")
    }
  }

  // MARK: For programs

  private func write(_ places: [Place], _ filter: JSON?) async throws {
    var left = choice.most(output, session)
    var gathered: [JSON] = []
    for place in places {
      var count = 0
      if output.format == .jsonl {
        // As they come: of a million nobody holds more than a page.
        try await session.forEachPageOfLines(
          place.path, query: query(place, filter), size: Self.page, limit: left
        ) { lines, found in
          count += found
          Output.result(bytes: lines)
        }
      } else {
        try await session.forEachPage(
          place.path, query: query(place, filter), size: Self.page, limit: left
        ) { items, _ in
          count += items.count
          if output.format == .ids { _ = output.printed(items) } else { gathered += items }
        }
      }
      left -= count
      if count == 0, filter == nil, let missing = place.missing { throw NotFound(missing) }
    }
    if output.format != .jsonl, output.format != .ids { _ = output.printed(gathered) }
  }

  private func query(
    _ place: Place, _ filter: JSON?, _ more: JSON? = Optional.none
  ) -> [(String, String)] {
    var query: [(String, String)] = [LocalTime.query]
    let isAll = place.path == "/tasks" && place.filter == nil
    if let sort = choice.sort ?? (isAll ? "-job,-member" : nil) { query.append(("sort", sort)) }
    let parts = [place.filter, filter, more].compactMap(\.self)
    if let first = parts.first {
      query.append(("where", (parts.count == 1 ? first : ["$and": .array(parts)]).encodedString()))
    }
    if showsReplaced { query.append(("replaced", "true")) }
    if output.format == .ids { query.append(("projection", "{\"_id\": 1}")) }
    // A column for each variable that anybody has would be of no use.
    if output.format == .csv { query.append(("projection", "{\"environment\": 0}")) }
    if output.isTable { query.append(("projection", TaskListing.projection.encodedString())) }
    return query
  }

  // MARK: For people

  private func show(_ places: [Place], _ filter: JSON?) async throws {
    let most = choice.most(output, session)
    var found: (items: [JSON], total: Int) = ([], 0)
    for place in places {
      let part = try await firstRunning(place, filter, limit: most - found.items.count)
      if part.total == 0, filter == nil, let missing = place.missing { throw NotFound(missing) }
      found = (found.items + part.items, found.total + part.total)
    }
    guard !found.items.isEmpty else {
      let isAll = filter == nil && places.count == 1 && places[0].path == "/tasks" && places[0].filter == nil
      return Output.remark(isAll ? "no tasks yet; `banyan submit -- PROGRAM` makes one" : "no task fits")
    }
    var listing = TaskListing(isWide: output.format == .wide)
    listing.workers = try await session.workerNames()
    listing.reasons = try await WaitingReasons(session: session).reasons(of: found.items)
    let causes = found.items.compactMap { TaskView($0).map(TaskListing.reason) }
    listing.names = try await TaskNames.fetched(in: causes + listing.reasons.values.sorted(), session.asking)
    listing.table(of: found.items).print(
      on: output.terminal(session.surroundings), isWide: output.format == .wide)
    if found.total > found.items.count {
      Output.remark("\(found.items.count) of \(found.total); --all shows all")
    }
  }

  /// What runs, then what waits, then what ended: of a small job by a look at all of it, of a large one by some for each.
  private func firstRunning(
    _ place: Place, _ filter: JSON?, limit: Int
  ) async throws -> (items: [JSON], total: Int) {
    // How many there are is asked for where no more are shown.
    guard choice.sort == nil else { return try await page(query(place, filter), place, limit) }
    let all = try await page(query(place, filter), place, limit)
    if place.path != "/tasks", all.total <= Self.small {
      let whole =
        all.total <= all.items.count ? all.items : try await page(query(place, filter), place, Self.small).items
      return (Array(Self.sorted(whole).prefix(max(0, limit))), all.total)
    }
    let live = try await page(query(place, filter, Self.live), place, limit)
    var items = live.items
    var seen = Set(items.compactMap { $0["_id"]?.string })
    func add(_ more: [JSON]) {
      for item in more where items.count < limit {
        if let id = item["_id"]?.string, seen.insert(id).inserted { items.append(item) }
      }
    }
    if place.path != "/tasks", items.count < limit {
      add(try await page(query(place, filter, Self.waiting), place, limit - items.count).items)
    }
    // Of all of them those are passed over that are shown already.
    add(all.items)
    return (items, all.total)
  }

  private static let live: JSON = ["state": ["$in": ["running", "pending_cancellation"]]]
  private static let waiting: JSON = ["state": ["$in": ["available", "inactive"]]]

  /// In the order of their members, what runs first, what has ended last; of a job that is over, what failed first.
  private static func sorted(_ items: [JSON]) -> [JSON] {
    func rank(_ item: JSON) -> Int {
      guard let view = TaskView(item) else { return 4 }
      if view.state.isLive { return 0 }
      if view.state == .available { return 1 }
      if view.state == .inactive { return 2 }
      return view.hasSucceeded ? 4 : 3
    }
    return items.enumerated().map { (rank($0.element), $0.offset, $0.element) }
      .sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
  }

  private func page(
    _ query: [(String, String)], _ place: Place, _ limit: Int
  ) async throws -> (items: [JSON], total: Int) {
    var found: (items: [JSON], total: Int) = ([], 0)
    try await session.forEachPage(place.path, query: query, size: Self.small, limit: max(1, limit)) { items, total in
      found = (found.items + items, max(total, found.items.count + items.count))
    }
    return (Array(found.items.prefix(max(0, limit))), found.total)
  }
}
