import BanyanCore
import BanyanStore
import BanyanWire

/// What follows from what was decided, beside the state: frames for the journal, answers and pushes, counts, the account of
/// who did what, the last figures.
extension TaskQueue {
  /// Carries off what was decided: to the journal as one frame a command, to those who count and keep account, and what
  /// is to be told to the outbox.
  /// - Parameter asker: the connection at hand, which is answered even where it has ended meanwhile.
  func carry(to asker: (any Recipient)? = nil) {
    for done in linked.drainDone() {
      switch done.result {
      case .success(let outcome):
        if !outcome.events.isEmpty {
          gathered.append(Frame(firstSequence: done.firstSequence, time: done.time, events: outcome.events))
          follow(outcome.events)
          noteJobs(of: outcome.events, from: done.firstSequence)
        }
        if let audit = observers.audit { note(done.command, outcome.answer, in: audit) }
      case .failure(let error):
        if let entry = AuditEntry(done.command, refusal: error) {
          observers.audit?.note(entry)
        }
        if done.command.isOfTheServer { logger.error("What was due could not be done: \(error.message)") }
      }
    }
    for letter in linked.drainLetters() {
      let recipient = asker?.connectionID == letter.connection ? asker : recipients[letter.connection]
      guard let recipient else { continue }
      outbox.add(Delivery(letter), to: recipient, after: letter.after)
    }
  }

  private func note(_ command: Command, _ answer: Answer, in audit: AuditLog) {
    if case .report(let worker, _) = command, case .judged(let verdicts) = answer {
      // Each is judged alone: the message was done, some of it may have been refused.
      for (task, refusal) in verdicts {
        guard let refusal, refusal.kind.isAboutRights else { continue }
        audit.note(
          AuditEntry(
            by: state.worker(worker)?.record.name ?? "\(worker)", action: "report", count: 1,
            subjects: [task.description], refusal: refusal))
      }
    } else if let entry = AuditEntry(command, refusal: nil, answer) {
      audit.note(entry)
    }
  }

  /// What events bring about beside the state.
  func follow(_ events: [Event]) {
    var ended: [TaskID] = []
    defer { if !ended.isEmpty { usage.assumeIsolated { $0.forget(ended) } } }
    let now = clock.monotonic
    // One copy for all of them: each look at an actor's value that calls it makes one.
    let state = state
    for event in events {
      switch event {
      case .taskCreated(let task, _, _, _): meter.created(task, at: now)
      case .jobMade(let making):
        meter.created(making.spec.familyMemberCount, from: making.firstTask, at: now)
      case .taskClaimed(let task, let attempt):
        if let since = state.availableSince(of: task) { meter.claimed(after: attempt.timeClaimed - since, at: now) }
      case .attemptUpdated(let task, let update):
        if let figures = update.usage {
          usage.assumeIsolated { $0.supersede(task, by: figures, at: clock.wall) }
        }
      case .attemptEnded(let task, let end):
        ended.append(task)
        let attempt = state.attempt(of: task)
        meter.ended(task, end, after: attempt?.runtime, at: now)
      case .groupPassed, .taskCancelled: meter.taskEnded(at: now)
      case .membersCancelled(_, let ranges, _): meter.taskEnded(ranges.reduce(0) { $0 + $1.count }, at: now)
      case .tasksForgotten(let tasks):
        ended += tasks
      case .workerChanged(let record):
        isWatchdogStale = true
        if let quarantine = record.quarantine, quarantine.since == record.updated {
          logger.warning("The worker \(record.name) is set aside: \(quarantine.reason).")
        }
      case .workerRemoved(let worker, _, _):
        usageAskedAt[worker] = nil
        usage.assumeIsolated { $0.forget(worker: worker) }
      case .keyRemembered, .keysExpired: isWatchdogStale = true
      default: break
      }
    }
  }

  /// What a worker's attempts and its machine use, from its connection's loop.
  nonisolated func note(_ figures: WorkerFigures, of worker: WorkerID) {
    loop.execute { self.assumeIsolated { $0.record(figures, of: worker) } }
  }

  /// Keeps a worker's figures, but none of attempts that it doesn't hold.
  private func record(_ figures: WorkerFigures, of worker: WorkerID) {
    var known = figures
    known.attempts.removeAll { task, claimNumber, _ in
      let live = state.attempt(of: task)
      return live?.claimNumber != claimNumber || live?.workerID != worker
    }
    let now = clock.wall
    usage.assumeIsolated { $0.record(known, of: worker, at: now) }
  }

  /// Somebody reads what workers use: those that were not asked a moment ago are. What they say is there for the next
  /// reader; nobody waits for it.
  func askForUsage(of workers: some Sequence<WorkerID>) {
    let now = clock.monotonic
    for worker in workers {
      guard let session = session(of: worker), now - (usageAskedAt[worker] ?? .min / 2) >= 1_000 else { continue }
      usageAskedAt[worker] = now
      session.deliver([Delivery(tag: 0, content: .requestUsage)])
    }
  }
}

extension Command {
  /// Nobody asked for it: its time had come.
  fileprivate var isOfTheServer: Bool {
    switch self {
    case .tick, .expireLeases, .expireFolder: true
    default: false
    }
  }
}
