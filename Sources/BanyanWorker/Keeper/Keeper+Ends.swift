import CProcess
import Glibc

/// How a keeper sees that processes end, and how it ends them.
extension Keeper {
  func readSignals() {
    while true {
      switch banyan_next_signal(signals) {
      case 0: return
      case SIGCHLD: reap()
      // Somebody stops this service as a whole: what ends from now on is lost, not failed.
      default: perform(state.endAll(now: banyan_boot_milliseconds()))
      }
    }
  }

  private func reap() {
    var ends: [(pid: Int32, ending: AttemptEnding)] = []
    var reaped = banyan_reaped()
    while banyan_reap(&reaped) == 1 {
      guard state.attempt(ofMainProcess: reaped.pid) != nil else {
        orphans.remove(reaped.pid)
        continue
      }
      var ending = AttemptEnding(
        process: reaped.signal > 0 ? .signalled(reaped.signal) : .exited(reaped.status), cause: .none,
        timeTerminated: banyan_wall_milliseconds())
      if ending.process.isKilled, state.isUnasked(reaped.pid) { ending.isOutOfMemory = memoryKills.haveRisen() }
      ending.cpuSeconds = Double(reaped.cpu_microseconds) / 1e6
      if reaped.peak_memory_bytes > 0 { ending.peakMemoryBytes = reaped.peak_memory_bytes }
      ends.append((reaped.pid, ending))
    }
    lookForOrphans()
    let now = banyan_boot_milliseconds()
    for (pid, ending) in ends {
      guard let key = state.attempt(ofMainProcess: pid) else { continue }
      perform(state.mainProcessEnded(pid, ending, left: orphans.of(key).count, now: now))
    }
    for key in state.swept where orphans.of(key).isEmpty { perform(state.treeIsEmpty(key)) }
  }

  private func lookForOrphans() {
    let children = children.read()
    let live = Set(state.live)
    orphans.update(
      children: children, isMainProcess: { state.attempt(ofMainProcess: $0) != nil }, live: live,
      owner: { pid in
        guard let process = ProcessStat(pid: pid) else { return nil }
        return sessions[process.session] ?? sessions[process.group] ?? AttemptMarker.attempt(of: pid)
      })
  }

  func perform(_ deeds: [KeeperState.Deed]) {
    for deed in deeds {
      switch deed {
      case .terminate(let pid):
        // The main process is unreaped, so the number of its group is still its own.
        kill(-pid, SIGTERM)
        kill(-pid, SIGCONT)
      case .terminateRest(let key):
        let group = state.attempts[key]?.start?.pid
        for process in ProcessTable.read().descendants(of: orphans.of(key)) where process.group != group {
          ProcessEnd.signal(SIGTERM, to: process)
        }
      case .kill(let key):
        lookForOrphans()
        let main = state.mainProcess(of: key)
        ProcessEnd.killTree(orphans.of(key) + (main.map { [$0] } ?? []))
      case .tell(.ended(let key, var ending)):
        if let log = logs.finish(key) {
          ending.log = log
          state.wrote(key, log)
          for words in logs.takeTrouble() { tell(.trouble(words)) }
        }
        let event = KeeperEvent.ended(key, ending)
        note(event)
        tell(event)
      case .tell(let event):
        tell(event)
      }
    }
  }

  private func note(_ event: KeeperEvent) {
    guard case .ended(let key, let ending) = event, let attempt = state.attempts[key] else { return }
    journal.ended(HeldAttempt(order: attempt.order, start: attempt.start, ending: ending))
    orphans.ended(key)
    startTicks[key] = nil
    if let pid = attempt.start?.pid, sessions[pid] == key { sessions[pid] = nil }
  }
}
