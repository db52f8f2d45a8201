import BanyanCore
import BanyanWire

/// Lists of jobs, and of tasks of one, read from a view.
extension QueueView {
  /// The page of jobs that a query wants. Where nothing is asked of single jobs but what is kept of all (``JobChoice``), only
  /// those on it are looked at.
  func selectJobs(
    _ query: ListQuery, _ outlook: JobOutlook, _ effort: Effort
  ) throws(Rejection) -> Selection<ListedJob> {
    let pins = query.filter?.jobPins ?? JobPins()
    try effort.spend(jobCount / 64)
    let backwards = query.sort?.isByNumberBackwards ?? false
    if pins.isWhole, query.sort == nil || backwards, query.after == nil || !backwards {
      let (first, overflow) = (query.page - 1).multipliedReportingOverflow(by: query.maxResults)
      try effort.spend(overflow ? 0 : min(first, jobCount))
      // One more tells whether the list goes on.
      let (found, total) = jobs(
        of: pins.choice, after: query.after?.number, backwards: backwards, from: overflow ? Int.max : first,
        atMost: query.maxResults + 1)
      let items = found.prefix(query.maxResults).map { ListedJob($0, outlook, looksInside: false) }
      return Selection(
        items: items, page: query.page, maxResults: query.maxResults, total: total,
        next: found.count > items.count && !backwards ? items.last?.listedCursor : nil)
    }
    var page = PageCollector<ListedJob>(query, of: jobCount, effort)
    try forEachJob(of: pins.choice) { job throws(Rejection) in
      try page.offer(ListedJob(job, outlook, looksInside: true))
      return true
    }
    return try page.selection()
  }

  /// The page of a job's tasks that a query wants, those that were tried again among them if it says so.
  func select(_ query: ListQuery, of job: JobNumber, _ effort: Effort) throws(Rejection) -> Selection<TaskRecord> {
    if let page = try page(query, among: [job], effort) { return page }
    guard query.showsReplaced else {
      var page = PageCollector<TaskRecord>(query, of: taskCount, effort)
      var choice = query.filter?.pins.choice ?? TaskChoice()
      choice.jobs = choice.jobs?.intersection([job]) ?? [job]
      try forEachNewestTask(of: choice) { record throws(Rejection) in
        try page.offer(record)
        return true
      }
      return try page.selection()
    }
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

  /// Jobs that have ended, fit, and somebody may change; and how many others there are.
  func endedJobs(
    matching filter: Filter, changedBy asker: Principal, _ effort: Effort
  ) throws(Rejection) -> (numbers: [JobNumber], others: Int) {
    var (found, others): ([JobNumber], Int) = ([], 0)
    var choice = filter.jobPins.choice
    choice.states = choice.states.filter(\.isEnded)
    try effort.spend(jobCount / 64)
    try forEachJob(of: choice) { job throws(Rejection) in
      try effort.spend(1)
      guard try filter.matches(ListedJob(job, JobOutlook(), looksInside: true), effort) else { return true }
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
