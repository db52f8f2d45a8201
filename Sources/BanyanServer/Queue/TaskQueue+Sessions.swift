import BanyanCore
import BanyanWire

/// Who is connected, what they are pushed, and how long their silence is borne.
extension TaskQueue {
  /// A worker's socket.
  struct WorkerLink {
    var recipient: any WorkerRecipient
    var instance: String
    var user: UserID
    /// When it was last asked what it uses, on the monotonic clock.
    var usageAskedAt: Int64 = .min / 2
  }

  /// A connection speaks for a user; it is closed when the user is revoked.
  nonisolated func attach(_ recipient: any Recipient, user: UserID) {
    loop.execute {
      self.assumeIsolated { queue in
        guard queue.state.user(user) != nil else {
          return recipient.deliver([Delivery(tag: 0, content: .close(code: 1008, reason: "the token was revoked"))])
        }
        queue.connections[ObjectIdentifier(recipient)] = (recipient, user)
      }
    }
  }

  /// A connection is gone. Its worker's leases run on.
  nonisolated func detach(_ recipient: any Recipient, worker: WorkerID?) {
    loop.execute {
      self.assumeIsolated { queue in
        queue.connections[ObjectIdentifier(recipient)] = nil
        guard let worker, let link = queue.sessions[worker], link.recipient === recipient else { return }
        queue.leases.heard(worker, at: link.recipient.lastHeard, length: queue.leaseLength(of: worker))
        queue.sessions[worker] = nil
        queue.state.miss(worker)
        queue.dropOpenClaim(of: worker)
        queue.endOfBatch()
      }
    }
  }

  /// A worker's first word on its socket.
  nonisolated func hello(_ hello: Hello, tag: UInt64, from recipient: any WorkerRecipient) {
    loop.execute {
      self.assumeIsolated { queue in
        let result = queue.result(of: { () throws(Rejection) in try queue.welcome(hello, from: recipient) })
        queue.outbox.add(
          Delivery(tag: tag, content: .answer(result)), to: recipient, after: queue.state.sequence)
        if case .success(.welcomed(let welcome)) = result, !welcome.cancelling.isEmpty {
          queue.outbox.add(
            Delivery(tag: 0, content: .cancel(welcome.cancelling)), to: recipient, after: queue.state.sequence)
        }
        queue.endOfBatch()
      }
    }
  }

