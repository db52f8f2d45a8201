import BanyanCore

/// The state against what the history tells.
extension JobWitness {
  /// Before a command.
  mutating func begin(at now: Int64) {
    self.now = now
    touched = []
    touchedJobs = []
    movesUp = []
    orders = []
    broken = []
    cancelled = []
  }

  /// Behind a command that was done, with all that it concerned.
  /// - Parameters:
  ///   - nextTurn: the turn that the next task would have got before.
  ///   - isOrdered: what began to wait by it stands in the order of the members.
  ///   - isWhole: everything is looked at, not only what the command concerned.
  mutating func check(_ state: QueueState, nextTurn: UInt64, isOrdered: Bool, isWhole: Bool) {
    let view = state.view
    let (taskCount, jobCount) = (tasks.count, jobs.count)
    require(view.taskCount == taskCount, .jobs, "there are \(view.taskCount) tasks; it has to be \(taskCount)")
    require(view.jobCount == jobCount, .jobs, "there are \(view.jobCount) jobs; it has to be \(jobCount)")
    if isWhole {
      for id in view.allIDs() where tasks[id] == nil { require(false, .jobs, "\(id) is shown, which nobody wrote") }
    }
    var last: [JobPlace: UInt64] = [:]
    let ids = isWhole ? Array(tasks.keys) : Array(touched)
    let sorted = ids.compactMap { tasks[$0] }.sorted {
      ($0.place.job, $0.place.member) < ($1.place.job, $1.place.member)
    }
    for task in sorted {
      guard let record = state.record(task.id) else {
        require(false, .jobs, "the task \(task.id) is gone")
        continue
      }
      check(record, task)
      checkTurn(record, task, nextTurn, isOrdered: isOrdered, &last)
    }
    for number in isWhole ? Set(jobs.keys) : touchedJobs {
      guard let job = jobs[number] else {
        require(view.job(number) == nil, .forgetting, "the job \(number) is there, and has no task")
        continue
      }
      guard let record = view.job(number) else {
        require(false, .jobs, "the job \(number) is gone")
        continue
      }
      check(record, job)
    }
  }

  private mutating func check(_ record: TaskRecord, _ task: Task) {
    let name = "member \(task.place.member) of job \(task.place.job)"
    require(record.place == task.place, .jobs, "\(name) stands at \(Portrait.text(record.place))")
    require(
      Self.state(of: record) == task.state, .jobs,
      "\(name) is \(record.state) (\(Portrait.text(record.cause)), "
        + "\(Portrait.text(record.exitStatus))), and not \(task.state)")
    require(record.isHeld == task.isHeld, .jobs, "\(name) is \(record.isHeld ? "" : "not ")held")
    var fields = record.spec.fields
    fields.array = nil
    let whole = Self.whole(task)
    require(fields == whole, .jobs, "\(name) says \(fields), not \(whole)")
    require(
      record.spec.owner == task.owner, .jobs, "\(name) is \(record.spec.owner)'s, and should be \(task.owner)'s")
    require(
      record.parameters.map { Parameter(name: $0.name, text: CodePoints($0.value)) } == task.parameters, .jobs,
      "\(name) has the parameters \(record.parameters), not \(task.parameters)")
    require(
      record.attemptCount == task.attempts && record.lossCount == task.losses, .counts,
      "\(name) counts \(record.attemptCount) attempts and \(record.lossCount) losses, not \(task.attempts) and \(task.losses)"
    )
    require(record.workerID == task.worker, .jobs, "\(name) is held by \(Portrait.text(record.workerID))")
    if task.isWaiting {
      require(
        record.delayedUntil == task.due, .time, "\(name) is delayed until \(record.delayedUntil), not \(task.due)")
    }
    let row = standing[task.place] ?? []
    let index = row.firstIndex(of: task.id) ?? 0
    require(
      record.replaces == (index > 0 ? row[index - 1] : nil)
        && record.replacedBy == (index + 1 < row.count ? row[index + 1] : nil), .retries,
      "\(name) replaces \(Portrait.text(record.replaces)), is replaced by \(Portrait.text(record.replacedBy))")
    let origin = task.origin.flatMap { tasks[$0] == nil ? nil : $0 }
    require(
      record.takenOverFrom == origin, .resumes,
      "\(name) was taken over from \(Portrait.text(record.takenOverFrom)), not \(Portrait.text(origin))")
    if let family = family(of: task), family.isArray {
      require(
        record.spec.array?.maxRunning == family.maxRunning
          && record.spec.array?.stopAfterFailures == family.stopAfterFailures, .arrays,
        "\(name) has the limits \(Portrait.text(record.spec.array))")
    }
    checkEdges(record, task, name)
  }

