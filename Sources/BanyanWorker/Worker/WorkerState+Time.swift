import BanyanCore
import BanyanWire

/// What a worker does of itself as time goes by: it looks at what is used, and it leaves when it is idle or its time is
/// over.
extension WorkerState {
  // MARK: Figures

  /// Has what is used measured, when it is due or somebody waits for it.
  mutating func sample(now: Int64) {
    guard !isSampling, mode == .working || liveCount > 0 else { return }
    guard now >= nextSample else { return }
    isSampling = true
    let running = attempts.compactMap { key, attempt -> MeasuredAttempt? in
      guard case .running(let start) = attempt.phase, let pid = start.pid else { return nil }
      return MeasuredAttempt(key: key, pid: pid, startTicks: start.startTicks, group: start.controlGroup)
    }
    actions.append(.measure(running))
  }

  /// When the next sample is due: figures that somebody wants to read are fresh, if they can be.
  var nextSample: Int64 {
    guard let sampledAt else { return .min }
    let interval = isUsageWanted ? Self.freshFor : liveCount > 0 ? Self.sampleInterval : Self.idleSampleInterval
    return sampledAt.clampedSum(interval)
  }

  /// A measurement that was asked for is there: it is told to the server, and claims follow what others leave.
  mutating func measured(_ measurement: Measurement, now: Int64) -> [WorkerAction] {
    isSampling = false
    isUsageWanted = false
    sampledAt = now
    for (key, usage) in measurement.attempts {
      guard let peak = usage.peakMemoryBytes, let known = attempts[key] else { continue }
      attempts[key]?.peakMemoryBytes = max(peak, known.peakMemoryBytes ?? 0)
    }
    if measurement.load.differs(from: load) { load = measurement.load }
    guard link == .up else { return settle(now: now) }
    let figures = measurement.attempts.compactMap { key, usage -> UsageMessage.Figures? in
      guard let attempt = attempts[key], attempt.isLive, !attempt.isRefused else { return nil }
      var usage = usage
      usage.peakMemoryBytes = attempt.peakMemoryBytes
      return UsageMessage.Figures(attempt: attempt.order.name, usage: usage)
    }
    for chunk in figures.isEmpty ? [[]] : figures.chunks(of: Self.batch) {
      outgoing.append(
        .usage(UsageMessage(tasks: chunk, worker: measurement.machine, roundTrip: roundTrip.map(Double.init))))
    }
    return settle(now: now)
  }

  // MARK: Leaving of itself

  /// What the server is told of the time that is left; nil: it isn't limited.
  func stay(now: Int64) -> StayWord? {
    guard let endsAt else { return nil }
    let left = max(0, endsAt - now)
    return StayWord(endsInMilliseconds: left - min(Self.stayMargin, left / 2), assumeMilliseconds: assumed)
  }

  /// Why a task can't be run in the time that is left; nil: it can. A server that was told gives no such task; one that is
  /// older, or whose answer took long, may.
  func lacksTime(_ task: AssignedTask, now: Int64) -> String? {
    guard let endsAt else { return nil }
    let left = max(0, endsAt - now)
    let said = [task.fields.maxRuntime, task.fields.estimatedRuntime].compactMap { $0 }.max()
    guard let needed = said ?? assumed else {
      return "this worker leaves in \(left / 1000) s, and the task says nothing about its time"
    }
    return needed <= left ? nil : "this worker leaves in \(left / 1000) s, and the task may take \(needed / 1000) s"
  }

  /// Drains a worker that has been idle for too long, or whose time is over.
  mutating func leaveOnTime(now: Int64) {
    idleSince = attempts.isEmpty ? idleSince ?? now : nil
    guard mode == .working else { return }
    if let endsAt, now >= endsAt {
      mode = .stopping(since: now, isHurried: false)
      actions.append(.info("its time is over: \(liveCount) tasks are ended and given back"))
      for (key, attempt) in attempts {
        attempts[key]?.isOutOfTime = true
        end(key, grace: attempt.order.graceMilliseconds, cause: .released)
      }
    } else if let idleTimeout, let idleSince, now >= idleSince.clampedSum(idleTimeout) {
      mode = .draining(since: now, said: false)
      actions.append(.info("idle for \(idleTimeout / 1000) s: it leaves"))
    }
  }
}
