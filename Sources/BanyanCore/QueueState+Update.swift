/// Changing tasks, by a provider or by the worker that holds them: ordinary fields, continuations, execution data and
/// state, in this order. All or none, and each patch sees what those before it did.
extension QueueState {
  mutating func update(
    _ patches: [TaskPatch], by asker: Principal, at now: Int64, entropy: inout Entropy,
    cancellations: inout [Cancellation]
  ) throws(Rejection) -> Answer {
    // One part of one patch is refused before anything is applied. Otherwise a later part may be refused when earlier
    // ones have been applied: they are applied to a copy (which shares all that they don't touch).
    if let patch = patches.first, patches.count == 1, patch.partCount <= 1 {
      let claimed = try update(patch, by: asker, at: now, entropy: &entropy, cancellations: &cancellations)
      return .updated([record(patch.task).map { UpdatedTask(record: $0, claimed: claimed) }].compactMap { $0 })
    }
    var trial = self
    var claims: [TaskID: ClaimedTask] = [:]
    for (number, patch) in patches.enumerated() {
      do {
        let claimed = try trial.update(patch, by: asker, at: now, entropy: &entropy, cancellations: &cancellations)
        if let claimed { claims[patch.task] = claimed }
      } catch {
        throw patches.count == 1 ? error : error.inItem(number)
      }
    }
    self = trial
    var updated: [UpdatedTask] = []
    for patch in patches {
      guard let record = record(patch.task) else { continue }
      updated.append(UpdatedTask(record: record, claimed: claims[patch.task]))
    }
    return .updated(updated)
  }

  private mutating func update(
    _ patch: TaskPatch, by asker: Principal, at now: Int64, entropy: inout Entropy,
    cancellations: inout [Cancellation]
  ) throws(Rejection) -> ClaimedTask? {
    guard let slot = tasks.slot(patch.task) else { throw Rejection(.notFound, "There is no task \(patch.task).") }
    if asker.role == .worker { return try workerUpdate(patch, slot, by: asker, at: now, entropy: &entropy) }
    guard asker.role == .provider else { throw Rejection(.forbidden, "A \(asker.role.rawValue) changes nothing.") }
    guard patch.execution == nil else {
      throw Rejection(.forbidden, "Execution data is written by the worker that holds the attempt.")
    }
    try checkMayChange(slot, by: asker)
    try edit(slot, patch.changes, at: now)
    if let wanted = patch.continuations { try setContinuations(of: patch.task, to: wanted, by: asker, at: now) }
    if !patch.addContinuations.isEmpty {
      try addContinuations([(.id(patch.task), patch.addContinuations)], by: asker, at: now)
    }
    if !patch.removeContinuations.isEmpty {
      try removeContinuations([(.id(patch.task), patch.removeContinuations)], by: asker, at: now)
    }
    switch patch.state {
    case nil: break
    case .available: try activate(slot, at: now)
    case .cancelled: requestCancellation(slot, grace: patch.grace, by: asker, at: now, &cancellations)
    case let wanted?:
      throw .field(
        "state",
        "a provider may not take a task from \(tasks[slot].state.name) to \(wanted.name); available or cancelled can be asked for"
      )
    }
    return nil
  }

  /// A request for `available`: of an inactive task that waits for no parent.
  private mutating func activate(_ slot: Slot, at now: Int64) throws(Rejection) {
    let entry = tasks[slot]
    guard entry.state == .inactive else {
      throw .field(
        "state", "a provider may not take a task from \(entry.state.name) to available; it must be inactive")
    }
    guard entry.pending == 0 else {
      throw .field(
        "state",
        "the task waits for \(entry.pending) parent\(entry.pending == 1 ? "" : "s"); it becomes available when they have succeeded"
      )
    }
    if makeAvailableOrPass(slot, at: now) { settle(slot, .release, at: now) }
  }

  // MARK: Ordinary fields

