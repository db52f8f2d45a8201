import BanyanCore

/// How long whose silence is borne, and all else that time brings about.
extension TaskQueue {
  /// A worker that speaks REST was heard.
  func heard(user: UserID) { linked.heard(user: user, at: now) }

  /// Does all that is due by now.
  /// - Parameter late: milliseconds by which the server itself was late.
  func wake(late: Int64) {
    armedFor = nil
    if late > LinkedQueue.maxLateness {
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
}
