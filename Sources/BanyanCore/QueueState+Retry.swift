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
    var batches: [TaskID: TaskID] = [:]
    for (id, original) in zip(ids, plan.originals) {
      emit(
        .taskCreated(
          id, spec: copy(of: original, id, &batches), isHeld: tasks[original].isHeld, place: tasks.place(original)),
        at: now)
    }
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
    if let key = retry.key { remember(key, by: retry.by, ids, copiesOf: originals, at: now) }
    return .retried(zip(ids, originals).map { ($0, $1) })
  }

  /// Everything as it was, its owner too (an admin who tries another's task again does it for that one), but of an array
  /// of its own: the tasks of one array that are retried together are one array again.
  private func copy(of original: Slot, _ id: TaskID, _ batches: inout [TaskID: TaskID]) -> TaskSpec {
    let spec = tasks[original].spec
    guard let batch = spec.array?.batch else { return spec }
    let first = batches[batch] ?? id
    batches[batch] = first
    var fields = spec.fields
    fields.array?.batch = first
    return TaskSpec(owner: spec.owner, fields: fields)
  }
}
