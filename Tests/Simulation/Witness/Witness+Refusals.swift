import BanyanCore

/// Refusals: whether one was due, of which kind, and whether it says enough.
extension Witness {
  mutating func checkRefusal(_ command: Command, _ rejection: Rejection) {
    require(!rejection.message.isEmpty, .refusals, "a refusal without words")
    for issue in rejection.issues {
      require(!issue.field.isEmpty && !issue.trouble.isEmpty, .refusals, "a refusal of a field without words")
    }
    if isForbidden(command), mustBeForbidden(command, rejection) { return }
    let expected: [Rejection.Kind]
    switch command {
    case .claim(let claim): expected = refusals(of: claim)
    case .abandon(let id, _):
      expected =
        tasks[id].map { task in
          task.live != nil && isOutOfContact(task) ? [] : [.unprocessable]
        } ?? [.notFound]
    case .forget(let ids, let rule, _): expected = rule == .endedOrIdle ? refusals(ofForgetting: ids) : []
    case .hello(let hello):
      expected = hello.by.role != .worker || isBarred(hello.by.user, hello.name) ? [.forbidden] : []
    case .submit(let submission): expected = refusals(of: submission)
    case .retry(let retry):
      if let key = retry.key, let known = keys[IdempotencyKey(user: retry.by.user, key: key.key)] {
        expected = known.body == key.body ? [] : [.unprocessable]
      } else if retry.tasks.contains(where: { tasks[$0] == nil }) {
        expected = [.notFound, .unprocessable]
      } else {
        expected = copied(retry) == nil ? [.unprocessable] : []
      }
    case .update(let patches, let by):
      expected =
        patches.count == 1
        ? refusals(of: patches[0], by: by) : [.notFound, .forbidden, .unprocessable, .unauthenticated, .conflict]
      if patches.count == 1 { checkWords(of: patches[0], by: by, rejection) }
    case .changeWorker(let worker, _, _), .unregisterWorker(let worker, _, _):
      expected = machines[worker] == nil ? [.notFound] : []
    case .registerWorker(let registration, _):
      let id = registration.id
      expected = barred[id] == nil && machines[id] == nil && users[id]?.role != .worker ? [.unprocessable] : []
    case .keep(let key, let answer):
      expected = keys[key].map { $0.body == answer.body ? [] : [.unprocessable] } ?? []
    case .addUser: expected = [.unprocessable]
    case .revokeUser(let user, _):
      let isLast = users[user]?.isAdmin == true && users.values.count(where: \.isAdmin) == 1
      expected = users[user] == nil ? [.notFound] : isLast ? [.unprocessable] : []
    case .measure: expected = [.unprocessable, .conflict, .forbidden]
    // Jobs of families have a simulation of their own.
    case .submitJob, .changeJob, .retryJob, .forgetJobs: expected = []
    case .cancel, .report, .started, .expireLeases, .expireFolder, .start, .tick: expected = []
    }
    guard !expected.isEmpty else {
      return fail(.permissions, "what was asked is allowed, and was refused: \(rejection.message)")
    }
    require(
      expected.contains(rejection.kind), .refusals,
      "refused with \(rejection.kind.rawValue) (\(rejection.message)), \(expected.map(\.rawValue)) was due")
  }

  /// Who asks is looked at first; of several patches, each in its turn.
  private mutating func mustBeForbidden(_ command: Command, _ rejection: Rejection) -> Bool {
    if case .update(let patches, _) = command, patches.count > 1 || tasks[patches[0].task] == nil { return false }
    if case .update(let patches, let by) = command, by.role == .provider, patches[0].execution != nil { return false }
    require(
      rejection.kind == .forbidden, .rights,
      "refused with \(rejection.kind.rawValue) (\(rejection.message)), and it was another's to do")
    return true
  }

  private func refusals(of claim: Claim) -> [Rejection.Kind] {
    if bar(claim.worker) != nil { return [kindOfBar(claim.worker)] }
    guard let id = claim.task else { return machines[claim.worker]?.offer == nil ? [.unprocessable] : [] }
    guard let task = tasks[id] else { return [.notFound] }
    return task.isClaimable && !isFull(task) ? [] : [.unprocessable]
  }

