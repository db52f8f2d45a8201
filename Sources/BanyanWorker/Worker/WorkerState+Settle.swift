import BanyanCore
import BanyanWire

/// What follows from what happened.
extension WorkerState {
  /// Works out everything that is to be said and ordered now, and hands it over with what was decided on the way.
  mutating func settle(now: Int64) -> [WorkerAction] {
    if mode == .gone { return takeActions() }
    leaveOnTime(now: now)
    if link == .waiting, now >= helloAfter { sayHello(now: now) }
    if link == .up {
      tellStarts(now: now)
      tellEnds(now: now)
      tellStrays(now: now)
      sayGoodbye()
      claim(now: now)
      sendHeartbeat(now: now)
    }
    sample(now: now)
    tellLease(force: false)
    leaveIfDone(now: now)
    return takeActions()
  }

  /// When ``settle(now:)`` has something to do next, if nothing happens; nil: never.
  var deadline: Int64? {
    var moments: [Int64] = []
    if mode == .gone { return nil }
    switch link {
    case .waiting: moments.append(helloAfter)
    case .up:
      if let startsDueAt { moments.append(startsDueAt) }
      if let nextHeartbeat { moments.append(nextHeartbeat) }
      if mode == .working, openClaim == nil, claimsAfter > .min { moments.append(claimsAfter) }
      for attempt in attempts.values where attempt.report != nil && !attempt.isReported && attempt.reportsAfter > .min {
        moments.append(attempt.reportsAfter)
      }
      if straysAfter > .min, strays.contains(where: { !$0.isSent }) { moments.append(straysAfter) }
    case .down, .greeting: break
    }
    if !isSampling, mode == .working || liveCount > 0 { moments.append(nextSample) }
    if mode == .working {
      if let endsAt { moments.append(endsAt) }
      if let idleTimeout, let idleSince { moments.append(idleSince.clampedSum(idleTimeout)) }
    }
    if link != .up, liveCount == 0, let since = leavingSince { moments.append(since.clampedSum(Self.lastPatience)) }
    return moments.min()
  }

  private mutating func takeActions() -> [WorkerAction] {
    var all: [WorkerAction] = []
    if !orders.isEmpty { all.append(.order(orders)) }
    // Before the reports: what is reported can be read, whatever becomes of this worker.
    if !tails.isEmpty { all.append(.sendTails(tails)) }
    if !outgoing.isEmpty { all.append(.send(outgoing)) }
    all += actions
    (orders, tails, outgoing, actions) = ([], [], [], [])
    return all
  }

  // MARK: Saying

  private mutating func sayHello(now: Int64) {
    let named = attempts.filter { !$0.value.isRefused }
    link = .greeting
    outgoing.append(
      .hello(
        HelloMessage(
          id: ask(.hello(named: named.map(\.key)), now: now), name: name, instance: instance, state: folderIdentity,
          resources: offer, version: version, running: named.map(\.value.order.name), stay: stay(now: now))))
  }

  /// A start waits a moment for its end: of a short task both go in one message.
  private mutating func tellStarts(now: Int64) {
    guard let due = startsDueAt, now >= due || attempts.values.contains(where: { $0.ending != nil && !$0.isReported })
    else { return }
    startsDueAt = nil
    var starts: [StartedMessage.Start] = []
    for (key, attempt) in attempts where !attempt.isStartTold && !attempt.isRefused {
      guard let start = attempt.start else { continue }
      attempts[key]?.isStartTold = true
      starts.append(
        StartedMessage.Start(
          attempt: attempt.order.name, timeStarted: start.timeStarted, workingDirectory: start.workingDirectory))
    }
    for chunk in starts.chunks(of: Self.batch, texts: { [$0.workingDirectory] }) {
      outgoing.append(.started(StartedMessage(tasks: chunk)))
    }
  }

  private mutating func tellEnds(now: Int64) {
    var results: [(key: AttemptKey, result: ReportMessage.Result)] = []
    var releases: [(key: AttemptKey, release: ReleaseMessage.Release)] = []
    for (key, attempt) in attempts where !attempt.isReported && attempt.reportsAfter <= now {
      switch attempt.report {
      case .result(let result): results.append((key, result))
      case .release(let release): releases.append((key, release))
      case nil: continue
      }
      attempts[key]?.isReported = true
      if let tail = attempt.tail { tails.append(tail) }
    }
    for chunk in results.chunks(of: Self.batch, texts: { [$0.result.exitStatus] }) {
      let id = ask(.report(chunk.map(\.key)), now: now)
      outgoing.append(.report(ReportMessage(id: id, results: chunk.map(\.result))))
    }
    for chunk in releases.chunks(of: Self.batch, texts: { [$0.release.reason] }) {
      let id = ask(.release(chunk.map(\.key)), now: now)
      outgoing.append(.release(ReleaseMessage(id: id, tasks: chunk.map(\.release))))
    }
  }