  private mutating func edit(_ slot: Slot, _ changes: [FieldChange], at now: Int64) throws(Rejection) {
    guard !changes.isEmpty else { return }
    let entry = tasks[slot]
    let before = tasks.record(slot).spec.fields
    var fields = before
    var hold: Bool?
    var issues: [Rejection.Issue] = []
    let isEditable = entry.state == .inactive || (entry.state == .available && entry.isHeld)
    for change in changes {
      if case .held(let wanted) = change {
        if wanted != entry.isHeld { hold = wanted }
        continue
      }
      let unchanged = fields
      fields.set(change)
      // Setting a field to the value it has is a no-op in any state.
      guard !fields.isSame(as: unchanged), !change.isWritableAnyTime, !isEditable else { continue }
      issues.append(
        .init(
          field: change.name,
          trouble:
            "can be written only while the task is inactive, or on hold before it runs; it is \(entry.state.name)"))
    }
    let isChanged = !fields.isSame(as: before)
    if isChanged {
      issues += fields.troubles()
      if fields.maxAttemptCount < entry.attemptCount
        || (entry.attemptCount > 0 && fields.maxAttemptCount == entry.attemptCount && entry.state == .available)
      {
        issues.append(
          .init(field: "max_attempt_count", trouble: "must stay above attempt_count, which is \(entry.attemptCount)"))
      }
      if entry.isFamilial, !fields.name.isSame(as: before.name) {
        issues.append(.init(field: "name", trouble: "is told by its family and its parameters; it can't be another"))
      } else if let name = fields.name, before.name.map({ !name.isSame(as: $0) }) ?? true,
        let other = tasks.open(named: name, owner: entry.spec.owner)
      {
        issues.append(
          .init(
            field: "name",
            trouble: "\(name) is the name of the task \(tasks[other].id) of the same owner, which has not ended"))
      }
    }
    guard issues.isEmpty else {
      throw Rejection(.unprocessable, "The task has fields that can't be set so; nothing was changed.", issues: issues)
    }
    if isChanged {
      emit(.taskEdited(entry.id, spec: TaskSpec(owner: entry.spec.owner, fields: fields)), at: now)
      if entry.state == .available, fields.notBefore != before.notBefore {
        let due = fields.notBefore ?? 0
        emit(.taskMadeAvailable(entry.id, delayedUntil: due > now ? due : 0), at: now)
      }
    }
    if let hold { emit(.taskHeld(entry.id, hold), at: now) }
  }

  // MARK: The worker's side over REST

  private mutating func workerUpdate(
    _ patch: TaskPatch, _ slot: Slot, by asker: Principal, at now: Int64, entropy: inout Entropy
  ) throws(Rejection) -> ClaimedTask? {
    if patch.state == .running { return try restClaim(patch, by: asker, at: now, entropy: &entropy) }
    // The token, then the step, then the fields.
    let attempt = try judge(slot, patch.execution?.token ?? .none, .user(asker.user))
    let foreign = patch.foreignIssues
    guard let wanted = patch.state else {
      guard attempt.isLive else { throw conflict(slot) }
      try Self.refuse(foreign)
      guard let execution = patch.execution else { return nil }
      if execution.exitStatus != nil { throw .field("exit_status", "changes only together with the state") }
      if execution.timeTerminated != nil { throw .field("time_terminated", "changes only together with the state") }
      if execution.workerID != nil { throw .field("worker_id", "changes only together with the state") }
      if execution.workerName != nil { throw .field("worker", "changes only together with the state") }
      if let started = execution.update.timeStarted, let known = tasks[slot].attempts[attempt.place].timeStarted,
        known != started
      {
        throw .field("time_started", "can be set once")
      }
      emit(.attemptUpdated(patch.task, execution.update), at: now)
      return nil
    }
    guard let execution = patch.execution else { return nil }
    if !foreign.isEmpty {
      guard attempt.isLive else { throw conflict(slot) }
      try checkStep(slot, to: wanted)
      try Self.refuse(foreign)
    }
    let report = AttemptReport(
      task: patch.task, token: execution.token, state: wanted, exitStatus: execution.exitStatus,
      timeTerminated: execution.timeTerminated, usage: execution.update.usage)
    let start = AttemptUpdate(
      timeStarted: execution.update.timeStarted, workingDirectory: execution.update.workingDirectory)
    try self.report(
      report, start: start == AttemptUpdate() ? nil : start, by: .user(asker.user), at: now, entropy: &entropy)
    return nil
  }