  private func refusals(ofForgetting ids: [TaskID]) -> [Rejection.Kind] {
    for id in ids {
      guard let task = tasks[id] else { return [.notFound] }
      let waits = task.parents.contains { tasks[$0]?.hasSucceeded != true }
      if !task.state.isEnded, task.state != .inactive || waits { return [.unprocessable] }
    }
    return []
  }

  // MARK: Submissions

  private func refusals(of submission: Submission) -> [Rejection.Kind] {
    if let key = submission.key, let known = keys[IdempotencyKey(user: submission.by.user, key: key.key)] {
      return known.body == key.body ? [] : [.unprocessable]
    }
    return isSound(submission) ? [] : [.unprocessable]
  }

  /// Whether the task model lets these tasks be made.
  private func isSound(_ submission: Submission) -> Bool {
    let by = submission.by.name
    var named: [String: Int] = [:]
    for (number, draft) in submission.tasks.enumerated() {
      if (draft.fields.work == nil) != (draft.fields.resources == nil) { return false }
      guard let name = draft.fields.name else { continue }
      if named.updateValue(number, forKey: name) != nil { return false }
      if order.contains(where: { isOpen($0, name, by) }) { return false }
    }
    // New tasks are numbers, old ones identifiers.
    var edges: [Int: [Int]] = [:]
    var old: [TaskID: Int] = [:]
    func node(_ id: TaskID) -> Int {
      let number = old[id] ?? -1 - old.count
      old[id] = number
      return number
    }
    func meaning(_ reference: TaskReference) -> (number: Int?, task: Task?) {
      switch reference {
      case .id(let id): return (nil, tasks[id])
      case .name(let name):
        if let number = named[name] { return (number, nil) }
        return (nil, find(name, by: by))
      }
    }
    for (number, draft) in submission.tasks.enumerated() {
      for reference in draft.continuations {
        let (new, task) = meaning(reference)
        if new == number { return false }
        if let new {
          edges[number, default: []].append(new)
        } else {
          guard let task, task.state == .inactive else { return false }
          edges[number, default: []].append(node(task.id))
        }
      }
      for reference in draft.after {
        let (new, task) = meaning(reference)
        if new == number { return false }
        if let new {
          edges[new, default: []].append(number)
        } else {
          guard let task else { return false }
          if task.hasSucceeded { continue }
          if task.state.isEnded || task.state == .pendingCancellation { return false }
          edges[node(task.id), default: []].append(number)
        }
      }
    }
    // All that lies below the old ones that are named, too.
    var open = Array(old.keys)
    while let id = open.popLast() {
      for child in tasks[id]?.children ?? [] {
        if old[child] == nil { open.append(child) }
        edges[node(id), default: []].append(node(child))
      }
    }
    return !hasCycle(edges)
  }

  private func isOpen(_ id: TaskID, _ name: String, _ owner: String) -> Bool {
    guard let task = tasks[id] else { return false }
    return task.fields.name == name && task.owner == owner && !task.state.isEnded
  }

  /// By taking away, again and again, what nothing leads to (Kahn 1962).
  private func hasCycle(_ edges: [Int: [Int]]) -> Bool {
    var incoming: [Int: Int] = [:]
    for (from, targets) in edges {
      incoming[from, default: 0] += 0
      for target in targets { incoming[target, default: 0] += 1 }
    }
    var free = incoming.filter { $0.value == 0 }.map(\.key)
    var taken = 0
    while let node = free.popLast() {
      taken += 1
      for target in edges[node] ?? [] {
        incoming[target, default: 0] -= 1
        if incoming[target] == 0 { free.append(target) }
      }
    }
    return taken < incoming.count
  }

  // MARK: Patches

