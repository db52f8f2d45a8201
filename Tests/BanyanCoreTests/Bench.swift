import BanyanCore
import Testing

/// A queue on a workbench: short words for what tests do with it, and its rules checked after every step.
struct Bench {
  var state = QueueState()
  var entropy = Entropy(seed: 7)
  var now: Int64 = 1_700_000_000_000
  var events: [Event] = []
  let ann = Principal(user: Identifier(seconds: 1, rest: 1), name: "ann", role: .provider, isAdmin: true)
  let bob = Principal(user: Identifier(seconds: 1, rest: 2), name: "bob", role: .provider)
  let machines = Principal(user: Identifier(seconds: 1, rest: 3), name: "machines", role: .worker)

  @discardableResult
  mutating func perform(
    _ command: Command, sourceLocation: SourceLocation = #_sourceLocation
  ) throws(Rejection) -> QueueState.Outcome {
    let sequence = state.sequence
    do {
      let outcome = try state.perform(command, at: now, entropy: &entropy)
      events += outcome.events
      #expect(state.sequence == sequence + UInt64(outcome.events.count), sourceLocation: sourceLocation)
      #expect(state.violations() == [], sourceLocation: sourceLocation)
      return outcome
    } catch {
      #expect(state.sequence == sequence, "a refused command must change nothing", sourceLocation: sourceLocation)
      #expect(state.violations() == [], sourceLocation: sourceLocation)
      throw error
    }
  }

  static func draft(
    _ name: String? = nil, command: String? = "true", available: Bool = true, after: [TaskReference] = [],
    continuations: [TaskReference] = [], held: Bool = false, _ adjust: (inout TaskFields) -> Void = { _ in }
  ) -> TaskDraft {
    var fields = TaskFields()
    fields.name = name
    if let command {
      fields.work = .shell(command)
      fields.resources = ResourceRequest()
    }
    adjust(&fields)
    return TaskDraft(
      fields: fields, isHeld: held, wantsAvailable: available, continuations: continuations, after: after)
  }

  mutating func submit(_ drafts: TaskDraft..., by: Principal? = nil) throws(Rejection) -> [TaskID] {
    guard case .submitted(let ids) = try perform(.submit(Submission(tasks: drafts, by: by ?? ann))).answer else {
      Issue.record("submit is answered by what was made")
      return []
    }
    return ids
  }

  mutating func worker(
    _ name: String = "w", cores: Int64 = 4, memory: Int64 = 8 << 30, gpus: [GPUDevice] = [], maxTasks: Int64? = nil,
    instance: String = "1", folder: String? = nil, running: [(task: TaskID, token: AttemptProof)] = [],
    stay: Stay? = nil
  ) throws(Rejection) -> Welcome {
    let offer = ResourceOffer(memoryBytes: memory, cores: cores, gpus: gpus, maxTasks: maxTasks)
    let hello = Hello(
      by: machines, name: name, instance: instance, folder: folder, offer: offer, running: running, stay: stay)
    guard case .welcomed(let welcome) = try perform(.hello(hello)).answer else {
      Issue.record("hello is answered by a welcome")
      throw Rejection(.malformed, "no welcome")
    }
    return welcome
  }

  mutating func claim(
    _ worker: WorkerID, max: Int = 100, queues: [String] = [], task: TaskID? = nil, stay: Stay? = nil
  ) throws(Rejection) -> [ClaimedTask] {
    let claim = Claim(worker: worker, max: max, queues: queues, task: task, stay: stay)
    guard case .claimed(let tasks) = try perform(.claim(claim)).answer else {
      Issue.record("a claim is answered by tasks")
      return []
    }
    return tasks
  }

  /// Reports the end of an attempt; why it was refused, nil where it was accepted.
  mutating func report(
    _ worker: WorkerID, _ task: ClaimedTask, _ status: String = ExitStatus.success, state: TaskState = .terminated,
    time: Int64? = 5
  ) throws(Rejection) -> Rejection? {
    let report = AttemptReport(
      task: task.id, token: task.proof, state: state, exitStatus: status, timeTerminated: time)
    guard case .judged(let verdicts) = try perform(.report(worker, [report])).answer, verdicts.count == 1 else {
      Issue.record("one report has one verdict")
      return nil
    }
    return verdicts[0].refusal
  }

  mutating func cancel(_ tasks: TaskID..., grace: Int64? = nil) throws(Rejection) -> [Cancellation] {
    try perform(.cancel(tasks, grace: grace, by: ann)).cancellations
  }

  func status(_ task: TaskID) -> TaskState? { state.record(task)?.state }
}

extension ClaimedTask {
  var proof: AttemptProof { .genuine(claimNumber: attempt.claimNumber, epoch: attempt.epoch) }
}
