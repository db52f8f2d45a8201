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
    let (named, none) = (RetryChanges(retry.changes, retry.resources), RetryChanges([], nil))
    var batches: [TaskID: TaskID] = [:]
    var familial = RemadeMembers()
    for (place, (id, original)) in zip(ids, plan.originals).enumerated() {
      let isNamed = place < plan.namedCount
      // A member of a family shares with the others what it did before.
      if tasks[original].isFamilial {
        let pair = (new: id, old: tasks[original].id)
        familial.append(pair, tasks[original].spec, isNamed ? named : none)
        continue
      }
      emit(
        .taskCreated(
          id, spec: copy(of: original, id, isNamed ? named : none, &batches), isHeld: tasks[original].isHeld,
          place: tasks.place(original)),
        at: now)
    }
    for group in familial.groups { emit(.tasksRemade(group.pairs, group.changes), at: now) }
    for (parent, children) in plan.edges {
      emit(.continuationsAdded(ids[parent], children: children.map { ids[$0] }), at: now)
    }
    for (parent, children) in plan.outerEdges {
      emit(.continuationsAdded(tasks[parent].id, children: children.map { ids[$0] }), at: now)
    }
    if let isHeld = named.isHeld { hold(ids.prefix(plan.namedCount), isHeld, at: now) }
    for id in ids.prefix(plan.namedCount) {
      guard let slot = tasks.slot(id), tasks[slot].state == .inactive, tasks[slot].pending == 0 else { continue }
      if makeAvailableOrPass(slot, at: now) { settle(slot, .release, at: now) }
    }
    let copies = zip(ids, originals).filter { !plan.isTie($0.1) }
    if let key = retry.key { remember(key, by: retry.by, copies.map(\.0), copiesOf: copies.map(\.1), at: now) }
    return .retried(copies.map { ($0, $1) })
  }

  /// What was just made anew is held, or is not, an event for each job.
  private mutating func hold(_ ids: some Sequence<TaskID>, _ isHeld: Bool, at now: Int64) {
    let others = ids.compactMap { tasks.slot($0) }.filter { tasks[$0].isHeld != isHeld }
    let jobs = Dictionary(grouping: others) { tasks.place($0).job }
    for (job, slots) in jobs.sorted(by: { $0.key < $1.key }) {
      var members: [ClosedRange<UInt32>] = []
      for member in slots.map({ tasks[$0].member }).sorted() { members.append(member) }
      emit(.membersHeld(job, members, isHeld), at: now)
    }
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
    return try self.retry(
      Retry(
        tasks: slots.map { tasks[$0].id }, changes: retry.changes, resources: retry.resources, by: retry.by,
        key: retry.key), at: now, entropy: &entropy)
  }

  private static func words(_ states: Set<MemberState>) -> String {
    states.count > 1 ? "failed or was cancelled" : states.contains(.failed) ? "failed" : "was cancelled"
  }

  /// Everything as it was, its owner too (an admin who tries another's task again does it for that one), but of an array
  /// of its own: the tasks of one array that are retried together are one array again.
  private func copy(
    of original: Slot, _ id: TaskID, _ changes: RetryChanges, _ batches: inout [TaskID: TaskID]
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

/// Members of families that are made anew, by what is other than before for them: an event each.
private struct RemadeMembers {
  private(set) var groups: [(pairs: [(new: TaskID, old: TaskID)], changes: FieldChanges)] = []
  /// By the specification that they had, which many share.
  private var known: [ObjectIdentifier: Int] = [:]
  /// By what is reserved for them from now on; those that stay as they were are of no resources here.
  private var places: [Outcome: Int] = [:]

  private struct Outcome: Hashable {
    var isChanged: Bool
    var resources: ResourceRequest?
  }

  mutating func append(_ pair: (new: TaskID, old: TaskID), _ spec: TaskSpec, _ changes: RetryChanges) {
    let key = changes.isEmpty ? nil : ObjectIdentifier(spec)
    if let key, let place = known[key] { return groups[place].pairs.append(pair) }
    let whole = changes.isEmpty ? FieldChanges([]) : changes.changes(of: spec.fields)
    let outcome = Outcome(isChanged: !changes.isEmpty, resources: whole.values.resources)
    let place = places[outcome] ?? groups.count
    if place == groups.count {
      groups.append(([], whole))
      places[outcome] = place
    }
    if let key { known[key] = place }
    groups[place].pairs.append(pair)
  }
}