  private mutating func tellStrays(now: Int64) {
    guard now >= straysAfter else { return }
    var releases: [AttemptName] = []
    var cancelled: [AttemptName] = []
    for index in strays.indices where !strays[index].isSent {
      strays[index].isSent = true
      if strays[index].isCancelled {
        cancelled.append(strays[index].attempt)
      } else {
        releases.append(strays[index].attempt)
      }
    }
    for chunk in releases.chunks(of: Self.batch) {
      let tasks = chunk.map { ReleaseMessage.Release(attempt: $0) }
      outgoing.append(.release(ReleaseMessage(id: ask(.strays(chunk), now: now), tasks: tasks)))
    }
    for chunk in cancelled.chunks(of: Self.batch) {
      let results = chunk.map { name in
        ReportMessage.Result(
          attempt: name, state: .cancelled, exitStatus: ExitStatus.cancelled, timeTerminated: time)
      }
      outgoing.append(.report(ReportMessage(id: ask(.strays(chunk), now: now), results: results)))
    }
  }

  private mutating func sayGoodbye() {
    guard case .draining(let since, said: false) = mode else { return }
    mode = .draining(since: since, said: true)
    openClaim = nil
    outgoing.append(.goodbye)
  }

  private mutating func claim(now: Int64) {
    // It looks at what others use before it takes anything.
    guard mode == .working, sampledAt != nil, now >= claimsAfter else { return }
    let free = free.free
    guard let maxTasks = free.maxTasks, maxTasks > 0 else { return }
    if let open = openClaim, open.resources == free, now < open.isOverdue(after: claimWait, heartbeatMilliseconds) {
      return
    }
    let id = ask(.claim, now: now)
    openClaim = OpenClaim(id: id, resources: free, sentAt: now)
    outgoing.append(
      .claim(
        ClaimMessage(
          id: id, resources: free, max: Int(clamping: maxTasks), queues: queues, waitMilliseconds: claimWait,
          stay: stay(now: now))))
  }

  private mutating func sendHeartbeat(now: Int64) {
    guard let due = nextHeartbeat, now >= due else { return }
    if let oldest = heartbeats.first, now - oldest > 3 * heartbeatMilliseconds {
      actions.append(.warning("the server has answered no heartbeat for \((now - oldest) / 1000) s"))
      actions.append(.cut)
      nextHeartbeat = nil
      return
    }
    heartbeats.append(now)
    nextHeartbeat = now.clampedSum(heartbeatMilliseconds)
    outgoing.append(.heartbeat())
  }

  /// Tells the keeper when the server last answered, often enough that it stops nothing too early, and, before a start,
  /// exactly.
  mutating func tellLease(force: Bool) {
    guard let lease, lease.answeredAt > .min else { return }
    if let told = leaseToldAt {
      guard lease.answeredAt > told else { return }
      if !force, lease.answeredAt - told < min(lease.leaseMilliseconds / 100, 1_000) { return }
    }
    leaseToldAt = lease.answeredAt
    orders.append(.heard(sentAt: lease.answeredAt, leaseMilliseconds: lease.leaseMilliseconds))
  }

  // MARK: Leaving

  /// Goes a step further towards the end: first nothing more is claimed, then what runs is stopped and given back, then
  /// it is killed.
  mutating func drain(now: Int64) -> [WorkerAction] {
    switch mode {
    case .working:
      mode = .draining(since: now, said: false)
      actions.append(.info("draining: \(liveCount) tasks run on, nothing more is claimed"))
    case .draining:
      mode = .stopping(since: now, isHurried: false)
      actions.append(.info("stopping: \(liveCount) tasks are ended and given back"))
      for (key, attempt) in attempts { end(key, grace: attempt.order.graceMilliseconds, cause: .released) }
    case .stopping(let since, _):
      mode = .stopping(since: since, isHurried: true)
      for key in attempts.keys { end(key, grace: 0, cause: .released) }
    case .unregistered:
      for key in attempts.keys { end(key, grace: 0, cause: .cancelled) }
    case .gone: break
    }
    return settle(now: now)
  }

  private var leavingSince: Int64? {
    switch mode {
    case .draining(let since, _), .stopping(let since, _): since
    case .working, .unregistered, .gone: nil
    }
  }

  private mutating func leaveIfDone(now: Int64) {
    guard liveCount == 0 else { return }
    let isDelivered = attempts.isEmpty && strays.isEmpty
    switch mode {
    case .draining(let since, _), .stopping(let since, _):
      let isHopeless = link != .up && now >= since.clampedSum(Self.lastPatience)
      if isDelivered || isHopeless { leave(.drained) }
    case .unregistered(let reason):
      if isDelivered { leave(.unregistered(reason)) }
    case .working, .gone: break
    }
  }

  mutating func leave(_ outcome: WorkerOutcome) {
    mode = .gone
    actions.append(.leave(outcome))
  }
}

extension Array {
  /// The elements in order, so many at a time.
  func chunks(of size: Int) -> [[Element]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }

  /// The same of elements that hold texts: each part also stays within what a message may hold, a text that fits in
  /// none by itself aside.
  func chunks(of size: Int, texts: (Element) -> [String?]) -> [[Element]] {
    var chunks: [[Element]] = []
    var chunk: [Element] = []
    var bytes = 0
    for element in self {
      // In JSON a byte takes six at the most.
      let weight = texts(element).reduce(WorkerState.entryBytes) { $0 + 6 * ($1?.utf8.count ?? 0) }
      if !chunk.isEmpty, chunk.count >= size || bytes + weight > WorkerState.batchBytes {
        chunks.append(chunk)
        (chunk, bytes) = ([], 0)
      }
      chunk.append(element)
      bytes += weight
    }
    if !chunk.isEmpty { chunks.append(chunk) }
    return chunks
  }
}
