/// What workers say of attempts: started, ended, given back. Fenced by tokens; each is judged alone.
extension QueueState {
  /// Who says it: a worker on its socket, or the user of one over REST.
  enum Holder {
    case worker(WorkerID)
    case user(UserID)
  }

  /// An attempt that a token fits.
  struct JudgedAttempt {
    /// Its place in the task's list.
    var place: Int
    var isLive: Bool
  }

  /// Checks a token: 401 none, 403 never issued or another worker's, 409 of an older claim.
  func judge(_ slot: Slot, _ token: AttemptProof, _ holder: Holder) throws(Rejection) -> JudgedAttempt {
    switch token {
    case .none:
      throw Rejection(.unauthenticated, "The attempt's token is missing.")
    case .forged:
      throw Rejection(.forbidden, "This token was never issued for the task \(tasks[slot].id).")
    case .genuine(let claimNumber, let epoch):
      // Nothing ever happened to a task whose row isn't written out.
      guard !tasks.isUnwritten(slot),
        let place = tasks[written: slot].attempts.lastIndex(where: {
          $0.claimNumber == claimNumber && $0.epoch == epoch
        })
      else {
        throw Rejection(.forbidden, "This token was never issued for the task \(tasks[slot].id).")
      }
      let holderID = tasks[written: slot].attempts[place].workerID
      switch holder {
      case .worker(let worker):
        guard holderID == worker else {
          throw Rejection(.forbidden, "This token belongs to another worker.")
        }
        try mayReport(worker)
      case .user(let user):
        guard let worker = workers[holderID]?.record else {
          throw Rejection(.forbidden, "The worker that held this attempt is not registered any more.")
        }
        guard worker.user == user else {
          throw Rejection(.forbidden, "This token belongs to another worker.")
        }
        try mayReport(holderID)
      }
      let newest = tasks[written: slot].claimNumber
      guard claimNumber == newest else {
        throw Rejection(
          .conflict,
          "The task \(tasks[written: slot].id) was claimed again: claim \(newest) stands, this is claim \(claimNumber)."
        )
      }
      return JudgedAttempt(place: place, isLive: tasks[written: slot].state.isLive)
    }
  }

  func mayReport(_ worker: WorkerID) throws(Rejection) {
    guard let place = workers.index(forKey: worker) else {
      throw Rejection(.forbidden, "No worker \(worker) is registered.")
    }
    guard workers.values[place].record.permissions.contains(.report) else {
      throw Rejection(
        .forbidden, "The worker \(workers.values[place].record.name) lacks the permission to report.")
    }
  }

  /// The refusal of any other word about an attempt that has ended.
  func conflict(_ slot: Slot) -> Rejection {
    let status = tasks[slot].attempts.last?.exitStatus ?? "unknown"
    return Rejection(.conflict, "The attempt has ended (\(status)); nothing was changed.")
  }

  // MARK: Started

  mutating func start(_ starts: [AttemptStart], by holder: Holder, at now: Int64) -> Answer {
    .judged(
      starts.map { start in
        do throws(Rejection) {
          try self.start(start, by: holder, at: now)
          return (start.task, nil)
        } catch {
          return (start.task, error)
        }
      })
  }

  private mutating func start(_ start: AttemptStart, by holder: Holder, at now: Int64) throws(Rejection) {
    guard let slot = tasks.slot(start.task) else { throw forgotten(start.task) }
    tasks.expect(slot)
    let attempt = try judge(slot, start.token, holder)
    let known = tasks[slot].attempts[attempt.place].timeStarted
    if known == start.timeStarted { return }
    guard attempt.isLive else { throw conflict(slot) }
    guard known == nil else { throw .field("time_started", "can be set once") }
    emit(
      .attemptStarted(start.task, timeStarted: start.timeStarted, workingDirectory: start.workingDirectory), at: now)
  }

  private func forgotten(_ id: TaskID) -> Rejection {
    Rejection(.notFound, "There is no task \(id); it may have been forgotten.")
  }

  // MARK: Ended

  mutating func report(
    _ reports: [AttemptReport], by holder: Holder, at now: Int64, entropy: inout Entropy
  ) -> Answer {
    var judged: [(task: TaskID, refusal: Rejection?)] = []
    judged.reserveCapacity(reports.count)
    for report in reports {
      do throws(Rejection) {
        try self.report(report, by: holder, at: now, entropy: &entropy)
        judged.append((report.task, nil))
      } catch {
        judged.append((report.task, error))
      }
    }
    return .judged(judged)
  }

  /// One report. The order of checks: the token, then the step, then the fields.
  /// - Parameter start: what it tells of the attempt's start beside its end; nil: nothing.
  mutating func report(
    _ report: AttemptReport, start: AttemptUpdate? = nil, by holder: Holder, at now: Int64, entropy: inout Entropy
  ) throws(Rejection) {
    guard let slot = tasks.slot(report.task) else { throw forgotten(report.task) }
    tasks.expect(slot)
    let attempt = try judge(slot, report.token, holder)
    guard attempt.isLive else {
      let known = tasks[written: slot].attempts[attempt.place]
      guard known.wasEnded(by: report), start.map(known.began) ?? true else { throw conflict(slot) }
      return
    }
    let isGivenBack = try checkStep(slot, to: report.state)
    let end =
      isGivenBack
      ? AttemptEnd(report, exitStatus: ExitStatus.released, .givenBack)
      : try ending(slot, report, at: now, entropy: &entropy)
    if let start {
      if let time = start.timeStarted, let other = tasks[written: slot].attempts[attempt.place].timeStarted,
        other != time
      {
        throw .field("time_started", "can be set once")
      }
      emit(.attemptUpdated(report.task, start), at: now)
    }
    self.end(slot, end, at: now)
  }

