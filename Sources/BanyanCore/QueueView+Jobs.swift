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

  /// Members of families to whom nothing happened yet, as many in a row as there are: the first of them, with what it
  /// shares, and how many.
  public func forEachRun<Failure: Error>(_ body: (TaskRecord, Int) throws(Failure) -> Void) throws(Failure) {
    for run in tasks.rows.runs.indices {
      for part in tasks.rows.unwrittenParts(of: run) {
        try body(tasks.record(part.lowerBound, isWhole: false), part.count)
      }
    }
  }

  /// Every task that stands in no run (``forEachRun(_:)``), without what its family shares.
  public func forEachWrittenTask<Failure: Error>(_ body: (TaskRecord) throws(Failure) -> Bool) throws(Failure) {
    for slot in 0..<Slot(tasks.slotCount) where !tasks.rows.isUnwritten(slot: slot) && tasks.holdsTask(slot) {
      guard try body(tasks.record(slot, isWhole: false)) else { return }
    }
  }

  /// Every tie between families, in the order of their identifiers, and whether another one stands in its place.
  public func forEachTie<Failure: Error>(_ body: (TaskRecord, Bool) throws(Failure) -> Void) throws(Failure) {
    for (_, slot) in tasks.ties.sorted(by: { $0.key < $1.key }) {
      try body(tasks.record(slot, isWhole: false), tasks[slot].isReplaced)
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

  private func nameOfOnly(_ slot: Slot) -> String? { slot == .none ? nil : self[slot].spec.name }

  /// Everything about the job in a row.
  func jobRecord(_ row: Slot) -> JobRecord {
    let number = jobs.number(of: row)
    if let book = jobs.book(of: row) {
      // What has one member is called as that is.
      let only = book.members.count == 1 ? book.spec.families.first?.name ?? nameOfOnly(book.members[0]) : nil
      var record = JobRecord(
        number: number, name: book.spec.name ?? only, owner: book.spec.owner, created: book.spec.created,
        updated: book.updated,
        counts: book.counts, memberCount: book.members.count, started: book.started == 0 ? nil : book.started,
        lastEnd: book.lastEnd)
      record.labels = book.spec.labels
      record.families = book.spec.families
      record.resumes = book.spec.resumes
      record.takenOver = book.takenOver
      return record
    }
    var counts = JobCounts()
    guard let slot = jobs.onlyTask(of: row) else {
      return JobRecord(
        number: number, name: nil, owner: "", created: 0, updated: 0, counts: counts, memberCount: 1, started: nil,
        lastEnd: 0)
    }
    let entry = self[slot]
    counts[memberState(slot)] = 1
    var record = JobRecord(
      number: number, name: entry.spec.name, owner: entry.spec.owner, created: entry.created,
      updated: entry.updated, counts: counts, memberCount: 1, started: entry.attempts.first?.timeClaimed,
      lastEnd: entry.endedAt)
    // Its only task's labels are its own.
    if !entry.spec.isPlain { record.labels = entry.spec.fields.labels }
    return record
  }
}
