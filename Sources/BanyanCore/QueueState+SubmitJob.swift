/// Making jobs of families, all or nothing: one event makes the tasks and the edges between them, others tie them to what
/// they wait for outside, a last one lets those go that nothing holds back.
extension QueueState {
  /// So many tasks are held at most: each has a number of 32 bits, and places that grow with them.
  static let maxTasks = 50_000_000

  mutating func submit(
    _ submission: JobSubmission, at now: Int64, entropy: inout Entropy
  ) throws(Rejection) -> Answer {
    if let key = submission.key, let known = try remembered(key, by: submission.by) {
      guard let receipt = known.job else { throw Self.otherRequest }
      return .jobSubmitted(receipt)
    }
    let plan = try JobPlan(submission, in: self)
    guard tasks.count + plan.memberCount <= Self.maxTasks else {
      throw Rejection(
        .tooLarge, "The queue would hold more than \(Self.maxTasks) tasks; forget what ended, or wait.")
    }
    let number = JobNumber(jobs.next)
    // Ties have their identifiers behind the members'.
    let first = entropy.identifiers(plan.memberCount + plan.tieCount, at: now)
    guard tasks.slot(first) == nil, tasks.slot(first.advanced(by: plan.memberCount - 1)) == nil else {
      throw Rejection(.unavailable, "Too many tasks were made within this second; try again in the next one.")
    }
    let families = plan.families.map { family in
      family.family(ownedBy: submission.by.name, batch: first.advanced(by: Int(family.firstMember) - 1))
    }
    let spec = JobSpec(
      number: number, owner: submission.by.name, name: submission.name, created: now, labels: submission.labels,
      families: families, resumes: submission.resumes)
    emit(.jobMade(JobMaking(spec: spec, firstTask: first, takenOver: plan.takenOver)), at: now)
    for (family, planned) in zip(families, plan.families) where !planned.outer.isEmpty {
      tie(family, to: planned.outer, number, at: now, entropy: &entropy)
    }
    letGo(number, families, at: now)
    let receipt = JobReceipt(
      number: number, taskCount: plan.memberCount, takenOver: plan.takenOver.reduce(0) { $0 + Int($1.count) },
      firstTask: first)
    if let key = submission.key {
      var answer = IdempotentAnswer(body: key.body, time: now)
      answer.job = receipt
      emit(.keyRemembered(IdempotencyKey(user: submission.by.user, key: key.key), answer), at: now)
    }
    return .jobSubmitted(receipt)
  }

  /// Makes a family wait for tasks of other jobs.
  private mutating func tie(
    _ family: Family, to parents: [Slot], _ job: JobNumber, at now: Int64, entropy: inout Entropy
  ) {
    let knot = FamilyKnot(parents: parents, children: Array(family.members))
    guard knot.isTied else {
      guard let row = jobs.row(job) else { return }
      let children = family.members.compactMap { tasks.newest(of: row, $0) }.filter { !tasks[$0].state.isEnded }
      let ids = children.map { tasks[$0].id }
      guard !ids.isEmpty else { return }
      for parent in parents { emit(.continuationsAdded(tasks[parent].id, children: ids), at: now) }
      return
    }
    let id = entropy.identifier(at: now)
    let members = family.firstMember...family.members.upperBound - 1
    emit(.tieMade(id, job, parents: parents.map { tasks[$0].id }, members: [members]), at: now)
  }

  /// Those of a new job that wait for nothing wait for a worker from now on.
  private mutating func letGo(_ job: JobNumber, _ families: [Family], at now: Int64) {
    guard let row = jobs.row(job) else { return }
    var ready: [(members: [ClosedRange<UInt32>], due: Int64)] = []
    for family in families where family.wantsAvailable {
      if family.spec.isGroup {
        for member in family.members {
          guard let slot = tasks.newest(of: row, member), isReady(slot) else { continue }
          if makeAvailableOrPass(slot, at: now) { settle(slot, .release, at: now) }
        }
        continue
      }
      let due = family.spec.notBefore.map { $0 > now ? $0 : 0 } ?? 0
      var ranges: [ClosedRange<UInt32>] = []
      // A family without edges is ready as a whole.
      if let slot = tasks.newest(of: row, family.firstMember), tasks.rows.run(of: slot) != nil {
        if isReady(slot) { ranges = [family.firstMember...family.members.upperBound - 1] }
      } else {
        for member in family.members {
          if let slot = tasks.newest(of: row, member), isReady(slot) { ranges.append(member) }
        }
      }
      guard !ranges.isEmpty else { continue }
      if ready.last?.due == due { ready[ready.count - 1].members += ranges } else { ready.append((ranges, due)) }
    }
    for (members, due) in ready { emit(.membersMadeAvailable(job, members, delayedUntil: due), at: now) }
  }

  private func isReady(_ slot: Slot) -> Bool { tasks[slot].state == .inactive && tasks[slot].pending == 0 }
}

extension [ClosedRange<UInt32>] {
  /// Adds a number that is larger than all that are there.
  mutating func append(_ number: UInt32) {
    if let last = self.last, last.upperBound + 1 == number {
      self[count - 1] = last.lowerBound...number
    } else {
      append(number...number)
    }
  }
}