  private func welcome(_ hello: Hello, from recipient: any WorkerRecipient) throws(Rejection) -> Answer {
    let known = state.allWorkers.first { $0.record.user == hello.by.user && $0.record.name == hello.name }
    if let known, let link = sessions[known.record.id], link.recipient !== recipient {
      guard link.instance == hello.instance else {
        throw Rejection(
          .conflict, "A worker named \(hello.name) is connected already; give this one another name (--name).")
      }
      sessions[known.record.id] = nil
      dropOpenClaim(of: known.record.id)
      outbox.add(
        Delivery(tag: 0, content: .close(code: 1000, reason: "the same worker connected anew")), to: link.recipient,
        after: state.sequence)
    }
    let answer = try decide(.hello(hello))
    if case .welcomed(let welcome) = answer {
      let worker = welcome.worker.id
      sessions[worker] = WorkerLink(recipient: recipient, instance: hello.instance, user: hello.by.user)
      leases.heard(worker, at: clock.monotonic, length: leaseLength(of: worker))
      if let order = welcome.worker.unregistering {
        outbox.add(
          Delivery(tag: 0, content: .deregister(deadline: order.deadline, reason: "unregistered by a provider")),
          to: recipient, after: state.sequence)
      }
    }
    return answer
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
      guard let link = sessions[worker], now - link.usageAskedAt >= 1_000 else { continue }
      sessions[worker]?.usageAskedAt = now
      link.recipient.deliver([Delivery(tag: 0, content: .requestUsage)])
    }
  }

  /// Names of the workers whose sockets are open.
  var connectedWorkers: Set<WorkerID> { Set(sessions.keys) }

  /// The socket of a worker, for asking it for a log.
  func session(of worker: WorkerID) -> (any WorkerRecipient)? { sessions[worker]?.recipient }

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
    let silence = clock.monotonic - (leases.lastHeard(worker) ?? startedAt)
    return Absence(name: record.name, mayReturn: record.unregistering == nil && silence < leaseLength(of: worker))
  }

  /// How a worker is doing: when it was last heard, milliseconds since 1970 by the server's clock.
  func lastHeard(_ worker: WorkerID) -> Int64? {
    guard let heard = sessions[worker]?.recipient.lastHeard ?? leases.lastHeard(worker) else { return nil }
    return clock.wall - max(0, clock.monotonic - heard)
  }

  // MARK: Pushes

  /// Tells workers what they have to end, once that is durable. Who isn't connected is told when it is back.
  func push(_ cancellations: [Cancellation]) {
    guard !cancellations.isEmpty else { return }
    for (worker, orders) in Dictionary(grouping: cancellations, by: \.worker) {
      guard let link = sessions[worker] else { continue }
      outbox.add(Delivery(tag: 0, content: .cancel(orders)), to: link.recipient, after: state.sequence)
    }
  }

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
        if !leases.contains(attempt.workerID) {
          leases.heard(attempt.workerID, at: clock.monotonic, length: leaseLength(of: attempt.workerID))
          isWatchdogStale = true
        }
      case .attemptUpdated(let task, let update):
        if let figures = update.usage {
          usage.assumeIsolated { $0.supersede(task, by: figures, at: clock.wall) }
        }
      case .attemptEnded(let task, let end):
        ended.append(task)
        let attempt = state.attempt(of: task)
        meter.ended(task, end, after: attempt?.runtime, at: now)
        if let worker = attempt?.workerID { stir(worker) }
      case .groupPassed, .taskCancelled: meter.taskEnded(at: now)
      case .tasksForgotten(let tasks):
        ended += tasks
        for place in openClaims.values.indices { openClaims.values[place].isStirred = true }
      case .workerChanged(let record):
        stir(record.id)
        isWatchdogStale = true
        if let quarantine = record.quarantine {
          if quarantine.since == record.updated {
            logger.warning("The worker \(record.name) is set aside: \(quarantine.reason).")
          }
          refuseOpenClaim(of: record.id)
        }
        if let order = record.unregistering, let link = sessions[record.id] {
          outbox.add(
            Delivery(tag: 0, content: .deregister(deadline: order.deadline, reason: "unregistered by a provider")),
            to: link.recipient, after: state.sequence)
        }
      case .workerRemoved(let worker, _, _):
        leases.forget(worker)
        dropOpenClaim(of: worker)
        usage.assumeIsolated { $0.forget(worker: worker) }
        if let link = sessions.removeValue(forKey: worker) {
          outbox.add(
            Delivery(tag: 0, content: .close(code: 1000, reason: "the worker was unregistered")), to: link.recipient,
            after: state.sequence)
        }
      case .userRevoked(let user):
        for connection in connections.values where connection.user == user {
          outbox.add(
            Delivery(tag: 0, content: .close(code: 1008, reason: "the token was revoked")),
            to: connection.recipient, after: state.sequence)
        }
      case .keyRemembered, .keysExpired: isWatchdogStale = true
      default: break
      }
    }
  }

  // MARK: Leases

  func leaseLength(of worker: WorkerID) -> Int64 {
    state.worker(worker)?.record.instance == nil ? configuration.restLease : configuration.lease
  }

  /// A worker that speaks REST was heard.
  func heard(user: UserID) {
    let now = clock.monotonic
    for worker in state.allWorkers where worker.record.user == user && sessions[worker.record.id] == nil {
      leases.heard(worker.record.id, at: now, length: leaseLength(of: worker.record.id))
    }
  }

  /// Does all that is due by now.
  /// - Parameter late: milliseconds by which the server itself was late.
  func wake(late: Int64) {
    let now = clock.monotonic
    if late > 1000 {
      logger.warning("The server was away for \(late) ms: every worker gets one more lease.")
      leases.grantAll(at: now)
    }
    for (worker, link) in sessions {
      leases.heard(worker, at: link.recipient.lastHeard, length: leaseLength(of: worker))
    }
    for worker in leases.expired(at: now) {
      leases.forget(worker)
      guard let view = state.worker(worker), !view.live.isEmpty else { continue }
      logger.warning(
        "The worker \(view.record.name) is silent past its lease: its \(view.live.count) attempts are lost.")
      perform(quietly: .expireLeases(worker))
    }
    perform(quietly: .tick)
    isWatchdogStale = true
    endOfBatch()
  }

  private func perform(quietly command: Command) {
    do throws(Rejection) { _ = try decide(command) } catch {
      logger.error("What was due could not be done: \(error.message)")
    }
  }

  /// Tells the watchdog when to wake, if that may have changed.
  func armWatchdog() {
    let delay = state.soonestDelay
    guard isWatchdogStale || delay != armedDelay else { return }
    isWatchdogStale = false
    armedDelay = delay
    let now = clock.monotonic
    var next = leases.nextDeadline
    if let due = state.nextDeadline {
      // The wall clock may jump: what it says is looked at again within a minute.
      let wait = min(60_000, max(0, due - clock.wall))
      next = min(next ?? .max, now + wait)
    }
    if let next { watchdog.arm(at: next) } else { watchdog.disarm() }
  }
}

/// A worker's socket, as the queue sees it.
protocol WorkerRecipient: Recipient {
  /// When the other side was last heard, milliseconds on the monotonic clock, stamped at the socket.
  var lastHeard: Int64 { get }
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
