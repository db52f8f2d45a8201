import BanyanCore

/// A queue to be measured: the engine alone, without disk and sockets.
struct EngineWorkload {
  var state = QueueState()
  var entropy = Entropy(seed: 42)
  var now: Int64 = 1_700_000_000_000
  let provider = Principal(user: Identifier(seconds: 1, rest: 1), name: "ann", role: .provider)
  let machines = Principal(user: Identifier(seconds: 1, rest: 2), name: "machines", role: .worker)

  /// A name of 12 bytes and a command of 60, as the figure for memory wants them.
  static func draft(_ number: Int, shape: Int = 0, available: Bool = true) -> TaskDraft {
    var fields = TaskFields()
    let digits = String(number)
    fields.name = "task" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    let command = "python3 train.py --seed \(digits) --data /srv/data --epochs 10"
    fields.work = .shell(command + String(repeating: " ", count: max(0, 60 - command.utf8.count)))
    var resources = ResourceRequest()
    resources.coreCount = Int64(shape % 16)
    resources.memoryBytes = Int64(1 + shape / 16) << 20
    fields.resources = resources
    return TaskDraft(fields: fields, wantsAvailable: available)
  }

  mutating func submit(_ drafts: [TaskDraft]) throws(Rejection) -> [TaskID] {
    let outcome = try state.perform(.submit(Submission(tasks: drafts, by: provider)), at: now, entropy: &entropy)
    guard case .submitted(let ids) = outcome.answer else { return [] }
    return ids
  }

  /// Puts so many waiting tasks in, a thousand a request.
  mutating func fill(_ count: Int, shapes: Int = 1) throws(Rejection) {
    var number = 0
    while number < count {
      let size = min(1000, count - number)
      _ = try submit((number..<number + size).map { Self.draft($0, shape: $0 % shapes) })
      number += size
    }
  }

  mutating func worker(_ name: String, cores: Int64, memory: Int64) throws(Rejection) -> WorkerID {
    let offer = ResourceOffer(memoryBytes: memory, cores: cores, maxTasks: 1_000_000)
    let hello = Hello(by: machines, name: name, instance: "1", offer: offer)
    guard case .welcomed(let welcome) = try state.perform(.hello(hello), at: now, entropy: &entropy).answer else {
      throw Rejection(.malformed, "no welcome")
    }
    return welcome.worker.id
  }

  mutating func claim(_ worker: WorkerID, max: Int) throws(Rejection) -> [ClaimedTask] {
    let outcome = try state.perform(.claim(Claim(worker: worker, max: max)), at: now, entropy: &entropy)
    guard case .claimed(let tasks) = outcome.answer else { return [] }
    return tasks
  }

  mutating func report(_ worker: WorkerID, _ tasks: [ClaimedTask], state asked: TaskState = .terminated)
    throws(Rejection)
  {
    let reports = tasks.map { task in
      AttemptReport(
        task: task.id, token: .genuine(claimNumber: task.attempt.claimNumber, epoch: task.attempt.epoch),
        state: asked, exitStatus: asked == .terminated ? ExitStatus.success : ExitStatus.released,
        timeTerminated: asked == .terminated ? now : nil)
    }
    _ = try state.perform(.report(worker, reports), at: now, entropy: &entropy)
  }
}