  /// Whether the task's worker may take it to a state.
  /// - Returns: true where what it says of a cancellation is a release: it is unregistered, its tasks being given back.
  @discardableResult
  func checkStep(_ slot: Slot, to wanted: TaskState) throws(Rejection) -> Bool {
    let state = tasks[slot].state
    let isGivenBack =
      state == .running && wanted == .cancelled
      && tasks[written: slot].attempts.last.map { isRequeued($0.workerID) } == true
    // A release that crosses a cancellation ends the task: it is not given out again.
    let crossed = state == .pendingCancellation && wanted == .available
    guard state.allows(wanted, by: .worker) || crossed || isGivenBack else {
      throw .field("state", "a worker may not take a task from \(state.name) to \(wanted.name)")
    }
    return isGivenBack
  }

  private func isRequeued(_ worker: WorkerID) -> Bool {
    workers[worker]?.record.unregistering?.requeue == true
  }

  /// - Parameter slot: of a task that was claimed.
  private func ending(
    _ slot: Slot, _ report: AttemptReport, at now: Int64, entropy: inout Entropy
  ) throws(Rejection) -> AttemptEnd {
    let state = tasks[written: slot].state
    if let status = report.exitStatus, status.isEmpty || status.count > ExitStatus.maxLength {
      throw .field("exit_status", "has \(status.count) characters; 1 to \(ExitStatus.maxLength) are allowed")
    }
    if report.state == .available {
      let status = report.statusInWords ?? ExitStatus.released
      if ExitStatus.isLoss(status) {
        var end = lossEnd(slot, exitStatus: status, timeTerminated: report.timeTerminated)
        end.usage = report.usage
        end.reported = report.state
        return end
      }
      if state == .pendingCancellation {
        return AttemptEnd(report, exitStatus: status, .cancelled, cause: tasks[written: slot].cause)
      }
      return AttemptEnd(report, exitStatus: status, .givenBack)
    }
    if report.state == .cancelled {
      return AttemptEnd(
        report, exitStatus: report.statusInWords ?? ExitStatus.cancelled, .cancelled, cause: tasks[written: slot].cause)
    }
    guard let status = report.exitStatus else {
      throw .field("exit_status", "is missing; a terminated attempt has one")
    }
    guard report.timeTerminated != nil else {
      throw .field("time_terminated", "is missing; a terminated attempt has one")
    }
    if state == .pendingCancellation {
      let outcome: AttemptEnd.Outcome = status == ExitStatus.success ? .succeededTooLate : .failed
      return AttemptEnd(report, exitStatus: status, outcome, cause: tasks[written: slot].cause ?? .words("cancelled"))
    }
    if status == ExitStatus.success { return AttemptEnd(report, exitStatus: status, .succeeded) }
    let (spec, count) = (tasks[written: slot].spec, tasks[written: slot].attemptCount)
    if count < spec.maxAttemptCount {
      return AttemptEnd(
        report, exitStatus: status, .retried(until: retryTime(spec, after: count, at: now, entropy: &entropy)))
    }
    return AttemptEnd(report, exitStatus: status, .failed, cause: .words(status))
  }

  /// When a failed task may be tried again: its delay, doubled with each attempt up to an hour, half of it by chance
  /// ("equal jitter"), so that tasks that failed together don't come back together. 0: at once.
  private func retryTime(
    _ spec: TaskSpec, after count: UInt32, at now: Int64, entropy: inout Entropy
  ) -> Int64 {
    let base = spec.retryDelay
    guard base > 0 else { return 0 }
    let hour: Int64 = 3_600_000
    let doublings = min(count - 1, 22)
    let (product, overflow) = base.multipliedReportingOverflow(by: 1 << Int64(doublings))
    let delay = base >= hour ? base : min(overflow ? hour : product, hour)
    let (sum, past) = now.addingReportingOverflow(delay / 2 + entropy.number(in: 0..<(delay / 2 + 1)))
    return past ? .max : sum
  }
}

extension AttemptReport {
  /// Its exit status, or what is put in its place where it may lack one.
  fileprivate var statusInWords: String? {
    switch state {
    case .available: exitStatus ?? ExitStatus.released
    case .cancelled: exitStatus ?? ExitStatus.cancelled
    default: exitStatus
    }
  }
}

extension AttemptRecord {
  /// Whether it is known to have begun so.
  fileprivate func began(_ start: AttemptUpdate) -> Bool {
    (start.timeStarted ?? timeStarted) == timeStarted
      && (start.workingDirectory ?? workingDirectory).isSame(as: workingDirectory)
  }

  /// Whether this report, come again, is the one that the attempt ended by.
  fileprivate func wasEnded(by report: AttemptReport) -> Bool {
    guard reported == report.state, timeTerminated == report.timeTerminated else { return false }
    if exitStatus.isSame(as: report.statusInWords) { return true }
    // Unregistered with its tasks given back: what it said of a cancellation was taken for a release.
    return report.state == .cancelled && exitStatus == ExitStatus.released
      && report.statusInWords?.hasPrefix(ExitStatus.cancelled) == true
  }
}

extension AttemptEnd {
  /// An end as it was reported.
  fileprivate init(
    _ report: AttemptReport, exitStatus: String, _ outcome: Outcome, cause: Cause? = nil
  ) {
    self.init(
      exitStatus: exitStatus, timeTerminated: report.timeTerminated, outcome: outcome, cause: cause,
      usage: report.usage, reported: report.state)
  }
}
