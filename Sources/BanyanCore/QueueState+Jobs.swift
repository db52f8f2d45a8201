/// Jobs: every task belongs to one, at a member's place. What is kept of a job moves with each event about its tasks.
extension QueueState {
  /// A task that was just made takes its place: the one that it was given, or a job of its own.
  mutating func joinJob(_ slot: Slot, _ place: JobPlace?, at time: Int64) {
    let row: Slot
    let member: UInt32
    if let place, (1...JobPlace.maxMembers).contains(place.member) {
      row = jobs.row(place.job) ?? jobs.make(place.job)
      member = place.member
    } else if let first = earlierArrayMember(than: slot) {
      row = tasks[first].job
      member = widen(row, with: first)
    } else {
      row = jobs.make(JobNumber(jobs.next))
      member = 1
    }
    if let place, place.member != member {
      misfits.append("event \(sequence) puts a task at the place \(place.member) of the job \(place.job)")
    }
    tasks[slot].job = row
    tasks[slot].member = member
    jobs.add(row)
    if let old = tasks.newest(of: row, member) {
      // When it was made and when it began, its newest task can't tell any more.
      openBook(of: row, with: old)
      tasks.setReplaced(true, of: old)
      uncount(old)
      tasks.replacements.replace(tasks[old].id, by: tasks[slot].id)
    }
    settle(slot, asNewestOf: row, at: time)
  }

  private mutating func settle(_ slot: Slot, asNewestOf row: Slot, at time: Int64) {
    guard jobs.hasBook(row) else { return jobs.setOnlyTask(slot, of: row) }
    let (state, member) = (tasks.memberState(slot), tasks[slot].member)
    jobs.change(row) { book in
      book.put(slot, at: member)
      book.counts[state] += 1
      book.updated = max(book.updated, time)
    }
  }

  /// The first task of the array that this one is of, if it was made before: what no request says the job of (a journal
  /// from before there were jobs) is put together by arrays.
  private func earlierArrayMember(than slot: Slot) -> Slot? {
    tasks.firstOfArray(of: slot).flatMap { tasks[$0].job == .none ? nil : $0 }
  }

  /// Gives the job of a single task a book, and tells the next member's number.
  private mutating func widen(_ row: Slot, with first: Slot) -> UInt32 {
    openBook(of: row, with: first)
    return UInt32(jobs.book(of: row)?.members.count ?? 0) + 1
  }

  /// Gives a job a book, unless it has one, out of its only task.
  private mutating func openBook(of row: Slot, with task: Slot) {
    guard !jobs.hasBook(row) else { return }
    let entry = tasks[task]
    // The labels of the job of a single task are the task's.
    let spec = JobSpec(
      number: jobs.number(of: row), owner: entry.spec.owner, name: entry.spec.array?.name, created: entry.created,
      labels: entry.spec.array == nil ? entry.spec.fields.labels : TextMap())
    jobs.open(JobBook(spec), for: row)
    settle(task, asNewestOf: row, at: entry.updated)
    noteTimes(of: task)
  }

  /// Takes over when a task began and ended.
  private mutating func noteTimes(of task: Slot) {
    let entry = tasks[task]
    let claimed = entry.attempts.first?.timeClaimed ?? 0
    jobs.change(entry.job) { book in
      if claimed != 0 { book.started = book.started == 0 ? claimed : min(book.started, claimed) }
      book.lastEnd = max(book.lastEnd, entry.endedAt)
    }
  }

  /// A job that its provider wrote, before its tasks.
  mutating func openJob(_ spec: JobSpec) {
    guard jobs.row(spec.number) == nil else {
      misfits.append("event \(sequence) makes the job \(spec.number), which there is already")
      return
    }
    jobs.open(JobBook(spec), for: jobs.make(spec.number))
  }

  /// Follows what happened to a task in its job's book.
  /// - Parameters:
  ///   - before: what its member was.
  ///   - after: what it is now.
  mutating func count(_ slot: Slot, from before: MemberState, to after: MemberState, at time: Int64) {
    let isReplaced = tasks[written: slot].isReplaced
    tasks.jobs.change(tasks[written: slot].job) { book in
      book.updated = max(book.updated, time)
      guard before != after else { return }
      if !isReplaced {
        book.counts[before] -= 1
        book.counts[after] += 1
      }
      if after == .running, book.started == 0 { book.started = time }
      if after.isEnded { book.lastEnd = max(book.lastEnd, time) }
    }
  }

  private mutating func uncount(_ slot: Slot) {
    let state = tasks.memberState(slot)
    jobs.change(tasks[slot].job) { $0.counts[state] -= 1 }
  }

  /// A task is being forgotten. Of a member that was tried again the one before is the newest then.
  mutating func leaveJob(_ slot: Slot) {
    let entry = tasks[slot]
    if !entry.isReplaced {
      uncount(slot)
      if let before = tasks.replacements.predecessors[entry.id].flatMap({ tasks.slot($0) }) {
        countFailure(of: before)
        tasks.setReplaced(false, of: before)
        settle(before, asNewestOf: entry.job, at: 0)
      } else if jobs.hasBook(entry.job) {
        jobs.change(entry.job) { $0.put(.none, at: entry.member) }
      } else {
        jobs.setOnlyTask(.none, of: entry.job)
      }
    }
    tasks.replacements.forget(entry.id)
    jobs.drop(entry.job)
  }

  // MARK: Restoring

