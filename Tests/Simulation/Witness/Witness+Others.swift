import BanyanCore

/// Who could run a task: in the time that a worker stays, and where others go first.
extension Witness {
  /// What a command says of its worker, before anything comes of it.
  mutating func hear(_ command: Command) {
    switch command {
    case .hello(let hello):
      guard let known = machines.values.first(where: { $0.user == hello.by.user && $0.name == hello.name }) else {
        return
      }
      stays[known.id] = hello.stay
      limits[known.id] = nil
      missed.remove(known.id)
    case .claim(let claim):
      if let stay = claim.stay { stays[claim.worker] = stay }
      guard claim.task == nil, machines[claim.worker]?.offer != nil else { return }
      limits[claim.worker] = claim.resources
      missed.remove(claim.worker)
    case .expireLeases(let worker): missed.insert(worker)
    default: break
    }
  }

  /// Whether a worker stays long enough.
  enum TimeLeft { case enough, perhaps, tooLittle }

  /// Whether a worker stays until a task has ended. The engine reckons with a little more than an estimate.
  func timeLeft(of worker: WorkerID, for task: Task) -> TimeLeft {
    guard let stay = stays[worker] else { return .enough }
    let left = stay.until - now
    let (estimate, limit) = (task.fields.estimatedRuntime, task.fields.maxRuntime)
    guard let needed = [estimate, limit].compactMap({ $0 }).max() else {
      return stay.assumed.map { $0 <= left } == true ? .enough : .tooLittle
    }
    if left <= 0 || needed > left { return .tooLittle }
    return (estimate ?? 0) + (estimate ?? 0) / 64 + 1 <= left ? .enough : .perhaps
  }

  /// It may be that a worker is passed over for a task that fits.
  func mayPassOver(_ task: Task, _ worker: WorkerID) -> Bool {
    if task.perhapsLacking.contains(worker) || (task.lacking[worker] ?? .max) <= latest { return true }
    if timeLeft(of: worker, for: task) == .perhaps { return true }
    return task.passedOver.contains(worker)
      && present.keys.contains { $0 != worker && mayRunNow(task, $0) }
  }

  /// A worker that may be able to run a task at once.
  private func mayRunNow(_ task: Task, _ worker: WorkerID) -> Bool {
    guard bar(worker) == nil, !missed.contains(worker), let queues = present[worker],
      queues.isEmpty || queues.contains(task.fields.queue), (task.lacking[worker] ?? .min) <= latest,
      timeLeft(of: worker, for: task) != .tooLittle, let request = task.fields.resources,
      let room = room(of: worker, limits[worker])
    else { return false }
    return room.lacks(request) == nil
  }

  /// Whether another worker is there that could run a task when it is idle.
  func hasOthers(_ task: Task, than worker: WorkerID) -> Bool {
    guard let request = task.fields.resources else { return false }
    return present.keys.contains { other in
      other != worker && bar(other) == nil && !missed.contains(other)
        && wholeOffer(of: other).map { $0.lacks(request) == nil } == true
    }
  }

  /// Whether a claim of all that a worker has would get something.
  /// - Parameter isSure: for sure, whatever the queue remembers of failures.
  package func hasWork(for worker: WorkerID, isSure: Bool = true) -> Bool {
    work(for: worker, isSure: isSure) != nil
  }

  /// A task that it would get.
  package func work(for worker: WorkerID, isSure: Bool = true) -> TaskID? {
    guard bar(worker) == nil, !isReserving, let queues = present[worker], let room = room(of: worker, limits[worker])
    else { return nil }
    return order.first { id in
      guard let task = tasks[id], task.isClaimable, let request = task.fields.resources else { return false }
      return (queues.isEmpty || queues.contains(task.fields.queue)) && task.lacking[worker] == nil
        && (!mayPassOver(task, worker) || (!isSure && task.isPassingUnsure))
        && timeLeft(of: worker, for: task) == .enough && room.lacks(request) == nil
        && !isFull(task)
    }
  }
}
