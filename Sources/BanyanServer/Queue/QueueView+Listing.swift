import BanyanCore
import BanyanWire

/// Lists of tasks, read from a view: nobody who claims waits for it.
extension QueueView {
  /// The page that a query wants.
  func select(_ query: ListQuery) -> Selection<TaskRecord> {
    var page = PageCollector<TaskRecord>(query)
    forEachCandidate(query.filter) { page.offer($0) }
    return page.selection()
  }

  /// Every task that a filter matches, by `_id`.
  func ids(matching filter: Filter) -> [TaskID] {
    var found: [TaskID] = []
    forEachTask(matching: filter) { found.append($0.id) }
    return found.sorted()
  }

  /// Goes through every task that a filter matches; nil: through all.
  func forEachTask(matching filter: Filter?, _ body: (TaskRecord) -> Void) {
    forEachCandidate(filter) { record in
      if filter?.matches(record) ?? true { body(record) }
    }
  }

  /// Goes through the tasks that are left to be looked at when an index was asked for what a filter pins.
  private func forEachCandidate(_ filter: Filter?, _ body: (TaskRecord) -> Void) {
    let pins = filter?.pins
    if let ids = pins?.ids {
      for id in ids { if let record = record(id) { body(record) } }
    } else if let names = pins?.names {
      for name in names { tasks(named: name).forEach(body) }
    } else if let workers = pins?.workers {
      for worker in workers { tasks(heldBy: worker).forEach(body) }
    } else {
      forEachTask(in: pins?.states, queues: pins?.queues, owners: pins?.owners) { record in
        body(record)
        return true
      }
    }
  }
}
