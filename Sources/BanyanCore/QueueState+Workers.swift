/// What providers order of workers.
extension QueueState {
  mutating func register(_ registration: WorkerRegistration, at now: Int64) throws(Rejection) -> Answer {
    var record: WorkerRecord
    if let name = barred[registration.id] {
      emit(.workerNameAllowed(user: name.user, name: name.name.text), at: now)
      record = WorkerRecord(id: registration.id, user: name.user, name: name.name.text, created: now)
    } else if let known = workers[registration.id] {
      record = known.record
    } else if let user = users[registration.id], user.role == .worker {
      let name = BarredName(user: user.id, name: user.name)
      if barred.values.contains(name) { emit(.workerNameAllowed(user: user.id, name: user.name), at: now) }
      record = WorkerRecord(id: user.id, user: user.id, name: user.name, created: now)
    } else {
      throw .field("worker_id", "is neither a user with the role worker nor a worker that was unregistered")
    }
    record.address = registration.address
    record.permissions = registration.permissions
    record.updated = now
    emit(.workerChanged(record), at: now)
    return .worker(record)
  }

  mutating func change(_ worker: WorkerID, _ change: WorkerChange, at now: Int64) throws(Rejection) -> Answer {
    guard var record = workers[worker]?.record else { throw Rejection(.notFound, "No worker \(worker) is registered.") }
    let before = record
    if let pause = change.pause { record.pause = pause }
    if let draining = change.draining { record.isDraining = draining }
    if let permissions = change.permissions { record.permissions = permissions }
    if change.liftsQuarantine {
      record.quarantine = nil
      failures.clear(worker)
    }
    if record != before {
      record.updated = now
      emit(.workerChanged(record), at: now)
    }
    return .worker(record)
  }

  /// Tells a worker to go. Its tasks are ended within the longest of their graces, or given back; what is left then is
  /// abandoned by a later ``Command/tick``.
  mutating func unregister(
    _ worker: WorkerID, requeue: Bool, by asker: Principal, at now: Int64, cancellations: inout [Cancellation]
  ) throws(Rejection) -> Answer {
    guard var record = workers[worker]?.record else { throw Rejection(.notFound, "No worker \(worker) is registered.") }
    guard record.unregistering == nil else { return .worker(record) }
    let slots = live(of: worker)
    let longest = slots.map { tasks[$0].spec.maxShutdownTime }.max() ?? 0
    record.unregistering = Unregistering(deadline: now.saturating(plus: longest), requeue: requeue)
    record.updated = now
    emit(.workerChanged(record), at: now)
    for slot in slots {
      if requeue {
        if tasks[slot].state == .running, let order = cancellation(slot, grace: tasks[slot].spec.maxShutdownTime) {
          cancellations.append(order)
        }
      } else {
        requestCancellation(
          slot, grace: nil, cause: .words("worker \(record.name) unregistered by \(asker.name)"), at: now,
          &cancellations)
      }
    }
    removeIfUnregistered(worker, at: now)
    return .worker(record)
  }

  /// A worker's live attempts, in the order of their tasks' identifiers (slots differ after a restart).
  func live(of worker: WorkerID) -> [Slot] {
    workers[worker]?.live.sortedSlots(tasks) ?? []
  }

  /// A registration goes when its last attempt has ended.
  mutating func removeIfUnregistered(_ worker: WorkerID, at now: Int64) {
    guard let place = workers.index(forKey: worker), workers.values[place].record.unregistering != nil,
      workers.values[place].live.isEmpty
    else { return }
    let record = workers.values[place].record
    failures.forget(worker)
    emit(.workerRemoved(worker, user: record.user, name: record.name), at: now)
  }
}

extension Int64 {
  /// The sum, or the largest number.
  func saturating(plus other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
