import BanyanCore

/// What a command has to bring about, and what it has to be answered.
extension Witness {
  /// Notes, before its events are seen, what a command has to do.
  mutating func demand(_ command: Command, _ kept: KeepFinished, at now: Int64) {
    keepFinished = kept
    switch command {
    case .expireLeases(let worker):
      if machines[worker] != nil { outOfContact.insert(worker) }
      let here = (heldTasks[worker] ?? []).filter { id in tasks[id].map { folderLeft(with: $0) == nil } ?? false }
      doom(here) { $0.fields.onLostContact == .stop }
      tellTheDoomed()
    case .expireFolder(let worker, let folder):
      silentFolders.insert(LeftPlace(worker: worker, folder: folder))
      let there = machines[worker]?.left.first { $0.folder == folder }?.tasks ?? []
      doom(there) { $0.fields.onLostContact == .stop }
    case .retry(let retry):
      originals =
        retry.key.map { keys[IdempotencyKey(user: retry.by.user, key: $0.key)] == nil } ?? true
        ? copied(retry) : []
    case .abandon(let id, _):
      if !(tasks[id]?.live != nil) {
        fail(.permissions, "the task \(id) was given up, and nobody holds it")
      }
      if let task = tasks[id], let worker = task.live?.worker, !isOutOfContact(task) {
        fail(.permissions, "the task \(id) was given up, and \(worker), which runs it, is in contact")
      }
      doom([id]) { _ in true }
      tellTheDoomed()
    case .hello(let hello):
      if !(hello.by.role == .worker && !isBarred(hello.by.user, hello.name)) {
        fail(.workers, "\(hello.name) may not come in")
      }
      let known = machines.values.first { $0.user == hello.by.user && $0.name == hello.name }
      if let known, let folder = hello.folder { silentFolders.remove(LeftPlace(worker: known.id, folder: folder)) }
      isBack = known?.instance == hello.instance
      guard let known, !isBack else { return }
      let kept = named(hello, by: known.id).union(leftBehind(known, hello).flatMap(\.tasks))
      doom(heldTasks[known.id] ?? []) { !kept.contains($0.id) }
    case .tick:
      for (worker, record) in machines where (record.unregistering?.deadline ?? .max) <= now {
        doom(heldTasks[worker] ?? []) { _ in true }
      }
    case .forget(let ids, let rule, _):
      leaving = ids.filter { id in tasks[id].map { rule != .ended || $0.state.isEnded } ?? false }
    default: break
    }
  }

  private mutating func doom(_ ids: some Sequence<TaskID>, _ isDoomed: (Task) -> Bool) {
    for id in ids {
      if let task = tasks[id], let hold = task.live, isDoomed(task) { doomed.append((id, hold.claim)) }
    }
  }

  /// What is given up may run yet, and somebody else may run it soon: its worker has to be told.
  private mutating func tellTheDoomed() {
    for (id, claim) in doomed {
      guard let task = tasks[id], let hold = task.live, folderLeft(with: task) == nil else { continue }
      orders.append(
        Cancellation(
          task: id, worker: hold.worker, claimNumber: claim, epoch: hold.epoch,
          grace: min(task.fields.maxShutdownTime, 5_000)))
    }
  }

