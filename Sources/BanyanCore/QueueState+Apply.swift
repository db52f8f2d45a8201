/// The only mutation. What it meets it takes as a fact: it decides nothing and can't fail. An event that names
/// something unknown (a journal that doesn't belong to this state) is told in ``QueueState/misfits`` and changes nothing.
extension QueueState {
  /// Lets one event happen.
  /// - Parameters:
  ///   - event: what happens.
  ///   - time: the server's clock, milliseconds since 1970.
  public mutating func apply(_ event: Event, at time: Int64) {
    sequence += 1
    self.time = time
    switch event {
    case .jobCreated(let spec): openJob(spec)
    case .taskCreated(let id, let spec, let isHeld, let place):
      let slot = tasks.insert(TaskEntry(id: id, spec: spec, isHeld: isHeld, at: time))
      joinArray(slot)
      joinJob(slot, place, at: time)
    case .jobMade(let making): make(making, at: time)
    case .membersMadeAvailable(let job, let members, let delayedUntil):
      makeAvailable(job, members, delayedUntil: delayedUntil, at: time)
    case .membersCancelled(let job, let members, let cause): cancel(job, members, cause: cause, at: time)
    case .membersHeld(let job, let members, let isHeld): hold(job, members, isHeld, at: time)
    case .membersEdited(let job, let members, let changes): edit(job, members, changes, at: time)
    case .jobLabelled(let job, let labels): label(job, labels, at: time)
    case .jobLimited(let job, let maxRunning): limit(job, maxRunning, at: time)
    case .tasksRemade(let pairs, let changes): remake(pairs, changes, at: time)
    case .jobForgotten(let job): forget(job, at: time)
    case .tieMade(let id, let job, let parents, let members): makeTie(id, job, parents, members, at: time)
    case .tiePassed(let id): changeTie(id) { state, slot in state.pass(slot, at: time) }
    case .tieCut(let id, let cause): changeTie(id) { state, slot in state.cancelWaiting(slot, cause, at: time) }
    case .taskEdited(let id, let spec):
      change(id, at: time) { state, slot in
        state.tasks.setSpec(spec, of: slot)
        // Another folder may be where the last one wasn't. (What stands in the index is not edited but for its labels.)
        if state.tasks[written: slot].turn == 0 { state.avoidances.forget(id) }
      }
    case .taskHeld(let id, let isHeld):
      change(id, at: time) { state, slot in
        state.leaveIndex(slot)
        state.tasks[written: slot].isHeld = isHeld
        state.enterIndex(slot)
      }
    case .continuationsAdded(let parent, let children): link(parent, children, at: time)
    case .continuationsRemoved(let parent, let children): unlink(parent, children, at: time)
    case .taskMadeAvailable(let id, let delayedUntil):
      change(id, at: time) { state, slot in state.makeAvailable(slot, delayedUntil: delayedUntil, at: time) }
    case .taskDue(let id):
      change(id, at: time) { state, slot in
        if state.tasks[written: slot].delayedUntil <= time { state.tasks[written: slot].delayedUntil = 0 }
        state.avoidances.end(id, at: time)
        if state.tasks[written: slot].turn == 0 { state.enterIndex(slot) } else { state.returnToIndex(slot) }
      }
    case .groupPassed(let id): change(id, at: time) { state, slot in state.pass(slot, at: time) }
    case .taskCancelled(let id, let cause):
      change(id, at: time) { state, slot in state.cancelWaiting(slot, cause, at: time) }
    case .tasksForgotten(let ids): remove(ids, at: time)
    case .taskClaimed(let id, let attempt): change(id, at: time) { state, slot in state.begin(attempt, slot) }
    case .attemptStarted(let id, let timeStarted, let workingDirectory):
      changeAttempt(id, at: time) { attempt in
        attempt.timeStarted = timeStarted
        attempt.workingDirectory = workingDirectory ?? attempt.workingDirectory
      }
    case .attemptUpdated(let id, let update):
      changeAttempt(id, at: time) { attempt in
        attempt.timeStarted = update.timeStarted ?? attempt.timeStarted
        attempt.workingDirectory = update.workingDirectory ?? attempt.workingDirectory
        if let usage = update.usage { attempt.usage.merge(usage) }
      }
    case .cancellationRequested(let id, let killDue, _, let cause):
      change(id, at: time) { state, slot in
        state.tasks.setState(.pendingCancellation, of: slot)
        state.tasks[written: slot].killDue = killDue
        state.tasks[written: slot].cause = cause
      }
    case .attemptEnded(let id, let end): change(id, at: time) { state, slot in state.finish(slot, end, at: time) }
    case .workerChanged(let record): keep(record)
    case .workerRemoved(let id, let user, let name):
      workers.removeValue(forKey: id)
      othersChanged(than: id)
      barred[id] = BarredName(user: user, name: name)
      measureCapacity()
    case .workerNameAllowed(let user, let name):
      barred.removeAll { $0.value == BarredName(user: user, name: name) }
    case .userChanged(let user):
      users[user.id] = user
      keepAnAdmin()
    case .userRevoked(let user):
      users.removeValue(forKey: user)
      keepAnAdmin()
    case .keyRemembered(let key, let answer): keys.insert(answer, for: key)
    case .keysExpired(let expired):
      keys.remove(Set(expired))
    case .serverStarted(let epoch): self.epoch = epoch
    }
  }

