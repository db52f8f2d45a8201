/// What follows from the end of a task: its continuations are released or cancelled, theirs too, all the way down.
/// By loop: a chain of a million tasks needs no deep stack.
extension QueueState {
  /// How an ended task bears on those below it.
  enum Consequence {
    case release, cancel
  }

  /// Emits what follows from the end of the task in this slot. The rows of what has edges are written out.
  mutating func settle(_ slot: Slot, _ consequence: Consequence, at now: Int64) {
    var work = [(slot: slot, consequence: consequence)]
    var next = 0
    while next < work.count {
      let (slot, consequence) = work[next]
      next += 1
      if next > 4096, next > work.count / 2 {
        work.removeFirst(next)
        next = 0
      }
      let cause = consequence == .cancel ? tasks.causeBelow(slot) : nil
      for child in tasks[written: slot].children where tasks[written: child].state == .inactive {
        switch consequence {
        case .release where tasks[written: child].pending == 0:
          if makeAvailableOrPass(child, at: now) { work.append((child, .release)) }
        case .release: continue
        case .cancel:
          guard let cause else { continue }
          emit(
            tasks.isTie(child)
              ? .tieCut(tasks[written: child].id, cause: cause)
              : .taskCancelled(tasks[written: child].id, cause: cause), at: now)
          work.append((child, .cancel))
        }
      }
    }
  }

  /// A group or a tie passes (true), any other task waits for a worker from now on.
  mutating func makeAvailableOrPass(_ slot: Slot, at now: Int64) -> Bool {
    let (id, spec) = (tasks[slot].id, tasks[slot].spec)
    guard !spec.isGroup else {
      emit(tasks.isTie(slot) ? .tiePassed(id) : .groupPassed(id), at: now)
      return true
    }
    let due = spec.notBefore ?? 0
    emit(.taskMadeAvailable(id, delayedUntil: due > now ? due : 0), at: now)
    return false
  }

  /// Ends the live attempt of a task, whichever way, and emits what follows. The one path for every end.
  mutating func end(_ slot: Slot, _ end: AttemptEnd, at now: Int64) {
    let end = withLastFigures(end, of: slot)
    let worker = tasks[written: slot].attempts.last?.workerID
    let wasCancelling = tasks[written: slot].state == .pendingCancellation
    emit(.attemptEnded(tasks[written: slot].id, end), at: now)
    switch end.outcome {
    case .succeeded: settle(slot, .release, at: now)
    case .failed, .succeededTooLate, .cancelled, .lostTooOften:
      settle(slot, .cancel, at: now)
      stopArray(of: slot, at: now)
    case .retried, .givenBack, .lost: break
    }
    if !wasCancelling { judgeWorker(by: slot, end, at: now) }
    if let worker { removeIfUnregistered(worker, at: now) }
  }
}

extension TaskTable {
  /// Why what lies below a task that didn't succeed is cancelled. A tie is nobody's cause: it hands on its own.
  func causeBelow(_ slot: Slot) -> Cause {
    if isTie(slot), let cause = self[slot].cause { return cause }
    return .parent(self[slot].id, self[slot].parentEnd)
  }
}

extension TaskEntry {
  /// It ended in success, but after its cancellation had been requested.
  var wasCancelledTooLate: Bool {
    state == .terminated && cause != nil && attempts.last?.exitStatus == ExitStatus.success
  }
}
