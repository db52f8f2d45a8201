import BanyanCore

/// Events, each with the command that has to justify it.
extension Witness {
  mutating func observe(_ event: Event, of command: Command, at now: Int64) {
    switch event {
    case .jobCreated(let job): open(job, command, at: now)
    case .taskCreated(let id, let spec, let isHeld, let place):
      stand(id, at: place, command)
      create(id, spec, isHeld, command)
    case .jobMade, .membersMadeAvailable, .membersCancelled, .membersHeld, .membersEdited, .jobLabelled, .jobLimited,
      .tasksRemade, .jobForgotten, .tieMade, .tiePassed, .tieCut:
      // Jobs of families have a simulation of their own.
      fail(.jobs, "an event of a family that nobody made")
    case .taskEdited(let id, let spec): edit(id, spec, command)
    case .taskHeld(let id, let isHeld): hold(id, isHeld, command)
    case .continuationsAdded(let parent, let children): link(parent, children, command)
    case .continuationsRemoved(let parent, let children): unlink(parent, children, command)
    case .taskMadeAvailable(let id, let until): makeAvailable(id, until, command, at: now)
    case .taskDue(let id): due(id, command, at: now)
    case .groupPassed(let id): pass(id, at: now)
    case .taskCancelled(let id, let cause): cancel(id, cause, command, at: now)
    case .tasksForgotten(let ids): forget(ids, command, at: now)
    case .taskClaimed(let id, let attempt): claim(id, attempt, command, at: now)
    case .attemptStarted(let id, let time, _): start(id, time, command)
    case .attemptUpdated(let id, let update): note(id, update, command)
    case .cancellationRequested(let id, let due, let grace, _): requestCancellation(id, due, grace, command, at: now)
    case .attemptEnded(let id, let end): self.end(id, end, command, at: now)
    case .workerChanged(let record): keep(record, command, at: now)
    case .workerRemoved(let id, let user, let name): remove(id, user, name)
    case .workerNameAllowed(let user, let name):
      guard case .registerWorker = command else {
        return fail(.workers, "the name \(name) is allowed by no registration")
      }
      barred = barred.filter { $0.value != (user, name) }
    case .userChanged(let user):
      guard case .addUser = command else { return fail(.history, "a user was made by no order") }
      users[user.id] = user
    case .userRevoked(let user):
      guard case .revokeUser(user, _) = command else { return fail(.history, "a user was revoked by no order") }
      let wasAdmin = users.removeValue(forKey: user)?.isAdmin ?? false
      require(!wasAdmin || users.values.contains(where: \.isAdmin), .rights, "the last admin was revoked")
    case .keyRemembered(let key, let answer):
      let (given, by): (String?, UserID?) =
        switch command {
        case .submit(let submission): (submission.key?.key, submission.by.user)
        case .retry(let retry): (retry.key?.key, retry.by.user)
        case .keep(let key, _): (key.key, key.user)
        default: (nil, nil)
        }
      guard given == key.key, by == key.user else { return fail(.keys, "a key is kept that nobody gave") }
      require(keys[key] == nil && answer.tasks == made, .keys, "the key \(key.key) made \(answer.tasks)")
      keys[key] = answer
    case .keysExpired(let expired):
      for key in expired {
        let age = now - (keys.removeValue(forKey: key)?.time ?? now)
        require(age >= QueueState.keyRetention, .time, "the key \(key.key) is given up after \(age) ms")
      }
    case .serverStarted(let epoch):
      if !(epoch == self.epoch + 1) {
        fail(.claimNumbers, "epoch \(epoch) follows epoch \(self.epoch)")
      }
      self.epoch = epoch
    }
  }

  // MARK: Tasks

  private mutating func create(_ id: TaskID, _ spec: TaskSpec, _ isHeld: Bool, _ command: Command) {
    if case .retry(let retry) = command { return copy(id, spec, isHeld, retry) }
    guard case .submit(let submission) = command else { return fail(.history, "task \(id) was made by no submission") }
    require(tasks[id] == nil && !forgotten.contains(id), .history, "the task \(id) is made a second time")
    var draft = made.count < submission.tasks.count ? submission.tasks[made.count] : nil
    if let name = draft?.fields.array?.name {
      let first = submission.tasks.firstIndex { $0.fields.array?.name == name } ?? made.count
      draft?.fields.array?.batch = first < made.count ? made[first] : id
    }
    require(
      draft?.fields == spec.fields && draft?.isHeld == isHeld && spec.owner == submission.by.name, .fields,
      "task \(id) is not as it was ordered: \(spec.fields)")
    if let key = submission.key {
      require(
        keys[IdempotencyKey(user: submission.by.user, key: key.key)] == nil, .keys,
        "a repeat of the key \(key.key) made the task \(id)")
    }
    enter(id, spec, isHeld)
  }

