import BanyanCore

/// What becomes of attempts: who may say what of them, and what has to follow.
extension Witness {
  // MARK: Words about attempts

  /// What has to be answered to a report: nothing (accepted), or a refusal of this kind.
  func refusal(of report: AttemptReport, by worker: WorkerID?, user: UserID? = nil) -> Rejection.Kind? {
    guard let task = tasks[report.task] else { return .notFound }
    if let kind = refusal(of: report.token, task, worker, user) { return kind }
    guard let hold = task.live else {
      guard let said = task.holds.last?.said else { return .conflict }
      return said.contains(report) ? nil : .conflict
    }
    if task.state == .running, report.state == .cancelled, isRequeued(hold.worker) { return nil }
    let isStep =
      task.state == .running
      ? [.terminated, .available].contains(report.state)
      : [.terminated, .available, .cancelled].contains(report.state)
    guard isStep else { return .unprocessable }
    if let status = report.exitStatus, !(1...256).contains(status.count) { return .unprocessable }
    if report.state == .terminated, report.exitStatus == nil || report.timeTerminated == nil { return .unprocessable }
    return nil
  }

  func isRequeued(_ worker: WorkerID) -> Bool { machines[worker]?.unregistering?.requeue == true }

  /// The fencing token alone: 401, 403, 409.
  func refusal(of token: AttemptProof, _ task: Task, _ worker: WorkerID?, _ user: UserID?) -> Rejection.Kind? {
    switch token {
    case .none: return .unauthenticated
    case .forged: return .forbidden
    case .genuine(let claim, let epoch):
      guard let hold = task.holds.first(where: { $0.claim == claim && $0.epoch == epoch }) else { return .forbidden }
      guard let record = machines[hold.worker], hold.worker == worker || record.user == user,
        record.permissions.contains(.report)
      else { return .forbidden }
      return claim == task.claim ? nil : .conflict
    }
  }

  /// How an attempt has to end that is reported so.
  private func outcome(of report: AttemptReport, _ task: Task) -> (AttemptEnd.Outcome, String) {
    let worker = task.live?.worker ?? WorkerID(seconds: 0, rest: 0)
    let isCancelling = task.state == .pendingCancellation
    switch report.state {
    case .cancelled where !isCancelling && isRequeued(worker): return (.givenBack, ExitStatus.released)
    case .cancelled: return (.cancelled, report.exitStatus ?? ExitStatus.cancelled)
    case .available:
      let status = report.exitStatus ?? ExitStatus.released
      if status.hasPrefix("abandoned") { return (lossOutcome(task), status) }
      return (isCancelling ? .cancelled : .givenBack, status)
    default:
      let status = report.exitStatus ?? ""
      let isGood = status == "success"
      if isCancelling { return (isGood ? .succeededTooLate : .failed, status) }
      if isGood { return (.succeeded, status) }
      return (task.attempts < task.fields.maxAttemptCount ? .retried(until: 0) : .failed, status)
    }
  }

  private func lossOutcome(_ task: Task) -> AttemptEnd.Outcome {
    if task.state == .pendingCancellation { return .cancelled }
    return task.losses >= task.fields.maxLossCount ? .lostTooOften : .lost
  }

  /// Reports, each judged alone, in order: which were to be believed, and what had to follow from each.
  mutating func judge(_ reports: [AttemptReport], of worker: WorkerID, _ outcome: QueueState.Outcome, at now: Int64) {
    guard case .judged(let verdicts) = outcome.answer, verdicts.count == reports.count else {
      return fail(.answers, "reports are not answered by a verdict each")
    }
    var events = outcome.events[...]
    for (report, verdict) in zip(reports, verdicts) {
      let expected = refusal(of: report, by: worker)
      weigh(report, verdict.refusal, expected)
      observe(&events, of: .report(worker, [report]), endOf: expected == nil ? report.task : nil, at: now)
    }
    for event in events { observe(event, of: .report(worker, []), at: now) }
  }

  /// Takes what one report brought about: an end, and all up to the next end.
  private mutating func observe(
    _ events: inout ArraySlice<Event>, of command: Command, endOf task: TaskID?, at now: Int64
  ) {
    guard let task, case .attemptEnded(task, _)? = events.first else { return }
    repeat {
      observe(events.removeFirst(), of: command, at: now)
      if case .attemptEnded? = events.first { return }
    } while !events.isEmpty
  }

  mutating func weigh(_ report: AttemptReport, _ refusal: Rejection?, _ expected: Rejection.Kind?) {
    guard refusal?.kind != expected else {
      if let refusal { require(!refusal.message.isEmpty, .refusals, "a refusal without words") }
      return
    }
    let check: Check =
      switch (refusal?.kind, expected) {
      case (nil, .unprocessable): .history
      case (nil, _): .tokens
      case (_, nil): .permissions
      default: .refusals
      }
    fail(
      check,
      "a report of \(report.task) (\(report.state.name), \(report.token)) was \(Self.words(refusal?.kind)) and had to be \(Self.words(expected))"
    )
  }