  mutating func checkAnswer(_ command: Command, _ outcome: QueueState.Outcome, at now: Int64) {
    for (id, claim) in doomed where tasks[id]?.live?.claim == claim {
      fail(.leases, "the attempt of \(id) had to end, and goes on")
    }
    for id in leaving where tasks[id] != nil { fail(.forgetting, "the task \(id) had to be forgotten") }
    switch (command, outcome.answer) {
    case (.submit(let submission), .submitted(let ids)): checkSubmission(submission, ids)
    case (.retry(let retry), .retried(let pairs)): checkRetry(retry, pairs)
    case (.update, .updated(let updated)):
      for task in updated {
        require(task.record.state == tasks[task.record.id]?.state, .answers, "an update is answered by another state")
      }
    case (.cancel(let ids, let grace, _), .cancelled(let states)): checkCancellation(ids, grace, states, at: now)
    case (.forget, .forgotten(let count)):
      if !(count == Set(leaving).count) {
        fail(.answers, "\(count) are said to be forgotten, \(Set(leaving).count) were")
      }
    case (.hello(let hello), .welcomed(let welcome)): checkWelcome(hello, welcome)
    case (.claim, .claimed(let claimed)):
      let given = outcome.events.compactMap {
        if case .taskClaimed(let id, let attempt) = $0 { (id, attempt) } else { nil }
      }
      require(
        claimed.map(\.id) == given.map(\.0) && claimed.map(\.attempt) == given.map(\.1)
          && claimed.allSatisfy { tasks[$0.id]?.fields == $0.record.fields },
        .answers, "the worker was told of \(claimed.map(\.id)) and got \(given.map(\.0))")
    case (.unregisterWorker(let worker, requeue: true, _), .worker(let record)):
      // Ordered anew, or long since: those that run are stopped, and given back when they say so.
      if record.updated == now, outcome.events.count > 0 {
        for id in (heldTasks[worker] ?? []) {
          guard let task = tasks[id], task.state == .running, let hold = task.live, folderLeft(with: task) == nil
          else { continue }
          orders.append(
            Cancellation(
              task: id, worker: worker, claimNumber: hold.claim, epoch: hold.epoch, grace: task.fields.maxShutdownTime))
        }
      }
    case (.tick, _): checkTick(at: now)
    case (.registerWorker, .worker), (.changeWorker, .worker), (.unregisterWorker, .worker), (.report, .judged),
      (.started, .judged), (.addUser, .user), (.revokeUser, .user), (.abandon, .done), (.expireLeases, .done),
      (.expireFolder, .done),
      (.start, .done):
      break
    default: fail(.answers, "the answer is of another kind: \(outcome.answer)")
    }
    let told = outcome.cancellations
    if !(told.count == orders.count && Set(told) == Set(orders)) {
      fail(.cancellation, "workers are told to end \(told), they have to be told to end \(orders)")
    }
  }

  private mutating func checkSubmission(_ submission: Submission, _ ids: [TaskID]) {
    if made.isEmpty, let key = submission.key, let known = keys[IdempotencyKey(user: submission.by.user, key: key.key)]
    {
      require(known.body == key.body, .keys, "the key \(key.key) was answered for another request")
      return require(
        ids == known.tasks, .keys,
        "a repeat of \(key.key) is answered by \(ids), not by \(known.tasks)")
    }
    if !(ids == made && ids.count == submission.tasks.count) {
      fail(.answers, "a submission is answered by \(ids), made were \(made)")
    }
    if let key = submission.key, keys[IdempotencyKey(user: submission.by.user, key: key.key)] == nil {
      fail(.keys, "the key \(key.key) is not kept")
    }
    guard ids.count == submission.tasks.count else { return }
    for (id, draft) in zip(ids, submission.tasks) {
      guard let task = tasks[id] else { continue }
      let parents = task.parents.compactMap { tasks[$0] }
      if draft.wantsAvailable, parents.allSatisfy(\.hasSucceeded) {
        require(task.state != .inactive, .release, "the task \(id) was to be available, and is inactive")
      }
      if !draft.wantsAvailable, parents.isEmpty {
        require(task.state == .inactive, .release, "the task \(id) was to be inactive, and is \(task.state.name)")
      }
      for reference in draft.after {
        guard let parent = resolve(reference, submission, ids) else {
          fail(.rights, "the task \(id) was made after \(reference), which is nothing of \(submission.by.name)'s")
          continue
        }
        require(
          task.parents.contains(parent.id) || parent.hasSucceeded, .edges,
          "the task \(id) doesn't wait for \(parent.id)")
      }
      for reference in draft.continuations {
        guard let child = resolve(reference, submission, ids) else {
          fail(.rights, "the task \(id) goes before \(reference), which is nothing of \(submission.by.name)'s")
          continue
        }
        require(task.children.contains(child.id), .edges, "the task \(id) doesn't continue into \(child.id)")
      }
    }
  }

