import BanyanCore
import Testing

/// A queue that random commands are driven through, and the frames that came of it.
struct QueueDriver {
  var state: QueueState
  var entropy: Entropy
  var random: SeededRandom
  var now: Int64 = 1_700_000_000_000
  var tasks: [TaskID] = []
  var workers: [WorkerID] = []
  var users: [Principal] = []

  init(seed: UInt64, state: QueueState = QueueState()) {
    self.state = state
    entropy = Entropy(seed: seed)
    random = SeededRandom(seed: seed)
  }

  /// Does a command; nil where it was refused or changed nothing.
  mutating func perform(_ command: Command) -> (frame: Frame?, answer: Answer)? {
    let first = state.sequence + 1
    guard let outcome = try? state.perform(command, at: now, entropy: &entropy) else { return nil }
    let frame = outcome.events.isEmpty ? nil : Frame(firstSequence: first, time: now, events: outcome.events)
    return (frame, outcome.answer)
  }

  /// Users and workers, so that something can be done.
  mutating func begin() -> [Frame] {
    var frames: [Frame] = []
    func keep(_ done: (frame: Frame?, answer: Answer)?) -> Answer? {
      if let frame = done?.frame { frames.append(frame) }
      return done?.answer
    }
    _ = keep(perform(.start))
    for (name, role) in [("ann", Role.provider), ("machines", .worker)] {
      guard
        case .user(let user) = keep(
          perform(.addUser(name: name, role: role, tokenHash: [UInt8](repeating: UInt8(users.count), count: 32))))
      else { continue }
      users.append(Principal(user))
    }
    for number in 0..<3 {
      let hello = Hello(
        by: users[1], name: "w\(number)", instance: "i\(number)",
        offer: ResourceOffer(memoryBytes: 8 << 30, cores: 8, custom: ["licence": 2]))
      if case .welcomed(let welcome) = keep(perform(.hello(hello))) { workers.append(welcome.worker.id) }
    }
    return frames
  }

  /// Gives one random command some seconds after the last; its frame, nil where nothing happened.
  mutating func step() -> Frame? {
    now += Int64.random(in: 0...5_000, using: &random)
    let ann = users[0]
    switch Int.random(in: 0..<20, using: &random) {
    case 0..<5: return submit(by: ann)
    case 5..<9:
      guard let worker = workers.randomElement(using: &random) else { return nil }
      return perform(.claim(Claim(worker: worker, max: Int.random(in: 1...4, using: &random))))?.frame
    case 9..<14: return report()
    case 14: return start()
    case 15:
      guard let task = tasks.randomElement(using: &random) else { return nil }
      return perform(.cancel([task], grace: nil, by: ann))?.frame
    case 16:
      let some = (0..<3).compactMap { _ in tasks.randomElement(using: &random) }
      return perform(.forget(some, .ended, by: ann))?.frame
    case 17:
      guard let worker = workers.randomElement(using: &random) else { return nil }
      return perform(.expireLeases(worker))?.frame
    case 18: return patch(by: ann)
    default: return perform(.tick)?.frame
    }
  }