  private static func words(_ kind: Rejection.Kind?) -> String {
    kind.map { "refused with \($0.rawValue)" } ?? "believed"
  }

  // MARK: Events

  mutating func start(_ id: TaskID, _ time: Int64, _ command: Command) {
    guard case .started(let worker, let starts) = command,
      let start = starts.first(where: { $0.task == id && $0.timeStarted == time }), let task = tasks[id]
    else { return fail(.tokens, "an attempt of \(id) started, and nobody said so") }
    require(
      refusal(of: start.token, task, worker, nil) == nil, .tokens, "a false word of the start of \(id) was believed")
    change(id) { task, broken in
      guard let hold = task.live else { return broken.append(Failure(.oneLiveAttempt, "the ended task \(id) started")) }
      if hold.started != nil { broken.append(Failure(.history, "the attempt of \(id) started twice")) }
      task.holds[task.holds.count - 1].started = time
    }
  }

  mutating func note(_ id: TaskID, _ update: AttemptUpdate, _ command: Command) {
    guard case .update(let patches, let by) = command,
      let patch = patches.first(where: { $0.task == id && $0.execution?.update == update }), let task = tasks[id]
    else { return fail(.tokens, "an attempt of \(id) was updated, and nobody said so") }
    require(
      refusal(of: patch.execution?.token ?? .none, task, nil, by.user) == nil && task.live != nil, .tokens,
      "a false word about \(id) was believed")
    if let time = update.timeStarted {
      change(id) { task, broken in
        if (task.live?.started ?? time) != time {
          broken.append(Failure(.history, "the attempt of \(id) started twice"))
        }
        task.holds[task.holds.count - 1].started = time
      }
    }
  }

  mutating func requestCancellation(_ id: TaskID, _ due: Int64, _ grace: Int64, _ command: Command, at now: Int64) {
    let (isAsked, wish): (Bool, Int64?) =
      switch command {
      case .cancel(let ids, let grace, _): (ids.contains(id), grace)
      case .update:
        (
          patches(command, of: id).contains { $0.state == .cancelled },
          patches(command, of: id).compactMap(\.grace).min()
        )
      case .unregisterWorker(let worker, requeue: false, _): (tasks[id]?.live?.worker == worker, nil)
      default: (false, nil)
      }
    require(isAsked || isStopped(id), .cancellation, "nobody asked for a cancellation of \(id)")
    var order: Cancellation?
    let isLeft = tasks[id].map { folderLeft(with: $0) != nil } ?? false
    change(id) { task, broken in
      guard let hold = task.live else {
        return broken.append(Failure(.oneLiveAttempt, "the cancellation of \(id) was asked for, which nobody holds"))
      }
      let longest = min(task.fields.maxShutdownTime, max(0, wish ?? .max))
      if due > now + longest || grace > longest {
        broken.append(Failure(.cancellation, "task \(id) has until \(due), \(longest) ms from \(now) are the most"))
      }
      if task.state == .pendingCancellation, due >= task.killDue {
        broken.append(Failure(.cancellation, "the grace of \(id) was lengthened from \(task.killDue) to \(due)"))
      }
      task.state = .pendingCancellation
      task.killDue = due
      order = Cancellation(
        task: id, worker: hold.worker, claimNumber: hold.claim, epoch: hold.epoch, grace: grace)
    }
    // Who works elsewhere would say that nothing of it runs.
    if let order, !isLeft { orders.append(order) }
  }

  mutating func end(_ id: TaskID, _ end: AttemptEnd, _ command: Command, at now: Int64) {
    guard let task = tasks[id], let hold = task.live else {
      return fail(.endsOnce, "an attempt of \(id) ended that was not live")
    }
    switch reason(task, hold, command, at: now) {
    case nil: fail(.leases, "the attempt of \(id) ended (\(end.exitStatus)), and nothing ended it")
    case (let outcome, let status)?:
      let fits: Bool =
        switch (outcome, end.outcome) {
        case (.retried, .retried(let until)): until == 0 ? task.fields.retryDelay == 0 : isDelay(until - now, task)
        default: outcome == end.outcome
        }
      require(fits, .counts, "the attempt of \(id) had to end as \(outcome), and ended as \(end.outcome)")
      require(end.exitStatus == status, .history, "the attempt of \(id) ended as \(end.exitStatus), not as \(status)")
    }
    watch(task, hold, end)
    follow(id, end, hold, at: now)
    drop(id, of: hold.worker)
    if case .succeeded = end.outcome { succeed(id) }
    lineUp(id)
  }