  private static func refuse(_ issues: [Rejection.Issue]) throws(Rejection) {
    guard !issues.isEmpty else { return }
    throw Rejection(
      .unprocessable, "A worker changes an attempt's execution data and state, and nothing else of a task.",
      issues: issues)
  }

  private mutating func restClaim(
    _ patch: TaskPatch, by asker: Principal, at now: Int64, entropy: inout Entropy
  ) throws(Rejection) -> ClaimedTask? {
    let worker = try claimingWorker(patch, asker)
    if let record = workers[worker]?.record { try Self.mayClaim(record) }
    try Self.refuse(patch.foreignIssues)
    if workers[worker] != nil { return try claim(patch.task, for: worker, at: now, entropy: &entropy) }
    // Its first claim registers it: in a copy, for the claim may be refused.
    var trial = self
    _ = try trial.register(WorkerRegistration(id: worker), at: now)
    let task = try trial.claim(patch.task, for: worker, at: now, entropy: &entropy)
    self = trial
    return task
  }

  /// The worker that a claim names. One that speaks REST alone goes by its user's identifier or, as with the first
  /// Banyan, by its user's name.
  func claimingWorker(_ patch: TaskPatch, _ asker: Principal) throws(Rejection) -> WorkerID {
    guard let execution = patch.execution, execution.workerID != nil || execution.workerName != nil else {
      throw .field("update_execution_data.worker_id", "is missing; a claim names the worker that claims")
    }
    if let name = execution.workerName, !name.isSame(as: asker.name) {
      throw Rejection(.forbidden, "The worker \(name.prefix(64)) is not your user, \(asker.name).")
    }
    let worker = execution.workerID ?? asker.user
    if let entry = workers[worker], entry.record.user == asker.user { return worker }
    guard worker == asker.user, workers[worker] == nil else {
      throw Rejection(.forbidden, "No worker \(worker) is registered under your user.")
    }
    guard !barred.values.contains(BarredName(user: asker.user, name: asker.name)) else {
      throw Rejection(.forbidden, "The worker \(asker.name) was unregistered; a provider can register it anew.")
    }
    return worker
  }

  private mutating func claim(
    _ task: TaskID, for worker: WorkerID, at now: Int64, entropy: inout Entropy
  ) throws(Rejection) -> ClaimedTask {
    let answer = try claim(Claim(worker: worker, task: task), at: now, entropy: &entropy)
    guard case .claimed(let claimed) = answer, let task = claimed.first else {
      let entry = workers[worker]
      let name = entry?.record.name ?? ""
      let needed = tasks.slot(task).map { tasks[$0].spec.neededTime }
      if let stay = entry?.stay, let needed, !stay.hasTime(for: needed, at: now) {
        throw .field(
          "state",
          "the worker \(name) leaves in \(max(0, stay.until.saturating(plus: -now))) ms; it takes what says that it ends before (max_runtime or an estimate)"
        )
      }
      throw .field("state", "the task doesn't fit into what is free on the worker \(name)")
    }
    return task
  }
}

extension TaskPatch {
  /// What a worker asks for that is not its to write.
  fileprivate var foreignIssues: [Rejection.Issue] {
    var fields = changes.map(\.name)
    if continuations != nil { fields.append("continuations") }
    if !addContinuations.isEmpty { fields.append("add_continuations") }
    if !removeContinuations.isEmpty { fields.append("remove_continuations") }
    return fields.map { Rejection.Issue(field: $0, trouble: "is a provider's to write; leave it out") }
  }

  /// How many of its parts ask for something. What a worker asks for is one part: its state and its data go together.
  fileprivate var partCount: Int {
    let provider = [!changes.isEmpty, !addContinuations.isEmpty, !removeContinuations.isEmpty, state != nil]
    // A list of continuations may come to two steps, what is added and what is removed.
    return execution != nil ? 1 : provider.count { $0 } + (continuations == nil ? 0 : 2)
  }
}

extension Rejection {
  /// The same refusal, of one item of a list.
  func inItem(_ number: Int) -> Rejection {
    Rejection(
      kind, "Item \(number): \(message)",
      issues: issues.map { Issue(field: "\(number).\($0.field)", trouble: $0.trouble) })
  }
}