  private mutating func submit(by ann: Principal) -> Frame? {
    var drafts: [TaskDraft] = []
    for number in 0..<Int.random(in: 1...5, using: &random) {
      var fields = TaskFields()
      fields.name = "t\(state.sequence)-\(number)"
      if Int.random(in: 0..<5, using: &random) > 0 {
        fields.work = .shell("echo \(number)")
        var resources = ResourceRequest()
        resources.coreCount = Int64.random(in: 0...3, using: &random)
        fields.resources = resources
      }
      if fields.work != nil {
        fields.maxAttemptCount = UInt32.random(in: 1...3, using: &random)
        fields.retryDelay = Bool.random(using: &random) ? 3_000 : 0
        if Int.random(in: 0..<4, using: &random) == 0 { fields.notBefore = now + 4_000 }
        if Bool.random(using: &random) { fields.labels = ["kind": "x"] }
      }
      var after: [TaskReference] = []
      if number > 0, Bool.random(using: &random) { after.append(.name("t\(state.sequence)-\(number - 1)")) }
      if let other = tasks.randomElement(using: &random), Int.random(in: 0..<3, using: &random) == 0 {
        after.append(.id(other))
      }
      drafts.append(
        TaskDraft(
          fields: fields, isHeld: Int.random(in: 0..<8, using: &random) == 0,
          wantsAvailable: Bool.random(using: &random),
          after: after))
    }
    let key = Bool.random(using: &random) ? (key: "k\(state.sequence)", body: [UInt8(1), 2, 3]) : nil
    guard let done = perform(.submit(Submission(tasks: drafts, by: ann, key: key))) else { return nil }
    if case .submitted(let ids) = done.answer { tasks += ids }
    return done.frame
  }

  private mutating func live() -> (worker: WorkerID, task: TaskID, token: AttemptProof)? {
    let held = state.allWorkers.flatMap { worker in worker.live.map { (worker.record.id, $0) } }
    guard let (worker, task) = held.randomElement(using: &random), let attempt = state.attempt(of: task) else {
      return nil
    }
    return (worker, task, .genuine(claimNumber: attempt.claimNumber, epoch: attempt.epoch))
  }

  private mutating func report() -> Frame? {
    guard let (worker, task, token) = live() else { return nil }
    var usage = AttemptUsage()
    usage.cpuSeconds = 1.25
    let (state, status): (TaskState, String) =
      switch Int.random(in: 0..<6, using: &random) {
      case 0: (.terminated, "failure (exit 1)")
      case 1: (.available, ExitStatus.released)
      case 2: (.cancelled, ExitStatus.cancelled)
      default: (.terminated, ExitStatus.success)
      }
    let report = AttemptReport(
      task: task, token: token, state: state, exitStatus: status, timeTerminated: now, usage: usage)
    return perform(.report(worker, [report]))?.frame
  }

  private mutating func start() -> Frame? {
    guard let (worker, task, token) = live() else { return nil }
    return perform(
      .started(worker, [AttemptStart(task: task, token: token, timeStarted: now, workingDirectory: "/w")]))?
      .frame
  }

  private mutating func patch(by ann: Principal) -> Frame? {
    guard let task = tasks.randomElement(using: &random) else { return nil }
    var patch = TaskPatch(task: task)
    switch Int.random(in: 0..<3, using: &random) {
    case 0: patch.changes = [.set(.labels) { $0.labels = ["changed": "\(now)"] }]
    case 1: patch.changes = [.held(Bool.random(using: &random))]
    default: patch.state = .available
    }
    return perform(.update([patch], by: ann))?.frame
  }
}

/// All that two states have to agree in, as text.
func sameness(_ state: QueueState) -> [String] {
  let view = state.view
  var lines = ["\(view.sequence) \(view.epoch) \(view.time) \(view.nextTurn) \(view.taskCount) \(state.claimableCount)"]
  lines += view.users.map { "\($0)" }
  lines += view.workers.map { worker in
    "\(worker.record.id) \(worker.record.name) \(worker.record.updated) \(worker.live) \(worker.usedCores) "
      + "\(worker.usedMemoryBytes) \(worker.usedGPUs) \(worker.record.offer == nil)"
  }
  lines += view.barredNames.map { "\($0)" }
  lines += view.rememberedKeys.map { "\($0)" }
  var tasks: [String] = []
  view.forEachTask { record in
    let fields = record.spec.fields
    tasks.append(
      "\(record) \(record.spec.owner) \(fields.name ?? "") \(fields.work as Any) \(fields.labels.sorted { $0.key < $1.key }) "
        + "\(fields.resources as Any) \(fields.maxAttemptCount) \(fields.retryDelay) \(fields.notBefore ?? 0)")
    return true
  }
  return lines + tasks.sorted()
}
