import BanyanCore
import BanyanWire

/// Lists of jobs, and of tasks of one, read from a view.
extension QueueView {
  /// The page of jobs that a query wants. Where nothing is asked of single jobs, only those on it are looked at.
  func selectJobs(
    _ query: ListQuery, _ outlook: JobOutlook, _ effort: Effort
  ) throws(Rejection) -> Selection<ListedJob> {
    if query.filter == nil, query.sort == nil {
      let (first, overflow) = (query.page - 1).multipliedReportingOverflow(by: query.maxResults)
      try effort.spend(overflow ? 0 : min(first, jobCount))
      // One more tells whether the list goes on.
      let found =
        overflow || first >= jobCount
        ? [] : jobs(after: query.after?.number, from: first, atMost: query.maxResults + 1)
      let items = found.prefix(query.maxResults).map { ListedJob($0, outlook, looksInside: false) }
      return Selection(
        items: items, page: query.page, maxResults: query.maxResults, total: jobCount,
        next: found.count > items.count ? items.last?.listedCursor : nil)
    }
    var page = PageCollector<ListedJob>(query, of: jobCount, effort)
    try forEachJob { job throws(Rejection) in
      try page.offer(ListedJob(job, outlook, looksInside: true))
      return true
    }
    return try page.selection()
  }

  /// The page of a job's tasks that a query wants, those that were tried again among them if it says so.
  func select(_ query: ListQuery, of job: JobNumber, _ effort: Effort) throws(Rejection) -> Selection<TaskRecord> {
    if query.filter == nil, query.sort == nil, !query.showsReplaced { return try page(query, of: job, effort) }
    guard query.showsReplaced else { return try query.select(from: tasks(of: job), effort) }
    var page = PageCollector<TaskRecord>(query, effort)
    for newest in tasks(of: job) {
      var task: TaskRecord? = newest
      while let one = task {
        try page.offer(one)
        task = one.replaces.flatMap { record($0) }
      }
    }
    return try page.selection()
  }

  /// Only the members on the page are looked at.
  private func page(_ query: ListQuery, of job: JobNumber, _ effort: Effort) throws(Rejection) -> Selection<TaskRecord>
  {
    let counts = self.job(job)?.counts ?? JobCounts()
    let total = MemberState.allCases.reduce(0) { $0 + Int(counts[$1]) }
    let (first, overflow) = (query.page - 1).multipliedReportingOverflow(by: query.maxResults)
    try effort.spend(overflow ? 0 : min(first, total))
    // A cursor of an earlier job stands before all of this one's members, and one of a later job behind them.
    let cursor = query.after?.place
    let start =
      cursor.map { $0.job < job ? 0 : $0.job == job ? $0.member : JobPlace.maxMembers } ?? 0
    // One more tells whether the list goes on; behind the job's last member others follow.
    let found =
      overflow || first >= total
      ? []
      : newestTasks(after: JobPlace(job: job, member: start), from: first, atMost: query.maxResults + 1)
        .prefix { $0.place?.job == job }
    let items = Array(found.prefix(query.maxResults))
    return Selection(
      items: items, page: query.page, maxResults: query.maxResults, total: total,
      next: found.count > items.count ? items.last?.listedCursor : nil)
  }

  /// Jobs that have ended, fit, and somebody may change; and how many others there are.
  func endedJobs(
    matching filter: Filter, changedBy asker: Principal, _ effort: Effort
  ) throws(Rejection) -> (numbers: [JobNumber], others: Int) {
    var (found, others): ([JobNumber], Int) = ([], 0)
    try forEachJob { job throws(Rejection) in
      try effort.spend(1)
      guard job.state.isEnded, try filter.matches(ListedJob(job, JobOutlook(), looksInside: true), effort) else {
        return true
      }
      if asker.mayChange(ownedBy: job.owner) { found.append(job.number) } else { others += 1 }
      return true
    }
    return (found.sorted(), others)
  }
}

/// A job as lists have it: in the order of their numbers.
struct ListedJob: Listed {
  private let job: JobRecord
  private let expected: ExpectedTimes?
  private let known: Document?

  /// - Parameters:
  ///   - outlook: what is expected of jobs.
  ///   - looksInside: its document is asked for fields while the page is picked; else it is made only if it is on
  ///     the page.
  init(_ job: JobRecord, _ outlook: JobOutlook, looksInside: Bool) {
    self.job = job
    expected = outlook[job]
    known = looksInside ? JobDocument.document(job, expected: expected) : nil
  }

  var document: Document { known ?? JobDocument.document(job, expected: expected) }
  var listedID: Identifier { Identifier(seconds: 0, rest: job.number.value) }
  var listedCursor: ListCursor? { ListCursor(job.number) }

  func listedValue(_ field: ListedField) -> FieldValue { document.listedValue(field) }
}
