/// Pages of jobs and of tasks in the order of their places, which cost what is on them: jobs are found by number, and
/// members by theirs.
extension QueueView {
  /// How many tasks are the newest at their places.
  public var newestTaskCount: Int { tasks.count - tasks.replacements.successors.count }

  /// Where a task stands; nil: there is no such task.
  public func place(of task: TaskID) -> JobPlace? { tasks.slot(task).map { tasks.place($0) } }

  /// Jobs in the order of their numbers.
  /// - Parameters:
  ///   - number: only those behind this one; nil: all.
  ///   - first: so many of them are passed over.
  ///   - count: the most that are told.
  public func jobs(after number: JobNumber?, from first: Int = 0, atMost count: Int) -> [JobRecord] {
    var (found, passed): ([JobRecord], Int) = ([], 0)
    guard count > 0 else { return [] }
    forEachJobRow(from: (number?.value ?? 0) + 1) { row in
      if passed < first {
        passed += 1
      } else {
        found.append(tasks.jobRecord(row))
      }
      return found.count < count
    }
    return found
  }

  /// The newest tasks in the order of their places: of their jobs, and of their numbers there.
  /// - Parameters:
  ///   - place: only those behind this one; nil: all.
  ///   - backwards: of the newest job first, and in it of the last member; `place` has to be nil then.
  ///   - first: so many of them are passed over.
  ///   - count: the most that are told.
  public func newestTasks(
    after place: JobPlace?, backwards: Bool = false, from first: Int = 0, atMost count: Int
  ) -> [TaskRecord] {
    var (found, passed): ([TaskRecord], Int) = ([], 0)
    guard count > 0 else { return [] }
    /// - Returns: whether more are wanted.
    func take(_ slot: Slot) -> Bool {
      if passed < first {
        passed += 1
      } else {
        found.append(tasks.record(slot))
      }
      return found.count < count
    }
    forEachJobRow(from: place?.job.value ?? 1, backwards: backwards) { row in
      let known = place.map { tasks.jobs.number(of: row) == $0.job ? Int($0.member) : 0 } ?? 0
      guard let book = tasks.jobs.book(of: row) else {
        return known > 0 ? true : tasks.jobs.onlyTask(of: row).map(take) ?? true
      }
      let members = book.members.dropFirst(known)
      for offset in 0..<members.count {
        let slot = members[backwards ? members.endIndex - 1 - offset : members.startIndex + offset]
        if slot != .none, !take(slot) { return false }
      }
      return true
    }
    return found
  }

  /// Of a job's members those that wait, evenly spread over all of them.
  /// - Parameters:
  ///   - job: the job.
  ///   - waiting: how many of its members wait, as its counts tell.
  ///   - count: the most that are told.
  public func waitingTasks(of job: JobNumber, waiting: Int, atMost count: Int) -> [TaskID] {
    guard count > 0, let row = tasks.jobs.row(job) else { return [] }
    let slots = tasks.jobs.book(of: row)?.members ?? tasks.jobs.onlyTask(of: row).map { [$0] } ?? []
    let step = max(1, (waiting + count - 1) / count)
    var (found, seen): ([TaskID], Int) = ([], 0)
    for slot in slots where slot != .none {
      guard tasks[slot].state == .available || tasks[slot].state == .inactive else { continue }
      if seen % step == 0 { found.append(tasks[slot].id) }
      seen += 1
      if found.count == count { break }
    }
    return found
  }

  /// Goes through jobs in the order of their numbers until the body answers false. Where most numbers are of jobs that were
  /// forgotten, what is left is sorted.
  private func forEachJobRow(from first: UInt64, backwards: Bool = false, _ body: (Slot) -> Bool) {
    let jobs = tasks.jobs
    guard first < jobs.next else { return }
    if jobs.next - first <= 8 * UInt64(jobs.count) + 1024 {
      for offset in 0..<jobs.next - first {
        let number = backwards ? jobs.next - 1 - offset : first + offset
        if let row = jobs.row(JobNumber(number)), !body(row) { return }
      }
    } else {
      let known = jobs.allRows.lazy.map { (number: jobs.number(of: $0), row: $0) }.filter { $0.number.value >= first }
      for (_, row) in known.sorted(by: { ($0.number < $1.number) != backwards }) where !body(row) { return }
    }
  }
}

extension QueueState {
  /// Where a task stands; nil: there is no such task.
  public func place(of task: TaskID) -> JobPlace? { tasks.slot(task).map { tasks.place($0) } }
}
