/// Jobs as lists and snapshots read them.
extension QueueView {
  /// A job; nil: there is none of this number.
  public func job(_ number: JobNumber) -> JobRecord? { tasks.job(number) }

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

  /// The newest tasks of a job's members, in their order. Each record is made when it is asked for: there may be a million.
  public func tasks(of job: JobNumber) -> some Collection<TaskRecord> {
    let table: TaskTable = tasks
    let row = table.jobs.row(job)
    let members: [Slot]? = row.flatMap { table.jobs.book(of: $0)?.members }
    let only: [Slot] = row.flatMap { table.jobs.onlyTask(of: $0) }.map { [$0] } ?? []
    return (members ?? only).lazy.filter { $0 != Slot.none }.map { table.record($0) }
  }
}

extension TaskTable {
  func job(_ number: JobNumber) -> JobRecord? { jobs.row(number).map { jobRecord($0) } }

  /// Everything about the job in a row.
  func jobRecord(_ row: Slot) -> JobRecord {
    let number = jobs.number(of: row)
    if let book = jobs.book(of: row) {
      // What has one member is called as that is.
      let only = book.members.count == 1 && book.members[0] != .none ? self[book.members[0]].spec.name : nil
      return JobRecord(
        number: number, name: book.spec.name ?? only, owner: book.spec.owner, created: book.spec.created,
        updated: book.updated,
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
    counts[memberState(slot)] = 1
    return JobRecord(
      number: number, name: entry.spec.name, owner: entry.spec.owner, created: entry.created,
      updated: entry.updated, counts: counts, memberCount: 1, started: entry.attempts.first?.timeClaimed,
      lastEnd: entry.endedAt)
  }
}
