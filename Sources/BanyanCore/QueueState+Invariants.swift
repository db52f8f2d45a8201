/// What must always hold, recounted from the ground. For the simulation, the crash tests and the verification of
/// snapshots; it looks at everything and is slow.
extension QueueState {
  /// Every broken rule in words; empty in a sound state.
  public func violations() -> [String] {
    var broken = misfits
    var counts = [Int](repeating: 0, count: TaskState.allCases.count)
    var holdings = [Holding](repeating: Holding(), count: self.holdings.count)
    var used: [WorkerID: (live: Set<TaskID>, holding: Holding)] = [:]
    var open: Set<CodePoints> = []
    var books: [TaskID: (count: Int, live: UInt32, failed: UInt32)] = [:]
    let indexed = index.slots(tasks)
    let inIndex = Set(indexed)
    if inIndex.count != indexed.count { broken.append("a task stands twice in the matching index") }
    if index.count != indexed.count {
      broken.append("the index counts \(index.count) tasks and holds \(indexed.count)")
    }
    // A tie may have a million neighbours, each of which looks for itself among them.
    var neighbours: [Slot: (parents: Set<Slot>, children: Set<Slot>)] = [:]
    for slot in tasks.ties.values { neighbours[slot] = (Set(tasks[slot].parents), Set(tasks[slot].children)) }
    tasks.forEachSlot { slot in
      let entry = tasks[slot]
      counts[Int(entry.state.rawValue)] += 1
      broken += edgeViolations(slot, neighbours)
      broken += attemptViolations(entry)
      if entry.isClaimable != inIndex.contains(slot) {
        broken.append(
          "task \(entry.id) is \(entry.isClaimable ? "" : "not ")claimable, but \(inIndex.contains(slot) ? "" : "not ")in the index"
        )
      }
      if (entry.turn != 0) != inIndex.contains(slot) {
        broken.append("task \(entry.id): its turn disagrees with the index")
      }
      if entry.turn >= nextTurn { broken.append("task \(entry.id) has a turn that was not given out yet") }
      if let name = entry.spec.name, !entry.isFamilial, !entry.state.isEnded,
        !open.insert(CodePoints("\(entry.spec.owner)\u{0}\(name)")).inserted
      {
        broken.append("two tasks of \(entry.spec.owner) that have not ended are named \(name)")
      }
      if (entry.endedAt != 0) != entry.state.isEnded {
        broken.append("task \(entry.id) is \(entry.state.name) and ended at \(entry.endedAt)")
      }
      if let batch = entry.spec.limitedArray {
        books[batch, default: (0, 0, 0)].count += 1
        if entry.state.isLive { books[batch]?.live += 1 }
        if entry.countsAsFailure { books[batch]?.failed += 1 }
      }
      if entry.state.isLive, let attempt = entry.attempts.last {
        used[attempt.workerID, default: ([], Holding())].live.insert(entry.id)
        used[attempt.workerID, default: ([], Holding())].holding.add(entry.spec.shape, attempt)
        if let owner = owners.known(entry.spec.owner) { holdings[Int(owner)].add(entry.spec.shape, attempt) }
      }
    }
    for slot in tasks.ties.values { broken += edgeViolations(slot, neighbours) }
    broken += arrayViolations(books)
    broken += jobViolations()
    broken += tallyViolations()
    if counts != tasks.counts { broken.append("counts by state are \(tasks.counts), recounted \(counts)") }
    if holdings.map(\.withoutGPUs) != self.holdings.map(\.withoutGPUs) {
      broken.append("what owners hold doesn't add up")
    }
    for (worker, sum) in used.sorted(by: { $0.key < $1.key }) where workers[worker] == nil {
      broken.append("tasks \(sum.live.sorted()) are held by the worker \(worker), which is not registered")
    }
    if !users.isEmpty, users.values.contains(where: { $0.role == .provider }),
      !users.values.contains(where: \.isAdmin)
    {
      broken.append("there are providers, and none is an admin")
    }
    for user in users.values where user.isAdmin && user.role != .provider {
      broken.append("\(user.name) is a \(user.role.rawValue) and an admin")
    }
    for entry in workers.values {
      let sum = used[entry.record.id] ?? ([], Holding())
      broken += workerViolations(entry, live: sum.live, holding: sum.holding)
    }
    return broken
  }

