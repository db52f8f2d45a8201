/// What must hold of jobs: what is kept of them equals what their tasks tell.
extension QueueState {
  func jobViolations() -> [String] {
    var broken: [String] = []
    var recounted: [Slot: Recount] = [:]
    tasks.forEachSlot { slot in
      let entry = tasks[slot]
      guard entry.job != .none, entry.member > 0 else { return broken.append("task \(entry.id) is of no job") }
      // Where it lies: a copy for each of a million members would be a million million.
      let other = recounted[entry.job, default: Recount()].add(entry, tasks.memberState(slot))
      if let other {
        broken.append("tasks \(other) and \(entry.id) are both the newest of member \(entry.member) of a job")
      }
      if entry.isReplaced != (tasks.replacements.successors[entry.id] != nil) {
        broken.append("task \(entry.id) is \(entry.isReplaced ? "" : "not ")replaced, by its own word alone")
      }
    }
    for row in jobs.allRows {
      let number = jobs.number(of: row)
      guard let sum = recounted.removeValue(forKey: row) else {
        broken.append("job \(number) has no task")
        continue
      }
      if jobs.row(number) != row { broken.append("job \(number) isn't found by its number") }
      if number.value >= jobs.next { broken.append("job \(number) has a number that was not given out yet") }
      if jobs.taskCount(of: row) != sum.tasks {
        broken.append("job \(number) counts \(jobs.taskCount(of: row)) tasks, recounted \(sum.tasks)")
      }
      guard let book = jobs.book(of: row) else {
        if jobs.onlyTask(of: row).map({ tasks[$0].id }) != sum.newest[1] || sum.newest.count > 1 {
          broken.append("job \(number) of one task has \(sum.newest)")
        }
        continue
      }
      if book.counts != sum.counts {
        broken.append("job \(number) counts \(book.counts), recounted \(sum.counts)")
      }
      let kept = book.members.enumerated().filter { $0.element != .none }
        .map { (UInt32($0.offset + 1), tasks[$0.element].id) }
      if Dictionary(uniqueKeysWithValues: kept) != sum.newest {
        broken.append("job \(number): its members' newest tasks are not those that it names")
      }
      if sum.counts.state.isEnded, book.lastEnd == 0 { broken.append("job \(number) has ended at no time") }
    }
    if !recounted.isEmpty { broken.append("tasks are of jobs that there are none of") }
    if tasks.replacements.successors.count != tasks.replacements.predecessors.count {
      broken.append("replaced tasks disagree with their successors")
    }
    return broken
  }
}

/// What the tasks of a job tell of it.
private struct Recount {
  private(set) var tasks: UInt32 = 0
  private(set) var counts = JobCounts()
  private(set) var newest: [UInt32: TaskID] = [:]

  /// - Returns: another task that is the newest of the same member.
  mutating func add(_ entry: TaskEntry, _ state: MemberState) -> TaskID? {
    tasks += 1
    guard !entry.isReplaced else { return nil }
    counts[state] += 1
    return newest.updateValue(entry.id, forKey: entry.member)
  }
}
