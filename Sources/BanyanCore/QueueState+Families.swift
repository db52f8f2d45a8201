/// How events about whole families change the state: one event, whatever it comes to. What they decided stands in them; here
/// nothing is decided.
extension QueueState {
  // MARK: Making

  /// A job with all its tasks and the edges between them.
  mutating func make(_ making: JobMaking, at time: Int64) {
    let spec = making.spec
    guard jobs.row(spec.number) == nil, tasks.slot(making.firstTask) == nil else {
      misfits.append("event \(sequence) makes the job \(spec.number), which there is already")
      return
    }
    let row = jobs.make(spec.number)
    jobs.open(JobBook(spec), for: row)
    let haveEdges = spec.families.haveEdges
    for (place, family) in spec.families.enumerated() {
      let first = making.firstTask.advanced(by: Int(family.firstMember) - 1)
      var entry = TaskEntry(id: first, spec: family.spec, isHeld: family.isHeld, at: time)
      entry.isFamilial = true
      entry.job = row
      entry.member = family.firstMember
      makeMembers(entry, of: family, isLoose: !haveEdges[place], making.takenOver, at: time)
    }
    if !making.takenOver.isEmpty { jobs.change(row) { $0.takenOver = making.takenOver } }
    connect(making, row, at: time)
  }

  /// - Parameters:
  ///   - first: the first member.
  ///   - isLoose: it has no edges.
  private mutating func makeMembers(
    _ first: TaskEntry, of family: Family, isLoose: Bool, _ takenOver: [JobMaking.TakenOver], at time: Int64
  ) {
    var made = 0
    let pieces = family.count / TaskRows.pieceSize
    // Who was taken over has an end of its own, and a short family isn't worth a run.
    if usesRuns, isLoose, takenOver.isEmpty, pieces > 1 {
      made = pieces * TaskRows.pieceSize
      let slot = tasks.insert(run: first, count: made)
      take(slot..<slot + Slot(made), intoJob: first.job)
    }
    for offset in made..<family.count {
      var entry = first
      entry.id = first.id.advanced(by: offset)
      entry.member += UInt32(offset)
      let isTakenOver = takenOver.origin(of: entry.member) != nil
      if isTakenOver {
        entry.enter(.terminated)
        entry.endedAt = time
      }
      let slot = tasks.insert(entry)
      take(slot..<slot + 1, intoJob: first.job)
      if isTakenOver { finished.add(slot, at: time) }
    }
  }

  /// New members take their places, which are the next ones, and stand in the book of their array's limits.
  private mutating func take(_ slots: Range<Slot>, intoJob row: Slot) {
    let state = tasks.memberState(slots.lowerBound)
    let end = tasks[slots.lowerBound].endedAt
    jobs.add(row, slots.count)
    jobs.change(row) { book in
      book.members.append(contentsOf: slots)
      book.counts[state] += UInt32(slots.count)
      book.lastEnd = max(book.lastEnd, end)
    }
    for slot in slots where tasks[slots.lowerBound].spec.limitedArray != nil { joinArray(slot) }
  }

  private mutating func connect(_ making: JobMaking, _ row: Slot, at time: Int64) {
    guard making.spec.families.contains(where: { !$0.after.isEmpty }) else { return }
    var nextTie = making.firstTask.advanced(by: making.spec.familyMemberCount)
    // What a member is told of in two ways is one edge.
    var known: [Slot: Set<Slot>] = [:]
    for knot in making.spec.families.knots {
      let parents = slots(of: knot.parents, in: row).filter { !tasks[$0].hasSucceeded }
      let children = slots(of: knot.children, in: row).filter { !tasks[$0].state.isEnded }
      if knot.isTied {
        makeTie(nextTie, row, parents, children, at: time)
        nextTie = nextTie.advanced(by: 1)
      } else {
        for child in children {
          for parent in parents where known[child, default: []].insert(parent).inserted { connect(parent, child) }
        }
      }
    }
  }

  private func slots(of members: [UInt32], in row: Slot) -> [Slot] {
    guard let all = jobs.book(of: row)?.members else { return [] }
    return members.compactMap { $0 > 0 && Int($0) <= all.count && all[Int($0) - 1] != .none ? all[Int($0) - 1] : nil }
  }

  private mutating func connect(_ parent: Slot, _ child: Slot) {
    tasks[parent].children.append(child)
    tasks[child].parents.append(parent)
    if !tasks[parent].hasSucceeded { tasks[child].pending += 1 }
  }

  /// A tie with its edges; none where nothing has to be waited for.
  private mutating func makeTie(_ id: TaskID, _ row: Slot, _ parents: [Slot], _ children: [Slot], at time: Int64) {
    guard !parents.isEmpty, !children.isEmpty else { return }
    guard let owner = jobs.book(of: row)?.spec.owner else { return }
    var entry = TaskEntry(id: id, spec: TaskSpec(owner: owner, fields: TaskFields()), isHeld: false, at: time)
    entry.isFamilial = true
    entry.job = row
    let slot = tasks.insert(entry)
    for parent in parents { connect(parent, slot) }
    for child in children { connect(slot, child) }
  }

