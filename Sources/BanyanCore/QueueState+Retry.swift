/// Retrying: what failed or was cancelled, and what was cancelled below it, is made anew, edges and all. All or none.
extension QueueState {
  mutating func retry(_ retry: Retry, at now: Int64, entropy: inout Entropy) throws(Rejection) -> Answer {
    if let key = retry.key, let known = try remembered(key, by: retry.by) {
      return .retried(zip(known.tasks, known.copiesOf).map { ($0, $1) })
    }
    try checkMayChange(retry.tasks, by: retry.by)
    let plan = try RetryPlan(retry, in: self)
    let ids = plan.originals.map { _ in entropy.identifier(at: now) }
    let originals = plan.originals.map { tasks[$0].id }
    // What comes back with those that were named comes back as it was.
    let none = FieldChanges([])
    var batches: [TaskID: TaskID] = [:]
    var familial = RemadeMembers()
    for (place, (id, original)) in zip(ids, plan.originals).enumerated() {
      let isNamed = place < plan.namedCount
      // A member of a family shares with the others what it did before.
      if tasks[original].isFamilial {
        familial.add((new: id, old: tasks[original].id), isNamed ? retry.reserved(by: tasks[original]) : nil, isNamed)
        continue
      }
      let named = isNamed ? retry.fieldChanges(of: tasks[original]) : none
      emit(
        .taskCreated(
          id, spec: copy(of: original, id, named, &batches), isHeld: tasks[original].isHeld,
          place: tasks.place(original)),
        at: now)
    }
    for (resources, pairs) in familial.named { emit(.tasksRemade(pairs, retry.fieldChanges(resources)), at: now) }
    if !familial.others.isEmpty { emit(.tasksRemade(familial.others, none), at: now) }
    for (parent, children) in plan.edges {
      emit(.continuationsAdded(ids[parent], children: children.map { ids[$0] }), at: now)
    }
    for (parent, children) in plan.outerEdges {
      emit(.continuationsAdded(tasks[parent].id, children: children.map { ids[$0] }), at: now)
    }
    for id in ids.prefix(plan.namedCount) {
      guard let slot = tasks.slot(id), tasks[slot].state == .inactive, tasks[slot].pending == 0 else { continue }
      if makeAvailableOrPass(slot, at: now) { settle(slot, .release, at: now) }
    }
    let copies = zip(ids, originals).filter { !plan.isTie($0.1) }
    if let key = retry.key { remember(key, by: retry.by, copies.map(\.0), copiesOf: copies.map(\.1), at: now) }
    return .retried(copies.map { ($0, $1) })
  }

  /// Members of a job that failed or were cancelled, in their places.
  mutating func retry(_ retry: JobRetry, at now: Int64, entropy: inout Entropy) throws(Rejection) -> Answer {
    if let key = retry.key, let known = try remembered(key, by: retry.by) {
      return .retried(zip(known.tasks, known.copiesOf).map { ($0, $1) })
    }
    let row = try row(of: retry.job, changedBy: retry.by)
    let wanted = retry.states ?? [.failed, .cancelled]
    if let other = wanted.first(where: { $0 != .failed && $0 != .cancelled }) {
      throw .field("states", "\(other.name) can't be tried again; failed and cancelled can")
    }
    let slots = try members(retry.members, of: row, retry.job).filter { wanted.contains(tasks.memberState($0)) }
    guard !slots.isEmpty else {
      throw .field("members", "none of these members \(Self.words(wanted)): nothing was made")
    }
    var several = Retry(tasks: slots.map { tasks[$0].id }, changes: retry.changes, by: retry.by, key: retry.key)
    several.resources = retry.resources
    return try self.retry(several, at: now, entropy: &entropy)
  }

  private static func words(_ states: Set<MemberState>) -> String {
    states.count > 1 ? "failed or was cancelled" : states.contains(.failed) ? "failed" : "was cancelled"
  }

  /// Everything as it was, its owner too (an admin who tries another's task again does it for that one), but of an array
  /// of its own: the tasks of one array that are retried together are one array again.
  private func copy(
    of original: Slot, _ id: TaskID, _ changes: FieldChanges, _ batches: inout [TaskID: TaskID]
  ) -> TaskSpec {
    let spec = tasks[original].spec
    guard spec.array?.batch != nil || !changes.isEmpty else { return spec }
    var fields = changes.applied(to: spec.fields)
    if let batch = spec.array?.batch {
      let first = batches[batch] ?? id
      batches[batch] = first
      fields.array?.batch = first
    }
    return TaskSpec(owner: spec.owner, fields: fields)
  }
}

/// Members of families that are made anew: by what they will reserve, in the order in which that was first met.
private struct RemadeMembers {
  typealias Pair = (new: TaskID, old: TaskID)

  private(set) var named: [(resources: ResourceRequest?, pairs: [Pair])] = []
  private(set) var others: [Pair] = []

  mutating func add(_ pair: Pair, _ resources: ResourceRequest?, _ isNamed: Bool) {
    guard isNamed else { return others.append(pair) }
    if let place = named.lastIndex(where: { $0.resources == resources }) {
      named[place].pairs.append(pair)
    } else {
      named.append((resources, [pair]))
    }
  }
}

extension Retry {
  /// What the copy of a task will reserve; nil: what the task did.
  fileprivate func reserved(by task: TaskEntry) -> ResourceRequest? {
    // A group reserves nothing, and goes on so.
    guard let resources, let reserved = task.spec.fields.resources else { return nil }
    return resources.applied(to: reserved)
  }

  fileprivate func fieldChanges(of task: TaskEntry) -> FieldChanges { fieldChanges(reserved(by: task)) }

  /// What becomes of the fields of copies that will reserve this.
  fileprivate func fieldChanges(_ reserved: ResourceRequest?) -> FieldChanges {
    FieldChanges(changes + (reserved.map { reserved in [.set(.resources) { $0.resources = reserved }] } ?? []))
  }
}
