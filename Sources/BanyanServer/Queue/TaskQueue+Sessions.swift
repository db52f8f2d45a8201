import BanyanCore
import BanyanWire

/// Who is connected, what they are pushed, and how long their silence is borne.
extension TaskQueue {
  /// A connection speaks for a user; it is closed when the user is revoked.
  nonisolated func attach(_ recipient: any Recipient, user: UserID) {
    onLoop { queue in
      queue.recipients[recipient.connectionID] = recipient
      queue.linked.attach(recipient, user: user)
      queue.carry()
      queue.endTurn()
    }
  }

  /// A connection is gone. Its worker's leases run on.
  nonisolated func detach(_ recipient: any Recipient) {
    onLoop { queue in
      queue.linked.detach(recipient.connectionID)
      queue.recipients[recipient.connectionID] = nil
      queue.carry()
      queue.endTurn()
    }
  }

  /// A connection closes: nothing more is given to it.
  nonisolated func retire(_ recipient: any Recipient) {
    onLoop { queue in
      queue.linked.retire(recipient.connectionID)
      queue.carry()
      queue.endTurn()
    }
  }

  /// A connection was heard that had been silent for long: its claim may be served again.
  nonisolated func heardAgain(_ recipient: any Recipient) {
    onLoop { queue in
      queue.linked.heardAgain(recipient.connectionID)
      queue.endTurn()
    }
  }

  private nonisolated func onLoop(_ body: @escaping @Sendable (isolated TaskQueue) -> Void) {
    loop.execute { self.assumeIsolated { body($0) } }
  }

  /// A worker's figures, see `take`.
  nonisolated func note(_ figures: WorkerFigures, of worker: WorkerID) {
    loop.execute { self.assumeIsolated { _ = $0.take(figures, of: worker) } }
  }

  /// A worker's figures; of what it doesn't hold nothing is kept.
  /// - Returns: when they were taken, milliseconds since 1970.
  func take(_ figures: WorkerFigures, of worker: WorkerID) -> Int64 {
    var known = figures
    known.attempts.removeAll { task, claimNumber, _ in
      let live = state.attempt(of: task)
      return live?.claimNumber != claimNumber || live?.workerID != worker
    }
    let now = clock.wall
    usage.assumeIsolated { $0.take(known, of: worker, at: now) }
    return now
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

  /// The workers whose sockets are open.
  var connectedWorkers: Set<WorkerID> { Set(linked.connectedWorkers) }

  /// The socket of a worker, for asking it for a log.
  func session(of worker: WorkerID) -> (any WorkerRecipient)? {
    linked.connection(of: worker).flatMap { recipients[$0] as? any WorkerRecipient }
  }

  /// A worker that is not connected.
  struct Absence: Sendable {
    /// nil: it is not registered any more.
    var name: String?
    /// It may come back and go on where it was: it was heard within its lease.
    var mayReturn: Bool
  }

  func absence(of worker: WorkerID) -> Absence {
    guard let record = state.worker(worker)?.record else { return Absence(name: nil, mayReturn: false) }
    // One that was not heard since the server's start has a whole lease from there.
    let silence = clock.monotonic - (linked.lastHeard(worker) ?? startedAt)
    return Absence(
      name: record.name, mayReturn: record.unregistering == nil && silence < linked.leaseLength(of: worker))
  }

  /// How a worker is doing: when it was last heard, milliseconds since 1970 by the server's clock.
  func lastHeard(_ worker: WorkerID) -> Int64? {
    linked.lastHeard(worker).map { clock.wall - max(0, clock.monotonic - $0) }
  }

  // MARK: What follows

  /// What events bring about beside the state.
  func follow(_ events: [Event]) {
    var ended: [TaskID] = []
    defer { if !ended.isEmpty { usage.assumeIsolated { $0.forget(ended) } } }
    let now = clock.monotonic
    for event in events {
      switch event {
      case .taskCreated(let task, _, _): meter.created(task, at: now)
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

  // MARK: Leases

  /// A worker that speaks REST was heard.
  func heard(user: UserID) { linked.heard(user: user, at: now) }

  /// Does all that is due by now.
  /// - Parameter late: milliseconds by which the server itself was late.
  func wake(late: Int64) {
    armedFor = nil
    if late > LinkedQueue.mostLate {
      logger.warning("The server was away for \(late) ms: every worker gets one more lease.")
    }
    withFigures { queue in
      for silent in queue.linked.wake(late: late, at: queue.now, entropy: &queue.entropy) {
        queue.logger.warning(
          "The worker \(silent.name) is silent past its lease: \(silent.lost) of its attempts are lost.")
      }
    }
    carry()
    isWatchdogStale = true
    endOfBatch()
  }

  /// Tells the watchdog when to wake, if that may have changed.
  func armWatchdog() {
    let delay = state.soonestDelay
    let alarm = linked.alarm
    guard isWatchdogStale || delay != armedDelay || alarm ?? .max < armedFor ?? .max else { return }
    isWatchdogStale = false
    armedDelay = delay
    let now = clock.monotonic
    var next = alarm
    if let due = state.nextDeadline {
      // The wall clock may jump: what it says is looked at again within a minute.
      let wait = min(60_000, max(0, due - clock.wall))
      next = min(next ?? .max, now + wait)
    }
    armedFor = next
    if let next { watchdog.arm(at: next) } else { watchdog.disarm() }
  }
}

/// A worker's socket, as the queue sees it.
protocol WorkerRecipient: Recipient {
  /// Asks the worker for a piece of a log.
  func readLog(_ request: LogRequest) async throws(Rejection) -> LogPiece
}

/// A piece of an attempt's output that somebody wants to read.
struct LogRequest: Sendable {
  var task: TaskID
  var claimNumber: UInt32
  var stream: OutputStream
  var offset: Int64
  var limit: Int64
}

/// A piece of an attempt's output.
struct LogPiece: Sendable {
  var data: [UInt8]
  var offset: Int64
  /// Of the whole stream by now, in bytes.
  var size: Int64
  /// Nothing follows: the attempt has ended and this is its end.
  var isEnd: Bool
}