  /// What a reference in a submission means: a task of the same request, else one of the asker's own (one that has not
  /// ended first, then the newest), and never another's.
  private func resolve(_ reference: TaskReference, _ submission: Submission, _ made: [TaskID]) -> Task? {
    switch reference {
    case .id(let id): return tasks[id]
    case .name(let name):
      if let place = submission.tasks.firstIndex(where: { $0.fields.name == name }) { return tasks[made[place]] }
      return find(name, by: submission.by.name, except: Set(made))
    }
  }

  func find(_ name: String, by asker: String, except: Set<TaskID> = []) -> Task? {
    // Names are unique among an owner's tasks that have not ended; a task of this very command may end in it.
    let named = order.compactMap { tasks[$0] }
      .filter { $0.fields.name == name && $0.owner == asker && !except.contains($0.id) }
    func key(_ task: Task) -> (Int, TaskID) {
      (task.state.isEnded && !touched.contains(task.id) ? 0 : 1, task.id)
    }
    return named.max { key($0) < key($1) }
  }

  private mutating func checkCancellation(
    _ ids: [TaskID], _ grace: Int64?, _ states: [(task: TaskID, state: TaskState?)], at now: Int64
  ) {
    require(states.map(\.task) == ids, .answers, "a cancellation is answered for other tasks")
    for (id, state) in states {
      require(state == tasks[id]?.state, .answers, "the task \(id) is said to be \(state?.name ?? "nowhere")")
      guard let task = tasks[id] else { continue }
      require(
        task.state.isEnded || task.state == .pendingCancellation, .cancellation,
        "task \(id) is \(task.state.name) after its cancellation")
      if task.state == .pendingCancellation {
        let longest = min(task.fields.maxShutdownTime, max(0, grace ?? .max))
        require(
          task.killDue <= now + longest, .cancellation,
          "task \(id) has until \(task.killDue), \(longest) ms from \(now) are the most")
      }
    }
  }

  private mutating func checkWelcome(_ hello: Hello, _ welcome: Welcome) {
    let worker = welcome.worker.id
    outOfContact.remove(worker)
    // A worker that was to be unregistered and has lost what it held is told so by its record, the last that is seen of it.
    let isLeaving = barred[worker] != nil && welcome.worker.unregistering != nil
    require(
      machines[worker] == welcome.worker || isLeaving, .answers, "\(hello.name) is welcomed as somebody else")
    if machines[worker] != nil, present[worker] == nil { present[worker] = [] }
    let left = machines[worker]?.left.flatMap(\.tasks) ?? []
    let held = (heldTasks[worker] ?? []).subtracting(left)
    var attached: Set<TaskID> = []
    for (id, token) in hello.running {
      if let task = tasks[id], task.live != nil, refusal(of: token, task, worker, nil) == nil { attached.insert(id) }
    }
    require(
      Set(welcome.attached) == attached, .tokens, "\(hello.name) goes on with \(welcome.attached), not with \(attached)"
    )
    require(
      Set(welcome.held.map(\.id)) == held.subtracting(attached)
        && welcome.held.count == held.subtracting(attached).count,
      .answers, "\(hello.name) is told that it holds \(welcome.held.map(\.id)) beside \(attached), and holds \(held)")
    require(
      welcome.attached.count + welcome.refused.count == hello.running.count, .answers,
      "\(hello.name) named \(hello.running.count) attempts, \(welcome.attached.count) go on, \(welcome.refused.count) are refused"
    )
    let ending = held.filter { tasks[$0]?.state == .pendingCancellation }
    require(
      Set(welcome.cancelling.map(\.task)) == ending, .cancellation,
      "\(hello.name) is told to end \(welcome.cancelling.map(\.task)), it has to end \(ending)")
  }

  private mutating func checkTick(at now: Int64) {
    for id in order {
      guard let task = tasks[id], task.state == .available, task.delayedUntil != 0 else { continue }
      require(
        task.delayedUntil > now, .time, "the task \(id) is due since \(task.delayedUntil), and waits on at \(now)")
    }
    for record in machines.values {
      require(
        (record.unregistering?.deadline ?? .max) > now, .time,
        "\(record.name) had to be gone at \(record.unregistering?.deadline ?? 0)")
      require((record.pause?.until ?? .max) > now, .time, "\(record.name) is paused past \(record.pause?.until ?? 0)")
    }
  }
}
