import BanyanCore
import BanyanWire

/// What comes from the server: the connection's coming and going, and its messages.
extension WorkerState {
  /// A connection to the server stands: the worker says who it is.
  mutating func connected(now: Int64) -> [WorkerAction] {
    forgetConnection()
    link = .waiting
    return settle(now: now)
  }

  /// The connection is gone, and with it all that was asked on it and not answered.
  mutating func disconnected(now: Int64) -> [WorkerAction] {
    forgetConnection()
    return settle(now: now)
  }

  /// The server's messages, in the order in which they came.
  mutating func received(_ messages: [ServerMessage], now: Int64) -> [WorkerAction] {
    // Once it leaves it does nothing more that a server says: it may be another one.
    for message in messages where mode != .gone {
      switch message {
      case .welcome(let welcome): welcomed(welcome, now: now)
      case .claimed(let claimed): accept(claimed, now: now)
      case .judged(let judged): judge(judged, now: now)
      case .heartbeat:
        guard !heartbeats.isEmpty else { continue }
        let sent = heartbeats.removeFirst()
        roundTrip = now - sent
        heard(sentAt: sent)
      case .cancel(let push): cancel(push)
      case .deregister(let push): deregister(push)
      case .requestUsage:
        isUsageWanted = true
      case .requestLog(let request):
        let key = AttemptKey(task: request.task, claimNumber: request.claimNumber)
        actions.append(.readLog(request, isLive: attempts[key]?.isLive == true))
      case .shutdown: actions.append(.info("the server is shutting down; running tasks go on"))
      case .error(let error): refused(error, now: now)
      }
    }
    return settle(now: now)
  }

  private mutating func welcomed(_ welcome: WelcomeMessage, now: Int64) {
    guard let id = welcome.id ?? openHello, case .hello(let named) = requests[id] else { return }
    guard isOwn(welcome, now: now) else { return }
    lease = lease ?? LeaseClock(answeredAt: .min, leaseMilliseconds: welcome.leaseMilliseconds)
    _ = answered(id)
    lease?.setLength(welcome.leaseMilliseconds)
    heartbeatMilliseconds = welcome.heartbeatMilliseconds
    nextHeartbeat = now.clampedSum(heartbeatMilliseconds)
    link = .up
    actions.append(.info("the server \(welcome.serverVersion) knows this worker as \(welcome.workerID)"))
    for refusal in welcome.refused {
      for key in named where key.task == refusal.task { refuse(key, reason: refusal.reason) }
    }
    for attempt in welcome.held where !strays.contains(where: { $0.attempt == attempt }) {
      strays.append(Stray(attempt: attempt, isCancelled: false))
    }
  }

  /// Whether this is the server whose attempts are in its hands, as far as it can be told. Where it is another one the
  /// worker leaves before it heeds a word: that one knows nothing of them, and would have them stopped.
  private mutating func isOwn(_ welcome: WelcomeMessage, now: Int64) -> Bool {
    guard let identity = welcome.serverIdentity, identity != serverIdentity else { return true }
    guard serverIdentity == nil || attempts.isEmpty else {
      leave(
        .anotherServer(
          """
          another server answers at this address than the one whose \(attempts.count) attempts this worker's state \
          folder holds; they are left alone. Start that server again, or give this worker another --name or --state
          """))
      return false
    }
    serverIdentity = identity
    actions.append(.recordServer(identity))
    return true
  }

  /// The `hello` that has yet to be answered: there is only one that a welcome without an id can be the answer to.
  private var openHello: MessageID? {
    requests.first { if case .hello = $0.value { true } else { false } }?.key
  }

  private mutating func accept(_ claimed: ClaimedMessage, now: Int64) {
    _ = answered(claimed.id)
    if let open = openClaim, open.id == claimed.id {
      openClaim = nil
      if claimed.tasks.isEmpty, now - open.sentAt < min(Self.claimPause, claimWait) {
        claimsAfter = open.sentAt.clampedSum(Self.claimPause)
      }
    }
    for task in claimed.tasks {
      guard mode == .working else {
        strays.append(Stray(attempt: task.name, isCancelled: false))
        continue
      }
      let order = StartOrder(
        task, environment: environment, logs: logs, work: work, logLimit: logLimit, niceness: niceness)
      guard attempts[order.key] == nil else { continue }
      // The server gives a task out anew only when it holds no older attempt of it.
      for key in attempts.keys where key.task == task.id { refuse(key, reason: "a newer claim stands") }
      attempts[order.key] = WorkerAttempt(order: order.afterStart, phase: .starting)
      if let reason = lacksTime(task, now: now) {
        // Claimed and never started: it goes back uncharged, to a worker that stays.
        attempts[order.key]?.phase = .ended(
          AttemptEnding(process: .notStarted(reason), cause: .none, timeTerminated: time))
        fault(order.key, reason, now: now)
        continue
      }
      tellLease(force: true)
      orders.append(.start(order))
    }
  }