  /// Changes the task that an event is about, and follows it in its job. Always inlined: each event that changes tasks ends
  /// here, and the closure is called in one place.
  @inline(__always) private mutating func change(
    _ id: TaskID, at time: Int64, _ body: (inout QueueState, Slot) -> Void
  ) {
    guard let slot = tasks.slot(id) else { return missed(id) }
    change(slot, at: time, body)
  }

  /// The same of a task by its slot.
  /// - Parameter body: what happens; the row is written out then.
  @inline(__always) mutating func change(_ slot: Slot, at time: Int64, _ body: (inout QueueState, Slot) -> Void) {
    tasks.expect(slot)
    tasks.writeOut(slot)
    let before = tasks.standing(written: slot)
    body(&self, slot)
    tasks[written: slot].updated = time
    let after = tasks.standing(written: slot)
    tasks.recount(slot, from: before, to: after)
    // Most jobs are of one task, which tells all of it.
    if tasks.jobs.hasBook(tasks[written: slot].job) {
      count(slot, from: before.member, to: after.member, at: time)
    }
  }

  private mutating func changeTie(_ id: TaskID, _ body: (inout QueueState, Slot) -> Void) {
    guard let slot = tasks.ties[id] else { return missed(id) }
    tasks.writeOut(slot)
    body(&self, slot)
  }

  /// A group's turn came.
  private mutating func pass(_ slot: Slot, at time: Int64) {
    tasks.setState(.terminated, of: slot)
    tasks[written: slot].endedAt = time
    releaseChildren(of: slot, at: time)
    noteEnd(of: slot, at: time)
  }

  /// It ended: it is forgotten in its time. A tie goes with what it ties.
  private mutating func noteEnd(of slot: Slot, at time: Int64) {
    if tasks.isTie(slot) { finished.left(slot) } else { finished.add(slot, at: time) }
  }

  /// What no worker has is cancelled.
  mutating func cancelWaiting(_ slot: Slot, _ cause: Cause, at time: Int64) {
    leaveIndex(slot)
    avoidances.forget(tasks[written: slot].id)
    tasks.setState(.cancelled, of: slot)
    tasks[written: slot].cause = cause
    tasks[written: slot].endedAt = time
    noteEnd(of: slot, at: time)
  }

  private mutating func missed(_ id: TaskID) {
    misfits.append("event \(sequence) names the task \(id), which does not exist")
  }

  private mutating func changeAttempt(_ id: TaskID, at time: Int64, _ body: (inout AttemptRecord) -> Void) {
    guard let slot = tasks.slot(id) else { return missed(id) }
    tasks.expect(slot)
    tasks.writeOut(slot)
    guard let last = tasks[written: slot].attempts.indices.last else {
      misfits.append("event \(sequence) names an attempt of the task \(id), which has none")
      return
    }
    body(&tasks[written: slot].attempts[last])
    tasks[written: slot].attempts[last].lastUpdate = time
    tasks[written: slot].updated = time
    // The task stands where it stood.
    tasks.jobs.change(tasks[written: slot].job) { $0.updated = max($0.updated, time) }
  }

  // MARK: The matching index