  /// Which refusals one patch deserves; none: it has to be done.
  private func refusals(of patch: TaskPatch, by asker: Principal) -> [Rejection.Kind] {
    guard let task = tasks[patch.task] else { return [.notFound] }
    if asker.role == .worker { return workerRefusals(of: patch, task, asker) }
    guard asker.role == .provider, patch.execution == nil else { return [.forbidden] }
    let isEditable = task.state == .inactive || (task.state == .available && task.isHeld)
    var fields = task.fields
    for change in patch.changes {
      let before = fields
      fields.set(change)
      if fields != before, !change.isWritableAnyTime, !isEditable { return [.unprocessable] }
    }
    if fields != task.fields {
      if (fields.work == nil) != (fields.resources == nil) { return [.unprocessable] }
      if fields.maxAttemptCount < task.attempts
        || (task.attempts > 0 && fields.maxAttemptCount == task.attempts && task.state == .available)
      {
        return [.unprocessable]
      }
      if let name = fields.name, name != task.fields.name, order.contains(where: { isOpen($0, name, task.owner) }) {
        return [.unprocessable]
      }
    }
    // Edges are judged by what they come to, not here: any 422 will do.
    if patch.continuations != nil || !patch.addContinuations.isEmpty || !patch.removeContinuations.isEmpty {
      return touchesOthers(patch, asker) ? [.unprocessable, .forbidden] : [.unprocessable]
    }
    let waits = task.parents.contains { tasks[$0]?.hasSucceeded != true }
    switch patch.state {
    case nil, .cancelled: return []
    case .available: return task.state == .inactive && !waits ? [] : [.unprocessable]
    default: return [.unprocessable]
    }
  }

  private func workerRefusals(of patch: TaskPatch, _ task: Task, _ asker: Principal) -> [Rejection.Kind] {
    let isMore =
      !patch.changes.isEmpty || patch.continuations != nil || !patch.addContinuations.isEmpty
      || !patch.removeContinuations.isEmpty
    if patch.state == .running {
      guard let worker = patch.execution?.workerID else { return [.unprocessable] }
      guard machines[worker]?.user == asker.user else { return [.forbidden] }
      if isMore { return [.unprocessable] }
      guard bar(worker) == nil else { return [kindOfBar(worker)] }
      guard task.isClaimable, !isFull(task), let request = task.fields.resources else { return [.unprocessable] }
      return room(of: worker, nil)?.lacks(request) == nil && timeLeft(of: worker, for: task) == .enough
        ? [] : [.unprocessable]
    }
    if let kind = refusal(of: patch.execution?.token ?? .none, task, nil, asker.user) { return [kind] }
    guard let execution = patch.execution else { return [.unauthenticated] }
    if isMore { return task.live == nil ? [.conflict] : [.unprocessable] }
    guard let report = AttemptReport(patch) else {
      guard let hold = task.live else { return [.conflict] }
      let sets = execution.exitStatus != nil || execution.timeTerminated != nil || execution.workerID != nil
      let restarts = execution.update.timeStarted.map { (hold.started ?? $0) != $0 } ?? false
      return sets || restarts ? [.unprocessable] : []
    }
    return refusal(of: report, by: nil, user: asker.user).map { [$0] } ?? []
  }

  /// A step that the table doesn't hold is refused by saying who may not go from what to what.
  private mutating func checkWords(of patch: TaskPatch, by asker: Principal, _ rejection: Rejection) {
    guard let wanted = patch.state, let task = tasks[patch.task], rejection.kind == .unprocessable,
      rejection.issues.contains(where: { $0.field == "state" })
    else { return }
    let who: Asker = asker.role == .worker ? .worker : .provider
    guard !task.state.allows(wanted, by: who) else { return }
    for word in [who.rawValue, task.state.name, wanted.name] {
      require(rejection.message.contains(word), .refusals, "\"\(rejection.message)\" doesn't say \(word)")
    }
  }

  /// A worker's PATCH that was done.
  mutating func judge(_ patch: TaskPatch, by asker: Principal, _ outcome: QueueState.Outcome, at now: Int64) {
    let command = Command.update([patch], by: asker)
    if let kind = refusals(of: patch, by: asker).first {
      fail(
        [.unprocessable, .notFound].contains(kind) ? .history : .tokens,
        "a worker's PATCH of \(patch.task) had to be refused with \(kind.rawValue)")
    }
    for event in outcome.events { observe(event, of: command, at: now) }
    if let report = AttemptReport(patch), let said = tasks[patch.task]?.holds.last?.said {
      require(said.state == report.state, .answers, "a report of \(patch.task) was believed, and nothing came of it")
    }
  }
}