  private mutating func judge(_ judged: JudgedMessage, now: Int64) {
    switch answered(judged.id) {
    case .report(let keys), .release(let keys):
      for (key, verdict) in zip(keys, judged.results) {
        guard attempts[key]?.ending != nil else { continue }
        settleEnd(of: key, accepted: verdict.accepted, code: verdict.code, reason: verdict.reason, now: now)
      }
    case .strays(let names):
      for (name, verdict) in zip(names, judged.results) {
        settleStray(name, accepted: verdict.accepted, code: verdict.code, now: now)
      }
    case .hello, .claim, nil: break
    }
  }

  private mutating func settleEnd(of key: AttemptKey, accepted: Bool, code: Int?, reason: String?, now: Int64) {
    if accepted { return forget([key]) }
    let words = reason ?? "no reason given"
    switch code ?? 0 {
    case 500...:
      attempts[key]?.isReported = false
      attempts[key]?.reportsAfter = now.clampedSum(Self.pauseAfterTrouble)
    case 422 where attempts[key]?.insteadState == nil && attempts[key]?.ending?.state == .available:
      // It was being cancelled when it was given back: that is its end then.
      attempts[key]?.insteadState = .cancelled
      attempts[key]?.isReported = false
    case 422 where attempts[key]?.insteadState == nil && attempts[key]?.ending?.state == .cancelled:
      // The server never asked for its end, so it can't be cancelled: it ended.
      attempts[key]?.insteadState = .terminated
      attempts[key]?.isReported = false
    case 422 where attempts[key]?.insteadState == nil && attempts[key]?.ending?.state == .terminated:
      // Something in its words or figures is not to the server's liking. Left so, the task would run for ever.
      actions.append(.warning("\(key): the server doesn't take its end as it was told: \(words)"))
      attempts[key]?.insteadState = .terminated
      attempts[key]?.isReported = false
    default:
      actions.append(.warning("\(key): the server doesn't take its end (\(code ?? 0)): \(words)"))
      forget([key])
    }
  }

  private mutating func settleStray(_ name: AttemptName, accepted: Bool, code: Int?, now: Int64) {
    guard let index = strays.firstIndex(where: { $0.attempt == name }) else { return }
    if accepted {
      strays.remove(at: index)
    } else if code == 422, !strays[index].isCancelled {
      strays[index].isCancelled = true
      strays[index].isSent = false
    } else if (code ?? 0) < 500 {
      strays.remove(at: index)
    } else {
      strays[index].isSent = false
      straysAfter = now.clampedSum(Self.pauseAfterTrouble)
    }
  }

  private mutating func cancel(_ push: CancelPush) {
    for order in push.tasks {
      if let (key, _) = attempts.first(where: { $0.value.order.name == order.attempt }) {
        end(key, grace: order.maxShutdownTimeMilliseconds, cause: .cancelled)
        attempts[key]?.reportsAfter = .min
      } else if let index = strays.firstIndex(where: { $0.attempt == order.attempt }) {
        if !strays[index].isCancelled { strays[index].isSent = false }
        strays[index].isCancelled = true
      } else {
        // Nothing of it runs here, so it has ended as far as this worker can tell.
        strays.append(Stray(attempt: order.attempt, isCancelled: true))
      }
    }
  }

  private mutating func deregister(_ push: DeregisterPush) {
    guard mode != .gone else { return }
    actions.append(.warning("this worker's registration ends: \(push.reason)"))
    mode = .unregistered(push.reason)
    for (key, attempt) in attempts { end(key, grace: attempt.order.graceMilliseconds, cause: .cancelled) }
  }

  private mutating func refused(_ error: ErrorMessage, now: Int64) {
    switch refused(error.id) {
    case .hello: helloRefused(error, now: now)
    case .claim:
      actions.append(.warning("the server refuses claims (\(error.code)): \(error.message)"))
      openClaim = nil
      claimsAfter = now.clampedSum(Self.pauseAfterRefusal)
    case .report(let keys), .release(let keys):
      for key in keys {
        settleEnd(of: key, accepted: false, code: error.code, reason: error.message, now: now)
      }
    case .strays(let names):
      for name in names { settleStray(name, accepted: false, code: error.code, now: now) }
    case nil:
      actions.append(.warning("the server says (\(error.code)): \(error.message)"))
    }
  }

  private mutating func helloRefused(_ error: ErrorMessage, now: Int64) {
    let words = error.message
    if case .unregistered(let reason) = mode { return leave(.unregistered(reason)) }
    if Self.isForGood(error.code), liveCount == 0 { return leave(.refused(code: error.code, words)) }
    actions.append(.warning("the server doesn't take this worker (\(error.code)): \(words)"))
    link = .waiting
    helloAfter = now.clampedSum(Self.pauseAfterRefusal)
  }

  /// Whether a refusal of this code stays one however often it is asked again: all that blame who asks, but for those
  /// that speak of the moment (too slow, too early, too often, a conflict).
  private static func isForGood(_ code: Int) -> Bool {
    (400..<500).contains(code) && ![408, 409, 425, 429].contains(code)
  }
}
