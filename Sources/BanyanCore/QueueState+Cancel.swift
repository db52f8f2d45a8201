/// Cancelling: what waits is cancelled at once and all below it; what runs is ended by its worker within its grace.
extension QueueState {
  mutating func cancel(
    _ ids: [TaskID], grace: Int64?, by asker: Principal, at now: Int64, cancellations: inout [Cancellation]
  ) -> Answer {
    for id in ids {
      guard let slot = tasks.slot(id) else { continue }
      requestCancellation(slot, grace: grace, by: asker, at: now, &cancellations)
    }
    return .cancelled(ids.map { id in (id, tasks.slot(id).map { tasks[$0].state }) })
  }

  /// What a provider's request for `cancelled` does in each state. Of what has ended it changes nothing.
  mutating func requestCancellation(
    _ slot: Slot, grace: Int64?, by asker: Principal, at now: Int64, _ cancellations: inout [Cancellation]
  ) {
    requestCancellation(slot, grace: grace, cause: .words("cancelled by \(asker.name)"), at: now, &cancellations)
  }

  mutating func requestCancellation(
    _ slot: Slot, grace: Int64?, cause: Cause, at now: Int64, _ cancellations: inout [Cancellation]
  ) {
    let entry = tasks[slot]
    switch entry.state {
    case .inactive, .available:
      emit(.taskCancelled(entry.id, cause: cause), at: now)
      settle(slot, .cancel, at: now)
    case .running, .pendingCancellation:
      let wanted = min(entry.spec.maxShutdownTime, max(0, grace ?? entry.spec.maxShutdownTime))
      let (sum, overflow) = now.addingReportingOverflow(wanted)
      let due = overflow ? Int64.max : sum
      // Asking again may shorten the grace, never lengthen it.
      guard entry.state == .running || due < entry.killDue else { return }
      emit(.cancellationRequested(entry.id, killDue: due, grace: wanted, cause: entry.cause ?? cause), at: now)
      if let cancellation = cancellation(slot, grace: wanted) { cancellations.append(cancellation) }
    case .cancelled, .terminated: break
    }
  }

  /// The order to the worker that holds the attempt; nil: nobody can be told. Who works in another folder by now would say
  /// that nothing of it runs, which is not so.
  func cancellation(_ slot: Slot, grace: Int64) -> Cancellation? {
    guard tasks[slot].state.isLive, let attempt = tasks[slot].attempts.last, folderLeft(with: slot) == nil else {
      return nil
    }
    return Cancellation(
      task: tasks[slot].id, worker: attempt.workerID, claimNumber: attempt.claimNumber, epoch: attempt.epoch,
      grace: grace)
  }
}