  private mutating func enter(_ id: TaskID, _ spec: TaskSpec, _ isHeld: Bool) {
    tasks[id] = Task(id: id, owner: spec.owner, fields: spec.fields, isHeld: isHeld)
    order.append(id)
    made.append(id)
    touched.append(id)
  }

  /// A copy of a task that is retried: as it was, its owner too, but of a new array.
  private mutating func copy(_ id: TaskID, _ spec: TaskSpec, _ isHeld: Bool, _ retry: Retry) {
    require(tasks[id] == nil && !forgotten.contains(id), .history, "the task \(id) is made a second time")
    guard let originals, made.count < originals.count, let original = tasks[originals[made.count]] else {
      return fail(.retries, "the retry makes the task \(id), which it had not to")
    }
    var fields = original.fields
    if let batch = fields.array?.batch {
      let first = originals.firstIndex { tasks[$0]?.fields.array?.batch == batch } ?? made.count
      fields.array?.batch = first < made.count ? made[first] : id
    }
    require(
      spec.fields == fields && spec.owner == original.owner && isHeld == original.isHeld, .retries,
      "the copy \(id) of \(original.id) differs from it: \(spec.fields)")
    enter(id, spec, isHeld)
  }

  private mutating func edit(_ id: TaskID, _ spec: TaskSpec, _ command: Command) {
    let patches = self.patches(command, of: id)
    require(!patches.isEmpty, .fields, "task \(id) was edited by nobody")
    change(id) { task, broken in
      let isEditable = task.state == .inactive || (task.state == .available && task.isHeld)
      var labelled = task.fields
      labelled.labels = spec.fields.labels
      if !isEditable, spec.fields != labelled {
        broken.append(Failure(.fields, "task \(id) was edited while \(task.state.name)"))
      }
      var fields = task.fields
      var wanted: [TaskFields] = []
      for patch in patches {
        patch.changes.forEach { fields.set($0) }
        wanted.append(fields)
      }
      if !wanted.contains(spec.fields) || spec.owner != task.owner {
        broken.append(Failure(.fields, "task \(id) was edited otherwise than asked: \(spec.fields)"))
      }
      task.fields = spec.fields
      // Another folder may be where the last one wasn't; labels alone change nothing of that.
      if task.turn == 0 {
        task.passedOver = []
        task.lacking = [:]
        task.perhapsLacking = []
      }
    }
  }

  private mutating func hold(_ id: TaskID, _ isHeld: Bool, _ command: Command) {
    require(
      patches(command, of: id).contains { $0.changes.contains(.held(isHeld)) }, .holds,
      "nobody asked for a hold of the task \(id)")
    change(id) { task, _ in
      task.isHeld = isHeld
      task.turn = 0
    }
    lineUp(id)
  }

  func patches(_ command: Command, of id: TaskID) -> [TaskPatch] {
    guard case .update(let patches, let by) = command, by.role == .provider else { return [] }
    return patches.filter { $0.task == id }
  }

  private mutating func makeAvailable(_ id: TaskID, _ until: Int64, _ command: Command, at now: Int64) {
    var parents: [TaskID] = []
    let isAsked =
      switch command {
      case .submit, .retry: made.contains(id)
      case .update: !patches(command, of: id).isEmpty
      default: false
      }
    change(id) { task, broken in
      parents = task.parents
      let isEdit = task.state == .available && task.isHeld && isAsked
      if task.state != .inactive, !isEdit {
        broken.append(Failure(.endsOnce, "task \(id) is \(task.state.name) and was made available"))
      }
      if task.fields.work == nil { broken.append(Failure(.history, "the group \(id) waits for a worker")) }
      let due = task.fields.notBefore ?? 0
      if until != (due > now ? due : 0) {
        broken.append(Failure(.time, "task \(id) waits until \(until), it was to wait until \(due), and now is \(now)"))
      }
      task.state = .available
      task.waitingSince = now
      task.delayedUntil = until
      task.turn = 0
    }
    require(
      parents.allSatisfy { tasks[$0]?.hasSucceeded == true }, .release,
      "task \(id) was made available before all its parents succeeded")
    require(
      isAsked || parents.contains { succeeded.contains($0) }, .release,
      "task \(id) was made available, and neither was it asked for nor did a parent succeed")
    lineUp(id)
  }

