/// What becomes of an attempt whose worker's lease ran out, from the silence to the end of the attempt. When it runs out is
/// the ``LeaseBook``'s to know, who is asked by ``LinkedQueue/wake(late:at:entropy:)``.
///
/// ```
/// in contact ── a socket closes ──► missed ── the lease ends ──► out of contact
///      ▲                              │                            │ │
///      └────────── heard ─────────────┴────────────────────────────┘ │
///                                                                    ▼
/// on_lost_contact: stop       lost at once: the task is available again, and has one more loss
/// on_lost_contact: continue   runs on: lost only if a provider abandons it
/// more losses than max_loss_count: the task has failed; a cancellation that was asked for: the task is cancelled
/// ```
extension QueueState {
  /// A worker is out of contact: nothing waits for it until it is heard again. It keeps what it holds.
  public mutating func miss(_ worker: WorkerID) {
    workers[worker]?.isPresent = false
    othersChanged(than: worker)
  }

  /// A worker was silent past its lease: it is out of contact until it is heard again. What its leases' end brings about is
  /// ``Command/expireLeases(_:)``.
  public mutating func lose(_ worker: WorkerID) {
    miss(worker)
    workers[worker]?.isOutOfContact = true
  }

  /// A worker that was out of contact was heard.
  /// - Parameters:
  ///   - worker: its registration.
  ///   - isConnected: over its socket; one that speaks REST is present only while it claims.
  public mutating func heard(_ worker: WorkerID, isConnected: Bool) {
    workers[worker]?.isOutOfContact = false
    guard isConnected else { return }
    workers[worker]?.isPresent = true
    othersChanged(than: worker)
  }

  /// A worker was silent past its lease: its attempts are lost, but for those that run on without contact.
  mutating func expireLeases(of worker: WorkerID, at now: Int64) -> Answer {
    lose(worker)
    for slot in live(of: worker) where tasks[slot].spec.onLostContact == .stop && folderLeft(with: slot) == nil {
      orderEnd(slot)
      end(slot, lossEnd(slot, exitStatus: ExitStatus.unreachable), at: now)
    }
    return .done
  }

  /// Nobody came back to a folder that a worker left: its attempts there are lost, but for those that run on without
  /// contact.
  mutating func expireFolder(_ folder: String, of worker: WorkerID, at now: Int64) -> Answer {
    workers[worker]?.silentFolders.insert(CodePoints(folder))
    for slot in live(of: worker) where tasks[slot].spec.onLostContact == .stop {
      guard folderLeft(with: slot)?.isSame(as: folder) == true else { continue }
      end(slot, lossEnd(slot, exitStatus: ExitStatus.unreachable), at: now)
    }
    return .done
  }

  /// The folder that a live attempt was left behind in by its worker; nil: it runs where that works now.
  func folderLeft(with slot: Slot) -> String? {
    guard let worker = tasks[slot].attempts.last?.workerID, let record = workers[worker]?.record, !record.left.isEmpty
    else { return nil }
    return record.folderLeft(with: tasks[slot].id)
  }

  /// Whether a live attempt is in contact: its worker was heard within its lease, and works where the attempt runs.
  private func isInContact(_ slot: Slot) -> Bool {
    guard let worker = tasks[slot].attempts.last.flatMap({ workers[$0.workerID] }) else { return false }
    guard let folder = folderLeft(with: slot) else { return !worker.isOutOfContact }
    return !worker.silentFolders.contains(CodePoints(folder))
  }

  /// A provider gives an attempt up that is out of contact: its worker is silent past its lease, and it was to run on all
  /// the same. It counts as a loss. One in contact is not given up, which would run it twice.
  mutating func abandon(_ id: TaskID, by asker: Principal, at now: Int64) throws(Rejection) -> Answer {
    guard let slot = tasks.slot(id) else { throw Rejection(.notFound, "There is no task \(id).") }
    try checkMayChange(slot, by: asker)
    guard tasks[slot].state.isLive else {
      throw .field("state", "the task is \(tasks[slot].state.name); only a live attempt can be abandoned")
    }
    if isInContact(slot) {
      let name = tasks[slot].attempts.last.flatMap { workers[$0.workerID]?.record.name } ?? ""
      throw .field(
        "state", "the attempt is in contact: its worker \(name) was heard within its lease; cancel the task instead")
    }
    orderEnd(slot)
    end(slot, lossEnd(slot, exitStatus: "abandoned (by \(asker.name))"), at: now)
    return .done
  }

  /// The end of an attempt that is lost with its worker: a loss is no failure of the task, but too many are.
  func lossEnd(_ slot: Slot, exitStatus: String, timeTerminated: Int64? = nil) -> AttemptEnd {
    let entry = tasks[slot]
    if entry.state == .pendingCancellation {
      return AttemptEnd(
        exitStatus: exitStatus, timeTerminated: timeTerminated, outcome: .cancelled, cause: entry.cause)
    }
    if entry.lossCount >= entry.spec.maxLossCount {
      return AttemptEnd(
        exitStatus: exitStatus, timeTerminated: timeTerminated, outcome: .lostTooOften,
        cause: .words("lost with its worker \(entry.lossCount + 1) times; max_loss_count is \(entry.spec.maxLossCount)")
      )
    }
    return AttemptEnd(exitStatus: exitStatus, timeTerminated: timeTerminated, outcome: .lost)
  }

  /// An attempt is given up whose process may run yet: its worker has to stop it, for somebody else may run the task soon.
  mutating func orderEnd(_ slot: Slot) {
    if let order = cancellation(slot, grace: min(tasks[slot].spec.maxShutdownTime, Self.lastGrace)) {
      derivedCancellations.append(order)
    }
  }

  /// Milliseconds that a process has at most between SIGTERM and SIGKILL whose attempt was given up.
  static let lastGrace: Int64 = 5_000
}