  mutating func laneKey(of spec: TaskSpec, _ task: TaskID, isReturned: Bool) -> LaneKey {
    LaneKey(
      group: LaneGroupKey(
        priority: spec.priority, owner: numberOwner(spec.owner), queue: queues.number(spec.queue)),
      shape: spec.shape, runtime: Demand.roundedUp(runtime: spec.expectedRuntime), needed: spec.neededTime,
      array: spec.boundedArray, avoided: avoidances.avoided(task, at: time).map { Boxed($0) },
      isReturned: isReturned)
  }

  /// Puts a task, whose row is written out, into the index, if nothing but a claim is missing.
  mutating func enterIndex(_ slot: Slot) {
    guard tasks[written: slot].isClaimable, tasks[written: slot].turn == 0 else { return }
    tasks[written: slot].turn = nextTurn
    nextTurn += 1
    insertIntoIndex(slot)
  }

  /// Puts a task into the index at the turn that it has.
  mutating func insertIntoIndex(_ slot: Slot, isReturned: Bool = false) {
    tasks.writeOut(slot)
    let key = laneKey(of: tasks[written: slot].spec, tasks[written: slot].id, isReturned: isReturned)
    index.insert(slot, key: key, isBlocked: key.array.map { isFull($0) } ?? false, &tasks)
  }

  /// A task that stands in the index may be given to others than before. It keeps its turn.
  mutating func returnToIndex(_ slot: Slot) {
    guard tasks[slot].turn != 0 else { return }
    index.remove(slot, &tasks)
    insertIntoIndex(slot, isReturned: true)
  }

  /// Takes a task, whose row is written out, out of the index, if it stands there.
  mutating func leaveIndex(_ slot: Slot) {
    guard tasks[written: slot].turn != 0 else { return }
    index.remove(slot, &tasks)
    tasks[written: slot].turn = 0
    // Whoever was kept free for it may be given something else.
    if reservations.remove(tasks[written: slot].id) { index.beginGeneration() }
  }

  mutating func numberOwner(_ owner: String) -> UInt32 {
    let number = owners.number(owner)
    if Int(number) == holdings.count {
      holdings.append(Holding())
      shares.append(0)
    }
    return number
  }

  mutating func makeAvailable(_ slot: Slot, delayedUntil: Int64, at time: Int64) {
    leaveIndex(slot)
    tasks.setState(.available, of: slot)
    tasks[written: slot].availableSince = time
    tasks[written: slot].delayedUntil = delayedUntil
    if delayedUntil != 0 { delays.insert(Delay(due: delayedUntil, task: tasks[written: slot].id)) }
    enterIndex(slot)
  }

  // MARK: Edges

  /// What an edge is between: a task, or a tie.
  private mutating func changeNode(_ id: TaskID, at time: Int64, _ body: (inout QueueState, Slot) -> Void) {
    guard let slot = tasks.slot(id) ?? tasks.ties[id] else { return missed(id) }
    change(slot, at: time, body)
  }

  private mutating func link(_ parent: TaskID, _ children: [TaskID], at time: Int64) {
    changeNode(parent, at: time) { state, parentSlot in
      for child in children {
        state.changeNode(child, at: time) { state, childSlot in
          state.tasks[parentSlot].children.append(childSlot)
          state.tasks[childSlot].parents.append(parentSlot)
          state.tasks[childSlot].pending += 1
        }
      }
    }
  }

  private mutating func unlink(_ parent: TaskID, _ children: [TaskID], at time: Int64) {
    changeNode(parent, at: time) { state, parentSlot in
      var removed: Set<Slot> = []
      for child in children {
        state.changeNode(child, at: time) { state, childSlot in
          guard let place = state.tasks[childSlot].parents.firstIndex(of: parentSlot) else { return }
          state.tasks[childSlot].parents.remove(at: place)
          state.tasks[childSlot].pending -= 1
          removed.insert(childSlot)
        }
      }
      state.tasks[parentSlot].children.removeAll { removed.contains($0) }
    }
  }

  /// A parent succeeded: each child waits for one less.
  private mutating func releaseChildren(of slot: Slot, at time: Int64) {
    for child in tasks[slot].children where tasks[child].state != .cancelled && tasks[child].pending > 0 {
      tasks[child].pending -= 1
      tasks[child].updated = time
    }
  }

  // MARK: Attempts