  mutating func lineUp(_ id: TaskID) {
    guard var task = tasks[id] else { return }
    line(up: &task)
    tasks[id] = task
  }

  private mutating func due(_ id: TaskID, _ command: Command, at now: Int64) {
    if case .tick = command {} else { fail(.time, "the task \(id) became due by another command than a tick") }
    change(id) { task, broken in
      let isDelayOver = task.delayedUntil != 0 && task.delayedUntil <= now
      let isAskedAgain = task.lacking.contains { $0.value <= now }
      task.lacking = task.lacking.filter { $0.value > now }
      if !isDelayOver, task.state == .available,
        isAskedAgain || !task.passedOver.isEmpty || !task.perhapsLacking.isEmpty
      {
        // Whoever was passed over may have it now.
        if !isAskedAgain { task.passedOver = [] }
        return
      }
      if task.state != .available || !isDelayOver {
        broken.append(Failure(.time, "task \(id) is due at \(now), it was to wait until \(task.delayedUntil)"))
      }
      // Others go first for a minute behind the delay: where that is over too, both end by this.
      if isDelayOver, task.delayedUntil + 60_000 <= now { task.passedOver = [] }
      task.delayedUntil = 0
    }
    lineUp(id)
  }

  private mutating func pass(_ id: TaskID, at now: Int64) {
    var parents: [TaskID] = []
    change(id) { task, broken in
      parents = task.parents
      if task.fields.work != nil { broken.append(Failure(.history, "task \(id) passed, and is no group")) }
      if task.state != .inactive {
        broken.append(Failure(.endsOnce, "the group \(id) is \(task.state.name) and passed"))
      }
      task.state = .terminated
      task.hasSucceeded = true
      task.endedAt = now
    }
    require(
      parents.allSatisfy { tasks[$0]?.hasSucceeded == true }, .release,
      "the group \(id) passed before all its parents succeeded")
    succeed(id)
  }

  /// A task succeeded, and its children wait for one less.
  mutating func succeed(_ id: TaskID) {
    succeeded.insert(id)
    touched += tasks[id]?.children ?? []
  }

  private mutating func cancel(_ id: TaskID, _ cause: Cause, _ command: Command, at now: Int64) {
    let isAsked =
      switch command {
      case .cancel(let ids, _, _): ids.contains(id)
      case .update: patches(command, of: id).contains { $0.state == .cancelled }
      default: false
      }
    let failed = tasks[id]?.parents.contains { tasks[$0]?.hasFailed == true } ?? false
    require(
      isAsked || failed || isStopped(id), .cascade,
      "task \(id) was cancelled, and neither was it asked for nor did a parent fail")
    require(!cause.description.isEmpty, .cascade, "task \(id) was cancelled without a cause")
    change(id) { task, broken in
      if task.state.isEnded { broken.append(Failure(.endsOnce, "task \(id) ended twice")) }
      if task.state.isLive { broken.append(Failure(.oneLiveAttempt, "task \(id) was cancelled under a live attempt")) }
      task.state = .cancelled
      task.endedAt = now
      if case .parent(let parent, _) = cause { task.failedParent = parent }
      task.turn = 0
    }
  }

