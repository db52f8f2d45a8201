/// Forgetting: a task leaves all lists, and nobody waits for it any more.
extension QueueState {
  mutating func forget(
    _ ids: [TaskID], _ rule: ForgetRule, at now: Int64, cancellations: inout [Cancellation]
  ) throws(Rejection) -> Answer {
    var forgotten: [TaskID] = []
    var seen: Set<TaskID> = []
    var orders: [Cancellation] = []
    var holders: Set<WorkerID> = []
    for id in ids where seen.insert(id).inserted {
      guard let slot = tasks.slot(id) else {
        if rule == .endedOrIdle { throw Rejection(.notFound, "There is no task \(id).") }
        continue
      }
      let entry = tasks[slot]
      switch rule {
      case .ended: guard entry.state.isEnded else { continue }
      case .endedOrIdle:
        guard entry.state.isEnded || (entry.state == .inactive && entry.pending == 0) else {
          throw .field(
            "state",
            "the task is \(entry.state.name)\(entry.pending > 0 ? " and waits for \(entry.pending) parents" : ""); it can be forgotten once it has ended: cancel it first"
          )
        }
      case .everything:
        if let order = cancellation(slot, grace: entry.spec.maxShutdownTime) { orders.append(order) }
        if entry.state.isLive, let worker = entry.attempts.last?.workerID { holders.insert(worker) }
      }
      forgotten.append(id)
    }
    if !forgotten.isEmpty { emit(.tasksForgotten(forgotten), at: now) }
    cancellations += orders
    for worker in holders.sorted() { removeIfUnregistered(worker, at: now) }
    return .forgotten(forgotten.count)
  }
}
