/// Making tasks, all or none: first all are made, inactive, then all edges, then the requests for `available`.
extension QueueState {
  mutating func submit(
    _ submission: Submission, at now: Int64, entropy: inout Entropy
  ) throws(Rejection) -> Answer {
    if let key = submission.key, let known = try remembered(key, by: submission.by) {
      return .submitted(known.tasks.compactMap { record($0) })
    }
    let graph = try SubmittedGraph(submission, in: self)
    let arrays = try SubmittedArrays(submission)
    let ids = submission.tasks.map { _ in entropy.identifier(at: now) }
    for (id, draft) in zip(ids, submission.tasks) {
      let spec = TaskSpec(owner: submission.by.name, fields: arrays.kept(draft.fields, ids))
      emit(.taskCreated(id, spec: spec, isHeld: draft.isHeld), at: now)
    }
    for edges in graph.edges {
      let children = edges.children.map { id(of: $0, ids) }
      emit(.continuationsAdded(id(of: edges.parent, ids), children: children), at: now)
    }
    for (id, draft) in zip(ids, submission.tasks) where draft.wantsAvailable {
      guard let slot = tasks.slot(id), tasks[slot].state == .inactive, tasks[slot].pending == 0 else { continue }
      if makeAvailableOrPass(slot, at: now) { settle(slot, .release, at: now) }
    }
    if let key = submission.key { remember(key, by: submission.by, ids, at: now) }
    return .submitted(ids.compactMap { record($0) })
  }

  private func id(of node: SubmittedGraph.Node, _ ids: [TaskID]) -> TaskID {
    switch node {
    case .new(let number): ids[number]
    case .old(let slot): tasks[slot].id
    }
  }

  /// What the first request with this key was answered; nil: there was none.
  func remembered(_ key: (key: String, body: [UInt8]), by asker: Principal) throws(Rejection) -> IdempotentAnswer? {
    guard let known = keys[IdempotencyKey(user: asker.user, key: key.key)] else { return nil }
    guard known.body == key.body else {
      throw .field("Idempotency-Key", "was used for another request; take a new key for a new request")
    }
    return known
  }

  mutating func remember(
    _ key: (key: String, body: [UInt8]), by asker: Principal, _ made: [TaskID], copiesOf originals: [TaskID] = [],
    at now: Int64
  ) {
    let answer = IdempotentAnswer(body: key.body, tasks: made, copiesOf: originals, time: now)
    emit(.keyRemembered(IdempotencyKey(user: asker.user, key: key.key), answer), at: now)
  }
}
