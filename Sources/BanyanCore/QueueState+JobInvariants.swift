/// What must hold of jobs: what is kept of them equals what their tasks tell.
extension QueueState {
  func jobViolations() -> [String] {
    var broken: [String] = []
    var recounted: [Slot: (tasks: UInt32, counts: JobCounts, newest: [UInt32: TaskID])] = [:]
    tasks.forEachSlot { slot in
      let entry = tasks[slot]
      guard entry.job != .none, entry.member > 0 else { return broken.append("task \(entry.id) is of no job") }
      var sum = recounted[entry.job] ?? (0, JobCounts(), [:])
      sum.tasks += 1
      if !entry.isReplaced {
        sum.counts[tasks.memberState(slot)] += 1
        if let other = sum.newest.updateValue(entry.id, forKey: entry.member) {
          broken.append("tasks \(other) and \(entry.id) are both the newest of member \(entry.member) of a job")
        }
      }
      if entry.isReplaced != (tasks.replacements.successors[entry.id] != nil) {
        broken.append("task \(entry.id) is \(entry.isReplaced ? "" : "not ")replaced, by its own word alone")
      }
      recounted[entry.job] = sum
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
