/// Making tasks, all or none: first all are made, inactive, then all edges, then the requests for `available`.
extension QueueState {
  mutating func submit(
    _ submission: Submission, at now: Int64, entropy: inout Entropy
  ) throws(Rejection) -> Answer {
    if let key = submission.key, let known = try remembered(key, by: submission.by) { return .submitted(known.tasks) }
    let graph = try SubmittedGraph(submission, in: tasks)
    let arrays = try SubmittedArrays(submission)
    let count = submission.tasks.count
    emitted.reserveCapacity(2 * count + 1)
    let ids = (0..<count).map { _ in entropy.identifier(at: now) }
    let job = JobNumber(jobs.next)
    // The job of a single task is told by the task.
    if count > 1 {
      emit(.jobCreated(JobSpec(number: job, owner: submission.by.name, name: nil, created: now)), at: now)
    }
    for place in 0..<count {
      let fields = arrays.kept(submission.tasks[place].fields, ids)
      let spec = TaskSpec(owner: submission.by.name, fields: fields)
      let member = JobPlace(job: job, member: UInt32(place + 1))
      emit(.taskCreated(ids[place], spec: spec, isHeld: submission.tasks[place].isHeld, place: member), at: now)
    }
    let everyone = graph.existing.isEmpty ? ids : ids + graph.existing.map { tasks[$0].id }
    for parent in everyone.indices where !graph.edges[parent].isEmpty {
      emit(.continuationsAdded(everyone[parent], children: graph.edges[parent].map { everyone[Int($0)] }), at: now)
    }
    for place in 0..<count where submission.tasks[place].wantsAvailable {
      guard let slot = tasks.slot(ids[place]), tasks[slot].state == .inactive, tasks[slot].pending == 0 else {
        continue
      }
      if makeAvailableOrPass(slot, at: now) { settle(slot, .release, at: now) }
    }
    if let key = submission.key { remember(key, by: submission.by, ids, at: now) }
    return .submitted(ids)
  }

  /// A key stands for one request.
  static let otherRequest = Rejection.field(
    IdempotencyKey.field, "was used for another request; take a new key for a new request")

  /// What the first request with this key was answered; nil: there was none.
  func remembered(_ key: (key: String, body: [UInt8]), by asker: Principal) throws(Rejection) -> IdempotentAnswer? {
    guard let known = keys[IdempotencyKey(user: asker.user, key: key.key)] else { return nil }
    guard known.body == key.body else {
      throw Self.otherRequest
    }
    return known
  }

  /// The answer to the first request with this key; nil: there was none, or it was kept otherwise.
  public func reply(
    to key: (key: String, body: [UInt8]), by asker: Principal
  ) throws(Rejection) -> KeptReply? {
    guard let known = try remembered(key, by: asker) else { return nil }
    guard let reply = known.reply else {
      throw Self.otherRequest
    }
    return reply
  }

  /// When the first request with this key was answered, milliseconds since 1970; nil: there was none.
  public func timeOfAnswer(to key: String, by asker: Principal) -> Int64? {
    keys[IdempotencyKey(user: asker.user, key: key)]?.time
  }

  mutating func keep(
    _ answer: IdempotentAnswer, for key: IdempotencyKey, at now: Int64
  ) throws(Rejection) -> IdempotentAnswer {
    if let known = keys[key] {
      guard known.body == answer.body else {
        throw Self.otherRequest
      }
      return known
    }
    var answer = answer
    answer.time = now
    emit(.keyRemembered(key, answer), at: now)
    return answer
  }

  mutating func remember(
    _ key: (key: String, body: [UInt8]), by asker: Principal, _ made: [TaskID], copiesOf originals: [TaskID] = [],
    at now: Int64
  ) {
    let answer = IdempotentAnswer(body: key.body, tasks: made, copiesOf: originals, time: now)
    emit(.keyRemembered(IdempotencyKey(user: asker.user, key: key.key), answer), at: now)
  }
}