  private func arrayViolations(_ recounted: [TaskID: (count: Int, live: UInt32, failed: UInt32)]) -> [String] {
    var broken: [String] = []
    if arrays.count != recounted.count {
      broken.append("\(arrays.count) arrays are written down, recounted \(recounted.count)")
    }
    for (batch, book) in arrays.sorted(by: { $0.key < $1.key }) {
      let sum = recounted[batch] ?? (0, 0, 0)
      if book.live > book.ceiling {
        broken.append("\(book.live) tasks of the array of \(batch) are live; \(book.ceiling) may be")
      }
      if (book.count, book.live, book.failed) != sum {
        broken.append(
          "the array of \(batch) has \(book.count) tasks, \(book.live) live, \(book.failed) failed; recounted \(sum)")
      }
    }
    return broken
  }

  /// - Parameter ties: what each tie is between.
  private func edgeViolations(
    _ slot: Slot, _ ties: [Slot: (parents: Set<Slot>, children: Set<Slot>)]
  ) -> [String] {
    let entry = tasks[slot]
    var broken: [String] = []
    let pending = entry.parents.count { !tasks[$0].hasSucceeded }
    if entry.state != .cancelled, Int(entry.pending) != pending {
      broken.append("task \(entry.id) counts \(entry.pending) pending parents, recounted \(pending)")
    }
    if entry.state != .inactive, entry.state != .cancelled, pending > 0 {
      broken.append("task \(entry.id) is \(entry.state.name) though \(pending) parents have not succeeded")
    }
    if Set(entry.children).count != entry.children.count {
      broken.append("task \(entry.id) lists a continuation twice")
    }
    for child in entry.children {
      if tasks.isVacant(child) { broken.append("task \(entry.id) continues into nothing") }
      if !(ties[child]?.parents.contains(slot) ?? tasks[child].parents.contains(slot)) {
        broken.append("task \(entry.id) has a child that doesn't know it")
      }
      if entry.state == .cancelled || (entry.state == .terminated && !entry.hasSucceeded),
        tasks[child].state != .cancelled
      {
        broken.append("task \(tasks[child].id) is \(tasks[child].state.name) below \(entry.id), which did not succeed")
      }
    }
    for parent in entry.parents
    where !(ties[parent]?.children.contains(slot) ?? tasks[parent].children.contains(slot)) {
      broken.append("task \(entry.id) has a parent that doesn't know it")
    }
    return broken
  }

  private func attemptViolations(_ entry: TaskEntry) -> [String] {
    var broken: [String] = []
    if entry.attemptCount > entry.spec.maxAttemptCount {
      broken.append("task \(entry.id) counts \(entry.attemptCount) attempts of \(entry.spec.maxAttemptCount)")
    }
    for (before, after) in zip(entry.attempts, entry.attempts.dropFirst()) where before.claimNumber >= after.claimNumber
    {
      broken.append("task \(entry.id): claim \(after.claimNumber) follows claim \(before.claimNumber)")
    }
    let live = entry.attempts.count { $0.exitStatus == nil }
    if live != (entry.state.isLive ? 1 : 0) {
      broken.append("task \(entry.id) is \(entry.state.name) with \(live) live attempts")
    }
    if entry.state.isLive, entry.attempts.last?.exitStatus != nil {
      broken.append("task \(entry.id) is live, but not its newest attempt")
    }
    if entry.state.isLive, entry.spec.isGroup { broken.append("the group \(entry.id) runs") }
    return broken
  }

  private func workerViolations(_ entry: WorkerEntry, live: Set<TaskID>, holding: Holding) -> [String] {
    var broken: [String] = []
    let name = entry.record.name
    let held = entry.live.ids(tasks)
    if held != live.sorted() { broken.append("worker \(name) holds \(held), recounted \(live.sorted())") }
    if entry.used != holding { broken.append("what the worker \(name) holds doesn't add up") }
    for left in entry.record.left {
      if !left.tasks.isSubset(of: live) {
        broken.append("worker \(name) left \(left.tasks.subtracting(live).sorted()) behind, which it doesn't hold")
      }
      if left.tasks.isEmpty || entry.record.folder.isSame(as: left.folder) {
        broken.append("worker \(name) left the folder \(left.folder), with nothing or for itself")
      }
    }
    if holding.gpuCount != holding.gpus.count { broken.append("a GPU of the worker \(name) is held twice") }
    return broken
  }
}

extension Holding {
  /// Of an owner only the numbers count: the same ordinal on two workers is two GPUs.
  fileprivate var withoutGPUs: Holding {
    var numbers = self
    numbers.gpus = []
    return numbers
  }
}