  private mutating func checkEdges(_ record: TaskRecord, _ task: Task, _ name: String) {
    let shown = record.continuations.filter { !task.children.contains($0) }
    require(shown.isEmpty, .edges, "\(name) shows the continuations \(shown), which nobody wrote")
    if task.state != .cancelled {
      let waits = waitsForParents(task)
      require(
        (record.pendingDependencyCount > 0) == waits, .edges,
        "\(name) waits for \(record.pendingDependencyCount) tasks, and \(waits ? "some" : "none") are left")
    }
    let ended = task.state == .failed || task.state == .cancelled
    let mayHave = ended || task.state == .pendingCancellation
    require(
      (record.cause != nil) == mayHave, .cascade, "\(name) is \(task.state), because \(Portrait.text(record.cause))")
    guard ended, let cause = record.cause else { return }
    guard case .parent(let parent, let end) = cause else {
      if case .parent = task.reason { tasks[task.id]?.reason = .words }
      return
    }
    if case .parent(let known) = task.reason, known == parent { return }
    let isParent = task.parents.contains(parent)
    var fits = false
    if let upper = tasks[parent] {
      fits = upper.state == .failed && end == .failed || upper.state == .cancelled && end != .failed
    }
    require(isParent && fits && task.reason != .words, .cascade, "\(name) is cancelled, because \(cause)")
    tasks[task.id]?.reason = .parent(parent)
  }

  private mutating func checkTurn(
    _ record: TaskRecord, _ task: Task, _ nextTurn: UInt64, isOrdered: Bool, _ last: inout [JobPlace: UInt64]
  ) {
    guard task.isClaimable else {
      turns[task.id] = nil
      return require(record.turn == 0, .order, "\(task.id) can't be claimed, and has the turn \(record.turn)")
    }
    if let known = turns[task.id], !movesUp.contains(task.id) {
      require(record.turn == known, .order, "\(task.id) had the turn \(known), and has \(record.turn)")
    } else {
      require(
        record.turn >= nextTurn, .order, "\(task.id) has the turn \(record.turn), before others that waited longer")
      if isOrdered, let family = family(of: task) {
        let key = JobPlace(job: task.place.job, member: family.members.lowerBound)
        require(
          record.turn > last[key] ?? 0, .order, "member \(task.place.member) comes before an earlier one")
        last[key] = record.turn
      }
    }
    turns[task.id] = record.turn
  }

  private mutating func check(_ record: JobRecord, _ job: Job) {
    var counts = JobCounts()
    let members = members(of: job.number).compactMap { tasks[$0] }
    for task in members { counts[task.counted] += 1 }
    require(record.counts == counts, .jobs, "job \(job.number) counts \(record.counts), recounted \(counts)")
    let state = Self.state(of: members)
    require(record.state == state, .jobs, "job \(job.number) is \(record.state), and not \(state)")
    require(
      (record.ended != nil) == state.isEnded, .jobs, "job \(job.number), which is \(state), ended \(record.lastEnd)")
    require(record.memberCount == Int(job.memberCount), .jobs, "job \(job.number) has \(record.memberCount) members")
    require(record.owner == job.owner, .jobs, "job \(job.number) is \(record.owner)'s")
    require(record.started == job.started, .jobs, "job \(job.number) began at \(Portrait.text(record.started))")
    require(record.labels == job.labels, .jobs, "job \(job.number) has the labels \(record.labels)")
    require(record.resumes == job.resumes, .resumes, "job \(job.number) resumes \(Portrait.text(record.resumes))")
    if let name = job.name {
      require(record.name == name, .jobs, "job \(job.number) is called \(Portrait.text(record.name))")
    }
  }

  /// What a job is, by what its members are.
  private static func state(of members: [Task]) -> JobState {
    if members.contains(where: \.isLive) { return .running }
    let open = members.filter(\.isWaiting)
    if open.contains(where: { $0.state == .available && !$0.isHeld }) { return .waiting }
    if open.contains(where: \.isHeld) { return .held }
    if !open.isEmpty { return .waiting }
    if members.contains(where: { $0.state == .failed }) { return .failed }
    return members.contains { $0.state == .cancelled } ? .cancelled : .succeeded
  }

  /// A record's state as its member counts it, but for being held.
  private static func state(of record: TaskRecord) -> MemberState {
    switch record.state {
    case .inactive: .inactive
    case .available: .available
    case .running: .running
    case .pendingCancellation: .pendingCancellation
    case .cancelled: .cancelled
    case .terminated:
      record.cause == nil ? .succeeded : record.attempts.last?.exitStatus == ExitStatus.success ? .cancelled : .failed
    }
  }
}
