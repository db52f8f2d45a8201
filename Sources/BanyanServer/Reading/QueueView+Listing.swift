import BanyanCore
import BanyanWire

/// Lists of tasks, read from a view: nobody who claims waits for it.
extension QueueView {
  /// The page that a query wants: of the newest tasks, unless it says or means others too. Where nothing is asked of single
  /// tasks but what is kept of all (``TaskChoice``), only those on it are looked at.
  func select(_ query: ListQuery, _ effort: Effort) throws(Rejection) -> Selection<TaskRecord> {
    if let page = try page(query, among: nil, effort) { return page }
    var page = PageCollector<TaskRecord>(query, of: taskCount, effort)
    try forEachCandidate(query.filter) { record throws(Rejection) in
      if query.showsReplaced || record.replacedBy == nil { try page.offer(record) }
    }
    return try page.selection()
  }

  /// The page of a query that asks for nothing that has to be looked for; nil: it does.
  /// - Parameter jobs: of these jobs' tasks alone; nil: of all.
  func page(
    _ query: ListQuery, among jobs: Set<JobNumber>?, _ effort: Effort
  ) throws(Rejection) -> Selection<TaskRecord>? {
    let backwards = query.sort?.isByPlaceBackwards ?? false
    guard !query.showsReplaced, query.sort == nil || backwards, query.after == nil || !backwards else { return nil }
    let pins = query.filter?.pins
    guard pins?.isChoice ?? true else { return nil }
    var choice = pins?.choice ?? TaskChoice()
    if let jobs { choice.jobs = choice.jobs?.intersection(jobs) ?? jobs }
    let (first, overflow) = (query.page - 1).multipliedReportingOverflow(by: query.maxResults)
    try effort.spend(overflow ? 0 : min(first, taskCount))
    // One more tells whether the list goes on.
    let (found, total) = newestTasks(
      of: choice, after: query.after?.place, backwards: backwards, from: overflow ? .max : first,
      atMost: query.maxResults + 1)
    let items = Array(found.prefix(query.maxResults))
    return Selection(
      items: items, page: query.page, maxResults: query.maxResults, total: total,
      next: found.count > items.count && !backwards ? items.last?.listedCursor : nil)
  }

  /// Every task that a filter matches and somebody may change, by `_id`; and how many others it matches.
  func ids(
    matching filter: Filter, changedBy asker: Principal, _ effort: Effort
  ) throws(Rejection) -> (ids: [TaskID], others: Int) {
    var (found, others): ([TaskID], Int) = ([], 0)
    try forEachTask(matching: filter, effort) { task in
      if asker.mayChange(ownedBy: task.spec.owner) { found.append(task.id) } else { others += 1 }
    }
    return (found.sorted(), others)
  }

  /// Goes through every task that a filter matches; nil: through all.
  /// - Parameter showsReplaced: those that were tried again too.
  func forEachTask(
    matching filter: Filter?, showsReplaced: Bool = true, _ effort: Effort, _ body: (TaskRecord) -> Void
  ) throws(Rejection) {
    let takesAll = showsReplaced || (filter?.namesReplaced ?? false)
    try forEachCandidate(filter) { record throws(Rejection) in
      try effort.spend(1)
      guard takesAll || record.replacedBy == nil else { return }
      if try filter?.matches(record, effort) ?? true { body(record) }
    }
  }

  /// Goes through the tasks that are left to be looked at when an index was asked for what a filter pins.
  private func forEachCandidate(
    _ filter: Filter?, _ body: (TaskRecord) throws(Rejection) -> Void
  ) throws(Rejection) {
    let pins = filter?.pins
    if let ids = pins?.ids {
      for id in ids { if let record = record(id) { try body(record) } }
    } else if let names = pins?.names {
      for name in names { for record in tasks(named: name.text) { try body(record) } }
    } else if let workers = pins?.workers {
      for worker in workers { for record in tasks(heldBy: worker) { try body(record) } }
    } else {
      try forEachTask(of: pins?.choice ?? TaskChoice()) { record throws(Rejection) in
        try body(record)
        return true
      }
    }
  }
}
