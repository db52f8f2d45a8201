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
    var shrunken: Set<AttemptKey> = []
    // While those that it speaks of are still to be found: a reaped one's number says nothing.
    readKernelLog()
    var reaped = banyan_reaped()
    while banyan_reap(&reaped) == 1 {
      guard state.attempt(ofMainProcess: reaped.pid) != nil else {
        if case .attempt(let key) = orphans.owners[reaped.pid] { shrunken.insert(key) }
        orphans.remove(reaped.pid)
        continue
      }
      var ending = AttemptEnding(
        process: reaped.signal > 0 ? .signalled(reaped.signal) : .exited(reaped.status), cause: .none,
        timeTerminated: banyan_wall_milliseconds())
      ending.cpuSeconds = Double(reaped.cpu_microseconds) / 1e6
      if reaped.peak_memory_bytes > 0 { ending.peakMemoryBytes = reaped.peak_memory_bytes }
      ends.append((reaped.pid, ending))
    }
    lookForOrphans()
    let now = banyan_boot_milliseconds()
    let mains = ends.compactMap { pid, ending in
      state.attempt(ofMainProcess: pid).map { key in
        var ending = ending
        if ending.process.isKilled, state.isUnasked(pid) {
          ending.isOutOfMemory = memoryKills.contains(key, group: groups.place(of: key))
        }
        return KeeperState.MainEnd(pid: pid, ending: ending, left: orphans.of(key).count)
      }
    }
    perform(state.mainProcessesEnded(mains, now: now))
    for key in state.swept {
      if orphans.of(key).isEmpty {
        perform(state.treeIsEmpty(key))
      } else if shrunken.contains(key) {
        perform(state.treeShrank(key, now: now))
      }
    }
  }

  private func lookForOrphans() {
    let children = children.read()
    let live = Set(state.live)
    orphans.update(
      children: children, isMainProcess: { state.attempt(ofMainProcess: $0) != nil }, live: live,
      owner: { pid in ProcessStat(pid: pid).flatMap { owner(of: $0) } })
  }

  /// The attempt that a process shows itself to be of.
  private func owner(of process: ProcessStat) -> AttemptKey? {
    sessions.attempt(of: process.session) ?? sessions.attempt(of: process.group) ?? groups.attempt(of: process.pid)
      ?? AttemptMarker.attempt(of: process.pid)
  }

  /// Takes what the kernel says of those that it kills.
  func readKernelLog() {
    for pid in kernelLog.takeKilled() {
      memoryKills.killed(pid) { pid in
        var next = pid
        // By what it shows, else by its parents' up to a main process. A chain of them has an end; a table that
        // changes meanwhile may have none.
        for _ in 0..<64 {
          if let key = state.attempt(ofMainProcess: next) { return key }
          guard let process = ProcessStat(pid: next) else { return nil }
          if let key = owner(of: process) { return key }
          next = process.parent
        }
        return nil
      }
    }
  }

  func perform(_ actions: [KeeperState.Action]) {
    for action in actions {
      switch action {
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
    memoryKills.ended(key)
    if let pid = attempt.start?.pid { sessions.ended(key, leader: pid) }
  }
}
