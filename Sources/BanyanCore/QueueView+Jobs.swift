/// Jobs as lists and snapshots read them.
extension QueueView {
  /// A job; nil: there is none of this number.
  public func job(_ number: JobNumber) -> JobRecord? { tasks.jobs.row(number).map { tasks.jobRecord($0) } }

  /// How many jobs there are.
  public var jobCount: Int { tasks.jobs.count }

  /// The number that the next job gets.
  public var nextJob: UInt64 { tasks.jobs.next }

  /// Every job, in the table's order, until the body answers false.
  public func forEachJob<Failure: Error>(_ body: (JobRecord) throws(Failure) -> Bool) throws(Failure) {
    for row in tasks.jobs.allRows { guard try body(tasks.jobRecord(row)) else { return } }
  }

  /// Every job that has words of its own, or several members: what its tasks don't tell.
  public func forEachWrittenJob<Failure: Error>(_ body: (JobRecord) throws(Failure) -> Bool) throws(Failure) {
    for row in tasks.jobs.allRows where tasks.jobs.hasBook(row) {
      guard try body(tasks.jobRecord(row)) else { return }
    }
  }

  /// The newest tasks of a job's members, in their order.
  public func tasks(of job: JobNumber) -> [TaskRecord] {
    guard let row = tasks.jobs.row(job) else { return [] }
    let slots = tasks.jobs.book(of: row)?.members ?? [tasks.jobs.onlyTask(of: row) ?? .none]
    return slots.filter { $0 != .none }.map { tasks.record($0) }
  }
}

extension TaskTable {
  /// Everything about the job in a row.
  func jobRecord(_ row: Slot) -> JobRecord {
    let number = jobs.number(of: row)
    if let book = jobs.book(of: row) {
      return JobRecord(
        number: number, name: book.spec.name, owner: book.spec.owner, created: book.spec.created, updated: book.updated,
        counts: book.counts, memberCount: book.members.count, started: book.started == 0 ? nil : book.started,
        lastEnd: book.lastEnd)
    }
    var counts = JobCounts()
    guard let slot = jobs.onlyTask(of: row) else {
      return JobRecord(
        number: number, name: nil, owner: "", created: 0, updated: 0, counts: counts, memberCount: 1, started: nil,
        lastEnd: 0)
    }
    let entry = self[slot]
    counts[entry.memberState] = 1
    // A task that was tried again is one job with the first of its place.
    var first = entry.id
    while let before = replacements.predecessors[first] { first = before }
    let earliest = self.slot(first).map { self[$0] } ?? entry
    return JobRecord(
      number: number, name: entry.spec.name, owner: entry.spec.owner, created: earliest.created,
      updated: entry.updated, counts: counts, memberCount: 1,
      started: (earliest.attempts.first ?? entry.attempts.first)?.timeClaimed, lastEnd: entry.endedAt)
  }
}