  private mutating func forget(_ ids: [TaskID], _ command: Command, at now: Int64) {
    let gone = Set(ids)
    switch command {
    case .forget(let asked, _, _):
      require(gone.isSubset(of: asked), .forgetting, "more is forgotten than was asked for")
    case .tick: checkForgetting(ids, at: now)
    default: fail(.forgetting, "\(ids) were forgotten by nobody")
    }
    for id in ids {
      leavePlace(id)
      guard let task = tasks[id] else {
        fail(.forgetting, "the task \(id) is forgotten and isn't there")
        continue
      }
      let isIdle = task.state == .inactive && task.parents.allSatisfy { tasks[$0]?.hasSucceeded == true }
      let isAllowed =
        switch command {
        case .forget(_, .ended, _): task.state.isEnded
        case .forget(_, .endedOrIdle, _): task.state.isEnded || isIdle
        case .forget(_, .everything, _): true
        default: task.state.isEnded
        }
      require(isAllowed, .forgetting, "task \(id) is \(task.state.name) and was forgotten")
      if let hold = task.live {
        if folderLeft(with: task) == nil {
          orders.append(
            Cancellation(
              task: id, worker: hold.worker, claimNumber: hold.claim, epoch: hold.epoch,
              grace: task.fields.maxShutdownTime))
        }
        drop(id, of: hold.worker)
      }
    }
    for id in ids {
      guard let task = tasks[id] else { continue }
      for parent in task.parents where !gone.contains(parent) {
        change(parent) { task, _ in task.children.removeAll { gone.contains($0) } }
      }
      for child in task.children where !gone.contains(child) {
        change(child) { task, _ in task.parents.removeAll { gone.contains($0) } }
      }
    }
    for id in ids { tasks[id] = nil }
    touched += ids
    forgotten.formUnion(gone)
    order.removeAll { gone.contains($0) }
  }

  /// What is forgotten by itself ended long ago, or there is too much of it, and nothing that goes on needs it.
  private mutating func checkForgetting(_ ids: [TaskID], at now: Int64) {
    var count = order.count { tasks[$0]?.state.isEnded == true }
    for id in ids {
      guard let task = tasks[id] else { continue }
      let isOld = keepFinished.age.map { task.endedAt + $0 <= now } ?? false
      let isTooMuch = keepFinished.count.map { count > $0 } ?? false
      require(
        isOld || isTooMuch, .forgetting, "task \(id) ended at \(task.endedAt) and is forgotten by itself at \(now)")
      for child in task.children where tasks[child]?.state.isEnded == false {
        fail(.forgetting, "task \(id) is forgotten by itself, and \(child) goes on")
      }
      count -= 1
    }
  }

  // MARK: Edges

  private mutating func link(_ parent: TaskID, _ children: [TaskID], _ command: Command) {
    let isSubmitted =
      switch command {
      case .submit, .retry: true
      default: false
      }
    if !isSubmitted, patches(command, of: parent).isEmpty {
      fail(.edges, "nobody asked for continuations of \(parent)")
    }
    checkRights(parent, children, command)
    for child in children {
      require(!reaches(child, parent), .edges, "\(child) was made a continuation of \(parent), which closes a cycle")
      require(tasks[parent]?.children.contains(child) == false, .edges, "\(parent) continues into \(child) twice")
      if isSubmitted {
        require(made.contains(child) || made.contains(parent), .edges, "a submission joined two older tasks")
      }
      change(parent) { task, broken in
        if task.state != .inactive, !isSubmitted || task.state.isEnded || task.state == .pendingCancellation {
          broken.append(Failure(.edges, "the parent \(parent) is \(task.state.name)"))
        }
        task.children.append(child)
      }
      change(child) { task, broken in
        if task.state != .inactive { broken.append(Failure(.edges, "the child \(child) is \(task.state.name)")) }
        task.parents.append(parent)
      }
    }
  }

  private mutating func unlink(_ parent: TaskID, _ children: [TaskID], _ command: Command) {
    require(!patches(command, of: parent).isEmpty, .edges, "nobody asked to remove continuations of \(parent)")
    checkRights(parent, children, command)
    for child in children {
      change(parent) { task, broken in
        if task.state != .inactive { broken.append(Failure(.edges, "the parent \(parent) is \(task.state.name)")) }
        if !task.children.contains(child) {
          broken.append(Failure(.edges, "\(child) was no continuation of \(parent)"))
        }
        task.children.removeAll { $0 == child }
      }
      change(child) { task, broken in
        if task.state != .inactive { broken.append(Failure(.edges, "the child \(child) is \(task.state.name)")) }
        task.parents.removeAll { $0 == parent }
      }
    }
  }

  private func reaches(_ from: TaskID, _ target: TaskID) -> Bool {
    var open = [from]
    var seen: Set<TaskID> = [from]
    while let next = open.popLast() {
      if next == target { return true }
      for child in tasks[next]?.children ?? [] where seen.insert(child).inserted { open.append(child) }
    }
    return false
  }
}
