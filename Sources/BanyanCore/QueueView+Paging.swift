/// Pages of jobs and of tasks in the order of their places, which cost what is on them: jobs are found by number, and
/// members by theirs.
extension QueueView {
  /// Where a task stands; nil: there is no such task.
  public func place(of task: TaskID) -> JobPlace? { tasks.slot(task).map { tasks.place($0) } }

  /// Of a job's members those that wait, evenly spread over all of them.
  /// - Parameters:
  ///   - job: the job.
  ///   - waiting: how many of its members wait, as its counts tell.
  ///   - count: the most that are told.
  public func waitingTasks(of job: JobNumber, waiting: Int, atMost count: Int) -> [TaskID] {
    guard count > 0, let row = tasks.jobs.row(job) else { return [] }
    var choice = TaskChoice()
    choice.standings = Standings { $0.state == .available || $0.state == .inactive }
    var search = TaskSearch(tasks, choice)
    let step = max(1, (waiting + count - 1) / count)
    var (found, seen): ([TaskID], Int) = ([], 0)
    _ = search.forEachMember(of: row) { slot in
      if seen % step == 0 { found.append(tasks[slot].id) }
      seen += 1
      return found.count < count
    }
    return found
  }

  /// Goes through jobs in the order of their numbers until the body answers false. Where most numbers are of jobs that were
  /// forgotten, what is left is sorted.
  func forEachJobRow(from first: UInt64, backwards: Bool = false, _ body: (Slot) -> Bool) {
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
