import BanyanCore
import BanyanWire

/// Lists of tasks, read from a view: nobody who claims waits for it.
extension QueueView {
  /// The page that a query wants.
  func select(_ query: ListQuery) -> Selection<TaskRecord> {
    if let candidates = candidates(query.filter) { return query.select(from: candidates) }
    var page = PageCollector<TaskRecord>(query)
    forEachTask { record in
      page.offer(record)
      return true
    }
    return page.selection()
  }

  /// Every task that a filter matches, by `_id`.
  func ids(matching filter: Filter) -> [TaskID] {
    if let candidates = candidates(filter) { return candidates.filter(filter.matches).map(\.id) }
    var found: [TaskID] = []
    forEachTask { record in
      if filter.matches(record) { found.append(record.id) }
      return true
    }
    return found.sorted()
  }

  /// Goes through every task that a filter matches; nil: through all.
  func forEachTask(matching filter: Filter?, _ body: (TaskRecord) -> Void) {
    guard let candidates = candidates(filter) else {
      return forEachTask { record in
        if filter?.matches(record) ?? true { body(record) }
        return true
      }
    }
    for record in candidates where filter?.matches(record) ?? true { body(record) }
  }

  /// The tasks that an index leaves to be looked at, by `_id`; nil: all.
  private func candidates(_ filter: Filter?) -> [TaskRecord]? {
    guard let pins = filter?.pins else { return nil }
    if let ids = pins.ids { return ids.sorted().compactMap { record($0) } }
    if let names = pins.names { return names.flatMap { tasks(named: $0) }.sorted { $0.id < $1.id } }
    if let workers = pins.workers {
      return workers.flatMap { tasks(heldBy: $0) }.sorted { $0.id < $1.id }
    }
    return nil
  }
}
