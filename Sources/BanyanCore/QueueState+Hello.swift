/// A worker comes, or comes back.
extension QueueState {
  mutating func welcome(_ hello: Hello, at now: Int64, entropy: inout Entropy) throws(Rejection) -> Answer {
    guard hello.by.role == .worker else {
      throw Rejection(.forbidden, "The user \(hello.by.name) is no worker.")
    }
    let name = BarredName(user: hello.by.user, name: hello.name)
    guard !barred.values.contains(name) else {
      throw Rejection(
        .forbidden, "The worker \(hello.name) was unregistered; a provider has to register it anew first.")
    }
    let known = workerID(named: hello.name, user: hello.by.user).flatMap { workers[$0]?.record }
    var record =
      known
      ?? WorkerRecord(id: entropy.identifier(at: now), user: hello.by.user, name: hello.name, created: now)
    let named = known.map { self.named(hello.running, by: $0.id) } ?? []
    record.move(to: hello.folder, live: known.map { live(of: $0.id).map { tasks[$0].id } } ?? [], named: named)
    let isSameInstance = known?.instance?.isSame(as: hello.instance) == true
    record.instance = hello.instance
    record.offer = hello.offer
    record.version = hello.version
    if !isSameInstance { record.isDraining = false }
    if record != known || !isSameInstance {
      record.updated = now
      emit(.workerChanged(record), at: now)
    }
    if let folder = hello.folder { workers[record.id]?.silentFolders.remove(CodePoints(folder)) }
    workers[record.id]?.stay = hello.stay
    workers[record.id]?.claimed = nil
    heard(record.id, isConnected: true)
    if !isSameInstance { loseOthers(of: record.id, than: named, at: now) }
    var welcome = Welcome(worker: record)
    attach(hello, &welcome, at: now)
    return .welcomed(welcome)
  }

  /// Live attempts that a worker names with their tokens: these it holds.
  private func named(_ running: [(task: TaskID, token: AttemptProof)], by worker: WorkerID) -> Set<TaskID> {
    Set(running.filter { isLive($0.task, $0.token, worker) }.map(\.task))
  }

  /// A new start of the worker's process never had what the old one held, but for what it names with its token: that
  /// it took over. What runs from a folder that it left it knows nothing of.
  private mutating func loseOthers(of worker: WorkerID, than kept: Set<TaskID>, at now: Int64) {
    for slot in live(of: worker) where !kept.contains(tasks[slot].id) && folderLeft(with: slot) == nil {
      if tasks[slot].attempts.last?.timeStarted == nil, tasks[slot].state == .running {
        end(slot, AttemptEnd(exitStatus: ExitStatus.released, timeTerminated: nil, outcome: .givenBack), at: now)
      } else {
        end(slot, lossEnd(slot, exitStatus: ExitStatus.restarted), at: now)
      }
    }
  }

  private func isLive(_ task: TaskID, _ token: AttemptProof, _ worker: WorkerID) -> Bool {
    guard let slot = tasks.slot(task) else { return false }
    do throws(Rejection) { return try judge(slot, token, .worker(worker)).isLive } catch { return false }
  }

  /// Compares what the worker says it runs with what the state holds for it.
  private func attach(_ hello: Hello, _ welcome: inout Welcome, at now: Int64) {
    let worker = welcome.worker.id
    var attached: Set<TaskID> = []
    for (task, token) in hello.running {
      do throws(Rejection) {
        guard let slot = tasks.slot(task) else {
          throw Rejection(.notFound, "There is no task \(task); it may have been forgotten.")
        }
        guard try judge(slot, token, .worker(worker)).isLive else { throw conflict(slot) }
        attached.insert(task)
        welcome.attached.append(task)
      } catch {
        welcome.refused.append((task, error))
      }
    }
    for slot in live(of: worker) where folderLeft(with: slot) == nil {
      let entry = tasks[slot]
      guard let attempt = entry.attempts.last else { continue }
      if !attached.contains(entry.id) {
        welcome.held.append(ClaimedTask(record: tasks.record(slot), attempt: attempt))
      }
      if entry.state == .pendingCancellation,
        let order = cancellation(slot, grace: max(0, entry.killDue.saturating(plus: -now)))
      {
        welcome.cancelling.append(order)
      }
    }
  }
}