  /// A restored run takes its places.
  mutating func restoreJob(ofRun slots: Range<Slot>) {
    let (row, first) = (tasks[slots.lowerBound].job, tasks[slots.lowerBound].member)
    let state = tasks.memberState(slots.lowerBound)
    jobs.add(row, slots.count)
    jobs.change(row) { book in
      book.counts[state] += UInt32(slots.count)
      for (offset, slot) in slots.enumerated() { book.put(slot, at: first + UInt32(offset)) }
    }
  }

  /// A restored task takes its place; those that say none (from before there were jobs) get theirs when all are there.
  mutating func restoreJob(of slot: Slot, _ place: JobPlace) {
    let row = jobs.row(place.job) ?? jobs.make(place.job)
    tasks[slot].job = row
    tasks[slot].member = place.member
    jobs.add(row)
  }

  /// All restored tasks have their places: what is told by them.
  mutating func restoreNewest(replaced pairs: [(old: TaskID, new: TaskID)]) {
    for (old, new) in pairs {
      guard let slot = tasks.slot(old) else { continue }
      discountFailure(of: slot)
      tasks.setReplaced(true, of: slot)
      tasks.replacements.replace(old, by: new)
    }
    for slot in 0..<Slot(tasks.slotCount)
    where !tasks.rows.isUnwritten(slot: slot) && tasks.holdsTask(slot) && !tasks[slot].isReplaced {
      let row = tasks[slot].job
      if row != .none { settle(slot, asNewestOf: row, at: 0) }
    }
  }

  /// A task from before there were jobs gets one. An array's first task goes before the others, which join its job: their
  /// identifiers don't tell which that is, as the counter in them begins anew at times.
  mutating func adopt(_ slot: Slot) {
    guard tasks[slot].job == .none else { return }
    if let first = tasks.firstOfArray(of: slot), tasks[first].spec.array?.batch == tasks[first].id { adopt(first) }
    joinJob(slot, nil, at: tasks[slot].updated)
    noteTimes(of: slot)
  }
}

extension TaskTable {
  /// The first task of the array that a task is of, if that is another.
  func firstOfArray(of slot: Slot) -> Slot? {
    guard let batch = self[slot].spec.array?.batch, batch != self[slot].id else { return nil }
    return self.slot(batch)
  }

  /// A member's newest task; nil: it has none.
  func newest(of row: Slot, _ member: UInt32) -> Slot? {
    jobs.hasBook(row) ? jobs.newest(of: row, member) : jobs.onlyTask(of: row)
  }

  /// The newest tasks of a job's members, in their order.
  func newestMembers(of row: Slot) -> [Slot] {
    jobs.book(of: row)?.members.filter { $0 != .none } ?? jobs.onlyTask(of: row).map { [$0] } ?? []
  }

  /// What somebody means by a name: a task or a job of their own; one that has not ended first, then the newest. nil: they
  /// have none of it.
  func find(_ name: String, asker: String) -> [Slot]? {
    if let open = open(named: name, owner: asker) { return [open] }
    let own = jobs.rows(named: name).filter { jobs.book(of: $0)?.spec.owner.isSame(as: asker) ?? false }
    if let job = own.first(where: { jobs.book(of: $0)?.counts.state.isEnded == false }) {
      return newestMembers(of: job)
    }
    if let task = find(named: name, asker: asker) { return [task] }
    return own.first.map { newestMembers(of: $0) }
  }

  /// Every task of a job, those that were tried again too.
  func everyTask(of row: Slot) -> [Slot] {
    var slots = newestMembers(of: row)
    guard !replacements.predecessors.isEmpty else { return slots }
    for slot in slots {
      var id = self[slot].id
      while let before = replacements.predecessors[id], let earlier = self.slot(before) {
        slots.append(earlier)
        id = before
      }
    }
    return slots
  }

  /// The newest task at the place of this one.
  func newest(of slot: Slot) -> Slot? { newest(of: self[slot].job, self[slot].member) }

  /// What lies below a task: its own continuations, and those of the tasks that it was made in place of.
  func below(_ slot: Slot) -> [Slot] {
    var found = self[slot].children
    var id = self[slot].id
    while let before = replacements.predecessors[id], let earlier = self.slot(before) {
      found += self[earlier].children
      id = before
    }
    return found
  }
}

extension TaskTable {
  /// What a task's member is while this is the member's newest task.
  func memberState(_ slot: Slot) -> MemberState { standing(slot).member }

  /// Where a task stands whose row is written out. It is asked with every event: always inlined, and read field by field, as
  /// the whole entry would be copied otherwise.
  @inline(__always) func standing(written slot: Slot) -> Standing {
    switch self[written: slot].state {
    case .inactive: self[written: slot].isHeld ? .heldInactive : .inactive
    case .available: self[written: slot].isHeld ? .heldAvailable : .available
    case .running: .running
    case .pendingCancellation: .pendingCancellation
    case .cancelled: .cancelled
    case .terminated:
      self[written: slot].cause == nil
        ? .succeeded : self[written: slot].wasCancelledTooLate ? .cancelledTooLate : .failed
    }
  }

  /// The same of a task whose row may not be written out: it waits then.
  func standing(_ slot: Slot) -> Standing {
    guard isUnwritten(slot) else { return standing(written: slot) }
    let isHeld = self[slot].isHeld
    return self[slot].state == .inactive ? isHeld ? .heldInactive : .inactive : isHeld ? .heldAvailable : .available
  }
}