  mutating func begin(_ attempt: AttemptRecord, _ slot: Slot) {
    leaveIndex(slot)
    // Of a live task, which only a journal that makes no sense claims: it must not stand in two lists.
    giveBack(slot)
    tasks.setState(.running, of: slot)
    tasks[written: slot].claimNumber = attempt.claimNumber
    tasks[written: slot].attemptCount = attempt.attemptCount
    tasks[written: slot].attempts.append(attempt)
    avoidances.endPreference(tasks[written: slot].id)
    arrayTaskBegins(slot)
    hold(slot, attempt)
    othersChanged(than: attempt.workerID)
  }

  /// Counts a live attempt as held by its worker and its owner.
  mutating func hold(_ slot: Slot, _ attempt: AttemptRecord) {
    let spec = tasks[written: slot].spec
    let shape = spec.shape
    if let place = workers.index(forKey: attempt.workerID) {
      workers.values[place].live.add(slot, &tasks)
      workers.values[place].used.add(shape, attempt)
    }
    let owner = Int(numberOwner(spec.owner))
    holdings[owner].add(shape, attempt)
    shares[owner] = dominantShare(holdings[owner])
  }

  /// Gives back what the live attempt reserved.
  mutating func giveBack(_ slot: Slot) {
    guard tasks[written: slot].state.isLive, let attempt = tasks[written: slot].attempts.last else { return }
    arrayTaskPauses(slot)
    rivalList = nil
    let spec = tasks[written: slot].spec
    let shape = spec.shape
    if let place = workers.index(forKey: attempt.workerID) {
      workers.values[place].live.remove(slot, &tasks)
      workers.values[place].used.remove(shape, attempt)
      if !workers.values[place].record.left.isEmpty { workers.values[place].record.forgetLeft(tasks[written: slot].id) }
    }
    let owner = Int(numberOwner(spec.owner))
    holdings[owner].remove(shape, attempt)
    shares[owner] = dominantShare(holdings[owner])
  }

  private mutating func finish(_ slot: Slot, _ end: AttemptEnd, at time: Int64) {
    giveBack(slot)
    avoid(slot, end, at: time)
    if let last = tasks[written: slot].attempts.indices.last {
      tasks[written: slot].attempts[last].finish(end, at: time)
    }
    switch end.outcome {
    case .succeeded:
      tasks.setState(.terminated, of: slot)
      tasks[written: slot].cause = nil
      releaseChildren(of: slot, at: time)
    case .failed, .succeededTooLate:
      tasks.setState(.terminated, of: slot)
      tasks[written: slot].cause = end.cause
    case .lostTooOften:
      tasks[written: slot].lossCount += 1
      tasks.setState(.terminated, of: slot)
      tasks[written: slot].cause = end.cause
    case .cancelled:
      tasks.setState(.cancelled, of: slot)
      tasks[written: slot].cause = end.cause
    case .retried(let until): makeAvailable(slot, delayedUntil: until, at: time)
    case .givenBack:
      tasks[written: slot].attemptCount -= min(1, tasks[written: slot].attemptCount)
      makeAvailable(slot, delayedUntil: 0, at: time)
    case .lost:
      tasks[written: slot].attemptCount -= min(1, tasks[written: slot].attemptCount)
      tasks[written: slot].lossCount += 1
      makeAvailable(slot, delayedUntil: 0, at: time)
    }
    if tasks[written: slot].state.isEnded {
      tasks[written: slot].endedAt = time
      finished.add(slot, at: time)
      arrayTaskEnds(slot)
      avoidances.forget(tasks[written: slot].id)
    }
  }

  // MARK: Forgetting

  private mutating func remove(_ ids: [TaskID], at time: Int64) {
    var gone: [Slot] = []
    for id in ids {
      guard let slot = tasks.slot(id) else {
        misfits.append("event \(sequence) forgets the task \(id), which does not exist")
        continue
      }
      gone.append(slot)
    }
    remove(gone, at: time)
  }

  /// A job goes with all its tasks, those that were tried again too.
  private mutating func forget(_ job: JobNumber, at time: Int64) {
    guard let row = jobs.row(job) else {
      misfits.append("event \(sequence) forgets the job \(job), which does not exist")
      return
    }
    remove(tasks.everyTask(of: row), at: time)
  }

