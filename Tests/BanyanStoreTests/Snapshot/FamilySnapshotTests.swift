import BanyanCore
import Testing

@testable import BanyanStore

/// Families come out of a snapshot as they went in: what was shared is shared, and what nothing happened to stays unwritten.
@Suite struct FamilySnapshotTests {
  private static let ann = Principal(user: UserID(seconds: 1, rest: 1), name: "ann", role: .provider, isAdmin: true)
  private static let machine = Principal(user: UserID(seconds: 1, rest: 2), name: "machine", role: .worker)

  private struct Bench {
    var state = QueueState()
    var entropy = Entropy(seed: 5)
    var events: [Event] = []

    @discardableResult
    mutating func perform(_ command: Command) throws(Rejection) -> Answer {
      let outcome = try state.perform(command, at: 1_700_000_000_000, entropy: &entropy)
      events += outcome.events
      return outcome.answer
    }
  }

  private static func family(
    _ name: String, _ parameters: Parameters? = nil, after: [JobReference] = [], stop: UInt32? = nil
  ) -> FamilyDraft {
    var fields = TaskFields()
    fields.name = name
    fields.work = .shell("run {index}")
    fields.environment = ["PATH": String(repeating: "/bin:", count: 800)]
    fields.resources = ResourceRequest()
    return FamilyDraft(fields: fields, parameters: parameters, after: after, stopAfterFailures: stop)
  }

  private static func range(_ count: Int64) -> Parameters {
    .range([IndexSpan(first: 1, last: count)].compactMap { $0 })
  }

  private func lines(of state: QueueState) throws -> [String] {
    var lines: [String] = []
    try SnapshotCodec.forEachLine(of: state.view) { line throws(StoreError) in
      lines.append(String(decoding: line, as: UTF8.self))
    }
    return lines
  }

  private func restored(_ state: QueueState) throws -> QueueState {
    let view = state.view
    var restoration = Restoration(
      sequence: view.sequence, epoch: view.epoch, time: view.time, nextTurn: view.nextTurn, nextJob: view.nextJob)
    for line in try lines(of: state) {
      restoration.add(
        try Array(line.utf8).withUnsafeBytes { bytes throws(RecordError) in try SnapshotCodec.read(bytes) })
    }
    return try restoration.finish()
  }

  /// A queue with families in every condition.
  private func populated() throws -> Bench {
    var bench = Bench()
    func submit(_ name: String, _ families: FamilyDraft..., resume: JobNumber? = nil) throws(Rejection) -> JobReceipt {
      let answer = try bench.perform(
        .submitJob(
          JobSubmission(name: name, labels: ["a": "b"], families: families, resumes: resume, by: Self.ann)))
      guard case .jobSubmitted(let receipt) = answer else { throw Rejection(.malformed, "no receipt") }
      return receipt
    }
    let long = try submit("long", Self.family("fit", Self.range(5000), stop: 100))
    let graph = try submit(
      "graph", Self.family("a", Self.range(100)), Self.family("b", Self.range(100), after: [.name("a")]))
    _ = try submit("untouched", Self.family("c", Self.range(3000)), Self.family("d"))
    let offer = ResourceOffer(memoryBytes: 1 << 50, cores: 100_000)
    guard
      case .welcomed(let welcome) = try bench.perform(
        .hello(Hello(by: Self.machine, name: "w", instance: "1", offer: offer)))
    else { throw Rejection(.malformed, "no welcome") }
    let worker = welcome.worker.id
    guard case .claimed(let claimed) = try bench.perform(.claim(Claim(worker: worker, max: 700))) else { return bench }
    func report(_ task: ClaimedTask, _ status: String) throws(Rejection) {
      let proof = AttemptProof.genuine(claimNumber: task.attempt.claimNumber, epoch: task.attempt.epoch)
      try bench.perform(
        .report(
          worker,
          [AttemptReport(task: task.id, token: proof, state: .terminated, exitStatus: status, timeTerminated: 5)]))
    }
    for (number, task) in claimed.prefix(600).enumerated() {
      try report(task, number % 10 == 0 ? "failure (exit 1)" : ExitStatus.success)
    }
    try bench.perform(.retryJob(JobRetry(job: long.number, members: [1...30], by: Self.ann)))
    var change = JobChange(job: long.number, members: [4000...4100], by: Self.ann)
    change.changes = [.set(.priority) { $0.priority = 3 }]
    try bench.perform(.changeJob(change))
    try bench.perform(.cancel([graph.tasks[0]], grace: nil, by: Self.ann))
    try bench.perform(.retryJob(JobRetry(job: graph.number, by: Self.ann)))
    _ = try submit("again", Self.family("fit", Self.range(700)), resume: long.number)
    return bench
  }

  @Test func aRestartFindsFamiliesAsTheyWere() throws {
    let bench = try populated()
    #expect(bench.state.violations() == [])
    let restored = try restored(bench.state)
    #expect(restored.violations() == [])
    #expect(restored.portrait == bench.state.portrait)
    var replayed = QueueState()
    var bytes: [UInt8] = []
    EventCodec.encode(bench.events, into: &bytes)
    _ = try bytes.withUnsafeBytes { payload throws(RecordError) in
      try EventCodec.decode(payload) { replayed.apply($0, at: 1_700_000_000_000) }
    }
    #expect(replayed.violations() == [])
    #expect(replayed.portrait == bench.state.portrait)
  }

  /// What members share stands there once, however many they are.
  @Test func aFamilyTakesAsMuchRoomAsOneTask() throws {
    var bench = Bench()
    let submission = JobSubmission(
      name: "sweep", families: [Self.family("fit", Self.range(1_000_000))], by: Self.ann)
    try bench.perform(.submitJob(submission))
    var journal: [UInt8] = []
    EventCodec.encode(bench.events, into: &journal)
    #expect(journal.count < 16 << 10)
    let snapshot = try lines(of: bench.state)
    // Those of the last piece, whose neighbours changed, stand there one by one.
    #expect(snapshot.reduce(0) { $0 + $1.utf8.count } < 256 << 10)
    #expect(try restored(bench.state).count(.available) == 1_000_000)
  }
}

extension QueueState {
  /// All tasks and jobs in words: how they are kept is no part of it.
  fileprivate var portrait: [String] {
    var words: [String] = []
    view.forEachTask { task in
      words.append(
        "\(task.id) \(task.state) \(task.isHeld) \(task.turn) \(task.spec.fields) \(task.place as Any) \(task.specSource)"
          + " \(task.replaces as Any) \(task.replacedBy as Any) \(task.cause as Any) \(task.attempts) \(task.endedAt)"
          + " \(task.allContinuations) \(task.pendingDependencyCount) \(task.takenOverFrom as Any)")
      return true
    }
    view.forEachJob { job in
      words.append("\(job.number) \(job.counts) \(job.state) \(job.labels.map { "\($0)" }) \(job.lastEnd)")
      return true
    }
    view.forEachTie { tie, isReplaced in words.append("\(tie.id) \(tie.state) \(tie.allContinuations) \(isReplaced)") }
    return words.sorted()
  }
}
