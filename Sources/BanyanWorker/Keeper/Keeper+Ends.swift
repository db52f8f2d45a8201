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
    var thinned: Set<AttemptKey> = []
    var reaped = banyan_reaped()
    while banyan_reap(&reaped) == 1 {
      guard state.attempt(ofMainProcess: reaped.pid) != nil else {
        if case .attempt(let key) = orphans.owners[reaped.pid] { thinned.insert(key) }
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
    for key in state.swept {
      if orphans.of(key).isEmpty {
        perform(state.treeIsEmpty(key))
      } else if thinned.contains(key) {
        perform(state.thinned(key, now: now))
      }
    }
  }

  private func lookForOrphans() {
    let children = children.read()
    let live = Set(state.live)
    orphans.update(
      children: children, isMainProcess: { state.attempt(ofMainProcess: $0) != nil }, live: live,
      owner: { pid in
        guard let process = ProcessStat(pid: pid) else { return nil }
        return sessions[process.session] ?? sessions[process.group] ?? groups.attempt(of: pid)
          ?? AttemptMarker.attempt(of: pid)
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
        let roots = orphans.of(key)
        for process in ProcessTable.read().descendants(of: roots) {
          // What would have ended by it has not had it. What one that tidies up has started for that is its affair.
          let isMissed = roots.contains(process.pid) && ProcessEnd.wouldEnd(process.pid, by: SIGTERM)
          guard process.group != group || isMissed, orphans.ask(process) else { continue }
          ProcessEnd.signal(SIGTERM, to: process)
        }
      case .kill(let key):
        groups.kill(key)
        lookForOrphans()
        let main = state.mainProcess(of: key)
        ProcessEnd.killTree(orphans.of(key) + (main.map { [$0] } ?? []))
      case .tell(.ended(let key, var ending)):
        ending.log = logs.finish(key)
        for words in logs.takeTrouble() { tell(.trouble(words)) }
        // What the kernel counts for a whole group has also what nobody waited for.
        if let seconds = groups.cpuSeconds(of: key) { ending.cpuSeconds = max(seconds, ending.cpuSeconds ?? 0) }
        state.completed(key, ending)
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
    groups.remove(key)
    startTicks[key] = nil
    if let pid = attempt.start?.pid, sessions[pid] == key { sessions[pid] = nil }
  }
}