  private mutating func remove(_ gone: [Slot], at time: Int64) {
    let doomed = Set(gone)
    // Each neighbour's list is filtered once, however many of its tasks go: a fan-out costs its length.
    var neighbours: OrderedSlots = OrderedSlots()
    for slot in gone {
      tasks.writeOut(slot)
      leaveIndex(slot)
      avoidances.forget(tasks[slot].id)
      giveBack(slot)
      leaveArray(slot)
      leaveJob(slot)
      finished.left(slot)
      let unfinished = !tasks[slot].hasSucceeded
      for child in tasks[slot].children where !doomed.contains(child) {
        if unfinished, tasks[child].state == .inactive, tasks[child].pending > 0 {
          tasks[child].pending -= 1
          tasks[child].updated = time
        }
        neighbours.insert(child)
      }
      for parent in tasks[slot].parents where !doomed.contains(parent) { neighbours.insert(parent) }
    }
    drop(gone, doomed, from: neighbours.slots)
    for slot in gone { tasks.remove(slot) }
    for neighbour in neighbours.slots where tasks.isTie(neighbour) { untie(neighbour, at: time) }
  }

  /// Neighbours forget what goes. A list of a tie may be a million long: there a slot is looked up by its place rather than
  /// searched for.
  private mutating func drop(_ gone: [Slot], _ doomed: Set<Slot>, from neighbours: [Slot]) {
    let isLong = neighbours.map { tasks[$0].children.count + tasks[$0].parents.count > Self.longList }
    if isLong.contains(true) {
      var isGone = [Bool](repeating: false, count: tasks.slotCount)
      for slot in gone { isGone[Int(slot)] = true }
      for (neighbour, isLong) in zip(neighbours, isLong) where isLong {
        tasks[neighbour].children.removeAll { isGone[Int($0)] }
        tasks[neighbour].parents.removeAll { isGone[Int($0)] }
      }
    }
    for (neighbour, isLong) in zip(neighbours, isLong) where !isLong {
      tasks[neighbour].children.removeAll { doomed.contains($0) }
      tasks[neighbour].parents.removeAll { doomed.contains($0) }
    }
  }

  /// Edges of a neighbour for which a table of all slots is worth its making.
  private static var longList: Int { 65_536 }

  /// A tie goes with the last task on either side of it, and where nothing is left that it could wait for: it would
  /// never pass.
  private mutating func untie(_ slot: Slot, at time: Int64) {
    let waitsForNobody = tasks[slot].state == .inactive && tasks[slot].pending == 0
    guard waitsForNobody || tasks[slot].parents.isEmpty || tasks[slot].children.isEmpty else { return }
    let hasSucceeded = tasks[slot].hasSucceeded
    for child in tasks[slot].children {
      tasks[child].parents.removeAll { $0 == slot }
      if !hasSucceeded, tasks[child].state == .inactive, tasks[child].pending > 0 {
        tasks[child].pending -= 1
        tasks[child].updated = time
      }
    }
    for parent in tasks[slot].parents { tasks[parent].children.removeAll { $0 == slot } }
    finished.left(slot)
    tasks.remove(slot)
  }

  private struct OrderedSlots {
    private var known: Set<Slot> = []
    private(set) var slots: [Slot] = []
    mutating func insert(_ slot: Slot) { if known.insert(slot).inserted { slots.append(slot) } }
  }

  // MARK: Workers

  private mutating func keep(_ record: WorkerRecord) {
    if let place = workers.index(forKey: record.id) {
      let isAnew = !workers.values[place].record.instance.isSame(as: record.instance)
      workers.values[place].record = record
      othersChanged(than: record.id)
      if isAnew {
        for task in avoidances.startedAnew(record.id) { if let slot = tasks.slot(task) { returnToIndex(slot) } }
      }
    } else {
      workers[record.id] = WorkerEntry(record: record)
    }
    measureCapacity()
  }

  mutating func measureCapacity() {
    var sum = Capacity()
    for entry in workers.values {
      guard let offer = entry.record.offer else { continue }
      sum.memoryBytes += Int128(offer.memoryBytes)
      sum.cores += Int128(offer.cores)
      sum.gpuCount += Int128(offer.gpus.count)
    }
    capacity = sum
    for owner in holdings.indices { shares[owner] = dominantShare(holdings[owner]) }
  }
}