  /// A tie between tasks of other jobs and members of one.
  mutating func makeTie(
    _ id: TaskID, _ job: JobNumber, _ parents: [TaskID], _ members: [ClosedRange<UInt32>], at time: Int64
  ) {
    guard let row = jobs.row(job) else { return missed(job) }
    makeTie(
      id, row, parents.compactMap { tasks.slot($0) }, slots(of: members.flatMap { Array($0) }, in: row), at: time)
  }

  private mutating func missed(_ job: JobNumber) {
    misfits.append("event \(sequence) names the job \(job), which does not exist")
  }

  // MARK: Members of a job

  /// Calls back with what the newest tasks of members come to: whole runs none of whose rows was written out, and single
  /// tasks.
  private mutating func forEachPart(
    of job: JobNumber, _ ranges: [ClosedRange<UInt32>], run change: ((inout QueueState, Int) -> Void)? = nil,
    _ body: (inout QueueState, Slot) -> Void
  ) {
    guard let row = jobs.row(job) else { return missed(job) }
    guard let members = jobs.book(of: row)?.members else {
      if let slot = jobs.onlyTask(of: row) { body(&self, slot) }
      return
    }
    for range in ranges where range.lowerBound > 0 {
      var member = Int(range.lowerBound)
      let end = min(Int(range.upperBound), members.count)
      while member <= end {
        let slot = members[member - 1]
        guard slot != .none else {
          member += 1
          continue
        }
        if let change, let run = tasks.rows.run(of: slot), tasks.rows.isUnwritten(run),
          tasks.rows.runs[run].slot == slot, member + tasks.rows.runs[run].count - 1 <= end
        {
          member += tasks.rows.runs[run].count
          change(&self, run)
        } else {
          body(&self, slot)
          member += 1
        }
      }
    }
  }

  /// Changes a whole run, and follows it in its job.
  private mutating func change(run: Int, at time: Int64, _ body: (inout TaskRun) -> Void) {
    let before = tasks.memberState(tasks.rows.runs[run].slot)
    tasks.changeRun(run) {
      body(&$0)
      $0.first.updated = time
    }
    let (after, count) = (tasks.memberState(tasks.rows.runs[run].slot), UInt32(tasks.rows.runs[run].count))
    jobs.change(tasks.rows.runs[run].first.job) { book in
      book.counts[before] -= count
      book.counts[after] += count
      book.updated = max(book.updated, time)
    }
  }

  mutating func makeAvailable(
    _ job: JobNumber, _ members: [ClosedRange<UInt32>], delayedUntil: Int64, at time: Int64
  ) {
    // Each that is delayed stands in the row of those whose delay ends.
    let whole: ((inout QueueState, Int) -> Void)? =
      delayedUntil != 0
      ? nil
      : { state, run in
        // One that waits already goes behind the others, as a row alone does.
        state.leaveIndex(run: run)
        state.change(run: run, at: time) {
          $0.first.enter(.available)
          $0.first.availableSince = time
        }
        state.enterIndex(run: run)
      }
    forEachPart(of: job, members, run: whole) { state, slot in
      state.change(slot, at: time) { $0.makeAvailable($1, delayedUntil: delayedUntil, at: time) }
    }
  }

  mutating func cancel(_ job: JobNumber, _ members: [ClosedRange<UInt32>], cause: Cause, at time: Int64) {
    forEachPart(of: job, members) { state, slot in
      state.change(slot, at: time) { $0.cancelWaiting($1, cause, at: time) }
    }
  }

  mutating func hold(_ job: JobNumber, _ members: [ClosedRange<UInt32>], _ isHeld: Bool, at time: Int64) {
    let whole: (inout QueueState, Int) -> Void = { state, run in
      state.leaveIndex(run: run)
      state.change(run: run, at: time) { $0.first.isHeld = isHeld }
      state.enterIndex(run: run)
    }
    forEachPart(of: job, members, run: whole) { state, slot in
      state.change(slot, at: time) { state, slot in
        state.leaveIndex(slot)
        state.tasks[slot].isHeld = isHeld
        state.enterIndex(slot)
      }
    }
  }

  mutating func edit(_ job: JobNumber, _ members: [ClosedRange<UInt32>], _ changes: FieldChanges, at time: Int64) {
    edit(job, members, ChangedSpecs(changes), at: time)
  }

  /// What a job's labels were, its tasks have no longer; what they are, each of its tasks has.
  mutating func label(_ job: JobNumber, _ labels: TextMap, at time: Int64) {
    guard let row = jobs.row(job), let book = jobs.book(of: row) else { return missed(job) }
    let old = book.spec.labels
    let specs = ChangedSpecs { fields in
      var fields = fields
      for (name, text) in old where fields.labels[name]?.isSame(as: text) ?? false { fields.labels[name] = nil }
      for (name, text) in labels { fields.labels[name] = text }
      return fields
    }
    edit(job, [1...max(1, UInt32(book.members.count))], specs, at: time)
    jobs.change(row) { $0.spec = $0.spec.labelled(labels) }
  }