  /// A delay before another attempt doubles each time up to an hour, and chance takes up to half of it.
  private func isDelay(_ delay: Int64, _ task: Task) -> Bool {
    var whole = task.fields.retryDelay
    for _ in 1..<max(task.attempts, 1) { whole = min(whole * 2, max(3_600_000, task.fields.retryDelay)) }
    return (whole / 2...whole).contains(delay)
  }

  private mutating func follow(_ id: TaskID, _ end: AttemptEnd, _ hold: Hold, at now: Int64) {
    let isAlone = tasks[id].map { !hasOthers($0, than: hold.worker) } ?? true
    change(id) { task, broken in
      task.isPassingUnsure = isAlone
      if task.state == .pendingCancellation {
        switch end.outcome {
        case .succeeded, .retried, .givenBack, .lost:
          broken.append(Failure(.cancellation, "task \(id) was to be cancelled and goes on as \(end.outcome)"))
        default: break
        }
      }
      let last = task.holds.count - 1
      task.holds[last].status = end.exitStatus
      if let state = end.reported {
        task.holds[last].said = Said(
          state: state, status: end.exitStatus, time: end.timeTerminated, isGivenBack: end.outcome == .givenBack)
      }
      task.killDue = 0
      task.delayedUntil = 0
      task.turn = 0
      switch end.outcome {
      case .succeeded:
        task.state = .terminated
        task.hasSucceeded = true
      case .failed, .succeededTooLate: task.state = .terminated
      case .lostTooOften:
        task.state = .terminated
        task.losses += 1
      case .cancelled: task.state = .cancelled
      case .retried(let until):
        task.state = .available
        task.delayedUntil = until
        task.passedOver = [hold.worker]
      case .givenBack:
        task.state = .available
        if end.exitStatus.hasPrefix("released (no such folder") {
          let times = task.holds.count { $0.worker == hold.worker && $0.status?.hasPrefix("released (no such") == true }
          task.lacking[hold.worker] = now + min(3_600_000, 300_000 << Int64(min(times - 1, 8)))
          task.perhapsLacking.remove(hold.worker)
        } else if end.exitStatus.hasPrefix("released (") {
          task.passedOver = [hold.worker]
        }
        task.attempts -= 1
      case .lost:
        task.state = .available
        task.attempts -= 1
        task.losses += 1
      }
      if task.state.isEnded { task.endedAt = now }
      if task.state == .available { task.waitingSince = now }
    }
  }

  /// What the command at hand makes of a live attempt; nil: it doesn't touch it.
  private func reason(
    _ task: Task, _ hold: Hold, _ command: Command, at now: Int64
  ) -> (outcome: AttemptEnd.Outcome, status: String)? {
    switch command {
    case .report(let worker, let reports):
      guard let report = reports.first(where: { $0.task == task.id && refusal(of: $0, by: worker) == nil }) else {
        return nil
      }
      return outcome(of: report, task)
    case .update(let patches, let by) where by.role == .worker:
      guard let patch = patches.first(where: { $0.task == task.id }), let report = AttemptReport(patch),
        refusal(of: report, by: nil, user: by.user) == nil
      else { return nil }
      return outcome(of: report, task)
    case .expireFolder(hold.worker, let folder):
      return task.fields.onLostContact == .stop && folderLeft(with: task) == folder
        ? (lossOutcome(task), ExitStatus.unreachable) : nil
    case .expireLeases(hold.worker):
      if folderLeft(with: task) != nil { return nil }
      return task.fields.onLostContact == .stop ? (lossOutcome(task), ExitStatus.unreachable) : nil
    case .abandon(task.id, let by): return (lossOutcome(task), "abandoned (by \(by.name))")
    case .hello(let hello):
      guard let record = machines[hold.worker], record.user == hello.by.user, record.name == hello.name, !isBack else {
        return nil
      }
      let isNamed = hello.running.contains { named in
        named.task == task.id && refusal(of: named.token, task, hold.worker, nil) == nil
      }
      if isNamed || folderLeft(with: task) != nil { return nil }
      return hold.started == nil && task.state == .running
        ? (.givenBack, ExitStatus.released) : (lossOutcome(task), ExitStatus.restarted)
    case .tick:
      guard let order = machines[hold.worker]?.unregistering, order.deadline <= now else { return nil }
      return order.requeue && task.state == .running
        ? (.givenBack, ExitStatus.unregistered) : (lossOutcome(task), ExitStatus.unregistered)
    default: return nil
    }
  }
}

extension AttemptReport {
  /// What a worker's PATCH over REST says of an attempt's end; nil: nothing of it.
  init?(_ patch: TaskPatch) {
    guard let state = patch.state, state != .running, let execution = patch.execution else { return nil }
    self.init(
      task: patch.task, token: execution.token, state: state, exitStatus: execution.exitStatus,
      timeTerminated: execution.timeTerminated, usage: execution.update.usage)
  }
}
