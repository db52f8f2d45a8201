import BanyanCore

/// Claims and reports.
extension JobWitness {
  /// What a claim has to be given: by priority, then by turn, what nothing but a worker is missing of. What shall rather
  /// go to another worker may be passed over.
  private func due(for claim: Claim, _ given: [TaskID], avoided: Set<TaskID>) -> [TaskID] {
    var live: [JobPlace: UInt32] = [:]
    func room(_ task: Task) -> JobPlace? {
      guard let family = family(of: task), family.isArray, family.maxRunning != nil else { return nil }
      return JobPlace(job: task.place.job, member: family.members.lowerBound)
    }
    for task in tasks.values where task.isLive { if let room = room(task) { live[room, default: 0] += 1 } }
    let waiting = tasks.values.filter { task in
      task.isClaimable && (claim.queues.isEmpty || claim.queues.contains(task.fields.queue))
    }
    let row = waiting.map { (task: $0, turn: turns[$0.id] ?? .max) }.sorted {
      ($1.task.fields.priority, $0.turn) < ($0.task.fields.priority, $1.turn)
    }
    var due: [TaskID] = []
    for (task, _) in row where due.count < claim.max {
      let isNext = due.count < given.count && given[due.count] == task.id
      if avoided.contains(task.id), !isNext { continue }
      if let room = room(task), let most = family(of: task)?.maxRunning {
        guard live[room, default: 0] < most else { continue }
        live[room, default: 0] += 1
      }
      due.append(task.id)
    }
    return due
  }

  /// A claim was answered.
  /// - Parameter avoided: what shall rather go to another worker.
  mutating func claimed(_ given: [ClaimedTask], _ claim: Claim, avoided: Set<TaskID>) {
    let due = due(for: claim, given.map(\.id), avoided: avoided)
    for task in given {
      guard let known = tasks[task.id] else {
        require(false, .jobs, "\(task.id) was given out, which there is none of")
        continue
      }
      require(
        known.state == .available, known.state == .succeeded ? .retries : .cancellation,
        "\(task.id), member \(known.place.member) of job \(known.place.job), begins, and is \(known.state)")
    }
    require(given.map(\.id) == due, .order, "\(given.map(\.id)) were given out; next are \(due)")
    for task in given {
      change(task.id) {
        $0.state = .running
        $0.attempts += 1
        $0.worker = claim.worker
      }
      guard let known = tasks[task.id] else { continue }
      if jobs[known.place.job]?.started == nil { jobs[known.place.job]?.started = now }
      var fields = task.record.fields
      fields.array = nil
      require(fields == Self.whole(known), .jobs, "the worker is given \(fields), and it is \(Self.whole(known))")
    }
  }

  /// A report was believed.
  mutating func believed(_ report: AttemptReport) {
    guard let task = tasks[report.task], task.isLive else { return }
    let isLoss = report.exitStatus.map { ExitStatus.isLoss($0) } ?? false
    if isLoss, report.state == .available { return lost(report.task) }
    let isStopping = task.state == .pendingCancellation
    switch report.state {
    case .available where !isStopping:
      change(report.task) {
        $0.attempts -= 1
        $0.state = .available
      }
    case .available, .cancelled: end(report.task, .cancelled, .words)
    case _ where report.exitStatus == ExitStatus.success:
      if isStopping {
        // Its member was cancelled: the task itself has run to its end.
        let before = cancelled
        end(report.task, .cancelled, .words)
        cancelled = before
      } else {
        succeed(report.task)
      }
    case _ where !isStopping && task.attempts < task.fields.maxAttemptCount:
      change(report.task) { $0.state = .available }
    default:
      end(report.task, .failed, .words)
      stopFamily(of: report.task)
    }
    change(report.task) { $0.worker = nil }
  }

  mutating func lost(_ id: TaskID) {
    guard let task = tasks[id], task.isLive else { return }
    change(id) { $0.worker = nil }
    if task.state == .pendingCancellation { return end(id, .cancelled, .words) }
    if task.losses >= task.fields.maxLossCount {
      change(id) { $0.losses += 1 }
      end(id, .failed, .words)
      return stopFamily(of: id)
    }
    change(id) {
      $0.attempts -= 1
      $0.losses += 1
      $0.state = .available
    }
  }

  /// Time has passed.
  mutating func tick() {
    for (id, task) in tasks where task.state == .available && task.due != 0 && task.due <= now {
      change(id) { $0.due = 0 }
    }
  }
}
