import BanyanCore

/// What is known of workers.
extension Witness {
  mutating func keep(_ record: WorkerRecord, _ command: Command, at now: Int64) {
    let known = machines[record.id]
    // What this command may have changed is taken over; all else has to be as it was.
    var expected = known ?? WorkerRecord(id: record.id, user: record.user, name: record.name, created: now)
    expected.updated = record.updated
    switch command {
    case .hello(let hello):
      require(
        record.user == hello.by.user && record.name == hello.name && !isBarred(record.user, record.name), .workers,
        "\(hello.name) came and \(record.name) was registered")
      if expected.instance != hello.instance {
        expected.isDraining = false
        for id in order {
          guard let task = tasks[id], !task.lacking.isEmpty || !task.perhapsLacking.isEmpty else { continue }
          tasks[id]?.lacking[record.id] = nil
          tasks[id]?.perhapsLacking.remove(record.id)
        }
      }
      if let known { expected.left = leftBehind(known, hello) }
      expected.folder = hello.folder
      expected.instance = hello.instance
      expected.offer = hello.offer
      expected.version = hello.version
      if known == nil { stays[record.id] = hello.stay }
    case .registerWorker(let registration, _):
      expected.address = registration.address
      expected.permissions = registration.permissions
    case .changeWorker(record.id, let change, _):
      if let pause = change.pause { expected.pause = pause }
      if let draining = change.draining { expected.isDraining = draining }
      if let permissions = change.permissions { expected.permissions = permissions }
      if change.liftsQuarantine {
        expected.quarantine = nil
        streaks[record.id] = nil
      }
    case .unregisterWorker(record.id, let requeue, _):
      let longest = (heldTasks[record.id] ?? []).compactMap { tasks[$0]?.fields.maxShutdownTime }.max() ?? 0
      expected.unregistering = Unregistering(deadline: now + longest, requeue: requeue)
    case .tick:
      require((expected.pause?.until ?? .max) <= now, .time, "the pause of \(record.name) ended too early")
      expected.pause = nil
    case .report, .update:
      if record.quarantine != nil, expected.quarantine == nil { checkQuarantine(record) }
      expected.quarantine = record.quarantine
    default: break
    }
    require(record == expected, .workers, "\(record.name) is registered as \(record), not as \(expected)")
    machines[record.id] = record
    if heldTasks[record.id] == nil { heldTasks[record.id] = [] }
  }

  func isBarred(_ user: UserID, _ name: String) -> Bool { barred.values.contains { $0 == (user, name) } }

  mutating func remove(_ id: WorkerID, _ user: UserID, _ name: String) {
    let known = machines.removeValue(forKey: id)
    require(known?.unregistering != nil, .workers, "\(name) is gone, and nobody ordered it")
    require(known?.user == user && known?.name == name, .workers, "\(name) is gone under another name")
    if !(heldTasks[id]?.isEmpty == true) {
      fail(.workers, "\(name) is gone and holds \(heldTasks[id]?.sorted() ?? [])")
    }
    heldTasks[id] = nil
    present[id] = nil
    missed.remove(id)
    limits[id] = nil
    stays[id] = nil
    outOfContact.remove(id)
    silentFolders = silentFolders.filter { $0.worker != id }
    barred[id] = (user, name)
  }

  /// Why a worker may not claim; nil: it may.
  func bar(_ worker: WorkerID) -> String? {
    guard let record = machines[worker] else { return "is not registered" }
    if !record.permissions.contains(.claim) { return "lacks the permission" }
    if record.unregistering != nil { return "is being unregistered" }
    if record.pause != nil { return "is paused" }
    if record.isDraining { return "is draining" }
    if record.quarantine != nil { return "is in quarantine" }
    return nil
  }

  /// A worker that is set aside, and barred by nothing else, is told so by a 422, any other by a 403.
  func kindOfBar(_ worker: WorkerID) -> Rejection.Kind {
    bar(worker) == "is in quarantine" ? .unprocessable : .forbidden
  }

  // MARK: Quarantine

  /// Counts the different tasks that failed at once on a worker, one after another.
  mutating func watch(_ task: Task, _ hold: Hold, _ end: AttemptEnd) {
    guard end.reported == .terminated, task.state == .running else { return }
    switch end.outcome {
    case .succeeded:
      streaks[hold.worker] = nil
      successes.insert(hold.worker)
    case .failed, .retried:
      let isAtOnce = (hold.started.flatMap { start in end.timeTerminated.map { $0 - start } } ?? 0) <= 1000
      if isAtOnce, end.exitStatus != ExitStatus.timedOut {
        streaks[hold.worker, default: []].insert(task.id)
      } else {
        streaks[hold.worker] = nil
      }
    default: break
    }
  }

  private mutating func checkQuarantine(_ record: WorkerRecord) {
    let aside = machines.values.count { $0.quarantine != nil }
    if !((streaks[record.id]?.count ?? 0) >= 5 && successes.contains { $0 != record.id }) {
      fail(.quarantine, "\(record.name) is set aside after \(streaks[record.id]?.count ?? 0) failures")
    }
    if 2 * (aside + 1) > machines.count { fail(.quarantine, "more than half of the workers are set aside") }
    streaks[record.id] = nil
  }
}