  private mutating func edit(
    _ job: JobNumber, _ members: [ClosedRange<UInt32>], _ changed: ChangedSpecs, at time: Int64
  ) {
    var specs = changed
    // In their order, whichever way they are kept: their turns follow it.
    var parts: [(run: Int?, slot: Slot)] = []
    forEachPart(of: job, members, run: { parts.append(($1, $0.tasks.rows.runs[$1].slot)) }) { _, slot in
      parts.append((nil, slot))
    }
    for (run, slot) in parts {
      let old = tasks[slot].spec
      let spec = specs[old]
      let isMoved = !spec.waitsLike(old)
      if let run {
        if isMoved { leaveIndex(run: run) }
        change(run: run, at: time) { $0.first.spec = spec }
        if isMoved { enterIndex(run: run) }
        continue
      }
      change(slot, at: time) { state, slot in
        let waits = isMoved && state.tasks[slot].turn != 0
        if waits { state.leaveIndex(slot) }
        state.tasks.setSpec(spec, of: slot)
        state.avoidances.forget(state.tasks[slot].id)
        if waits { state.enterIndex(slot) }
      }
    }
  }

  /// How many of each family may be live at a time from now on.
  mutating func limit(_ job: JobNumber, _ maxRunning: UInt32?, at time: Int64) {
    guard let row = jobs.row(job) else { return missed(job) }
    var specs = ChangedSpecs { fields in
      var fields = fields
      if fields.array?.batch != nil { fields.array?.maxRunning = maxRunning }
      return fields
    }
    let slots = tasks.everyTask(of: row).filter { tasks[$0].spec.array?.batch != nil }
    // They keep their turns. In this order each goes behind the one before it, without a walk.
    let waiting = slots.filter { tasks[$0].turn != 0 }.sorted { tasks[$0].turn < tasks[$1].turn }
    for slot in waiting {
      index.remove(slot, &tasks)
      if reservations.remove(tasks[slot].id) { index.beginGeneration() }
    }
    for slot in slots { leaveArray(slot) }
    for slot in slots {
      tasks.setSpec(specs[tasks[slot].spec], of: slot)
      tasks[slot].updated = time
      joinArray(slot)
    }
    for slot in waiting { insertIntoIndex(slot, isReturned: true) }
    for batch in Set(slots.compactMap { tasks[$0].spec.array?.batch }).sorted() { tellLimit(of: batch) }
    jobs.change(row) { $0.updated = max($0.updated, time) }
  }

  // MARK: Runs in the index

  private mutating func enterIndex(run: Int) {
    let first = tasks.rows.runs[run].first
    guard first.isClaimable, first.turn == 0 else { return }
    let turn = nextTurn
    tasks.changeRun(run) { $0.first.turn = turn }
    nextTurn += UInt64(tasks.rows.runs[run].count)
    insertIntoIndex(run: run)
  }

  /// Puts a whole run into the index at the turns that it has.
  mutating func insertIntoIndex(run: Int) {
    let key = laneKey(of: tasks.rows.runs[run].first.spec, tasks.rows.runs[run].first.id, isReturned: false)
    index.insert(run: run, key: key, isBlocked: key.array.map { isFull($0) } ?? false, &tasks)
  }

  private mutating func leaveIndex(run: Int) {
    guard tasks.rows.runs[run].first.turn != 0 else { return }
    index.remove(run: run, &tasks)
    tasks.changeRun(run) { $0.first.turn = 0 }
    for task in reservations.workers.keys where tasks.rows.runs[run].slot(of: task) != nil {
      if reservations.remove(task) { index.beginGeneration() }
    }
  }

  // MARK: Making anew

  /// Tasks in the places of others.
  mutating func remake(_ pairs: [(new: TaskID, old: TaskID)], _ changes: FieldChanges, at time: Int64) {
    var specs = ChangedSpecs(changes)
    for (new, old) in pairs {
      guard let original = tasks.slot(old) ?? tasks.ties[old] else {
        misfits.append("event \(sequence) makes the task \(old) anew, which does not exist")
        continue
      }
      let spec = changes.isEmpty || tasks.isTie(original) ? tasks[original].spec : specs[tasks[original].spec]
      var entry = TaskEntry(id: new, spec: spec, isHeld: tasks[original].isHeld, at: time)
      entry.isFamilial = tasks[original].isFamilial
      let (row, member) = (tasks[original].job, tasks[original].member)
      entry.job = row
      entry.member = member
      if tasks.isTie(original) {
        tasks.setReplaced(true, of: original)
        _ = tasks.insert(entry)
      } else {
        let slot = tasks.insert(entry)
        joinArray(slot)
        joinJob(slot, JobPlace(job: jobs.number(of: row), member: member), at: time)
        discountFailure(of: original)
      }
    }
  }
}
