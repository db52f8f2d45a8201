import BanyanCore
import Testing

/// With exact run times and nobody new, the forecast is what then happens: the queue itself is driven on, by commands
/// alone, and each task starts and ends when the forecast said.
@Suite struct ForecastLawTests {
  @Test(arguments: 1...40) func itIsWhatThenHappens(_ seed: UInt64) throws {
    var machine = try MachineRoom(seed: seed)
    try machine.submit()
    // Some of it has happened, so that tasks run, and others have ended.
    for _ in 0..<Int(seed % 30) { guard try machine.step() else { break } }
    let forecast = Forecast(machine.source)
    let asOf = machine.now
    #expect(!forecast.isCut)
    let running = Set(machine.starts.keys).subtracting(machine.ends.keys)
    let before = Set(machine.starts.keys)
    while try machine.step() {}
    for task in running {
      #expect(forecast.tasks[task]?.start == nil, "seed \(seed): it runs")
      #expect(forecast.tasks[task]?.end?.likely == machine.ends[task], "seed \(seed): the end of \(task)")
    }
    for (task, start) in machine.starts where !before.contains(task) {
      #expect(
        forecast.tasks[task]?.start?.likely == start,
        "seed \(seed): \(task) starts \(start - asOf) ms later, not \((forecast.tasks[task]?.start?.likely ?? 0) - asOf)"
      )
      #expect(forecast.tasks[task]?.end?.likely == machine.ends[task], "seed \(seed): the end of \(task)")
    }
    let expected = Set(forecast.tasks.keys)
    #expect(
      expected == running.union(machine.starts.keys.filter { !before.contains($0) }),
      "seed \(seed): nothing else is told of")
    for (number, job) in forecast.jobs {
      let ends = machine.state.view.tasks(of: number).map(\.endedAt)
      if let end = job.end { #expect(end.likely == ends.max(), "seed \(seed): the end of job \(number)") }
    }
    #expect(machine.started > 20, "seed \(seed): \(machine.started) started")
  }

  /// What holds a task back is what ends when it starts.
  @Test(arguments: 1...10) func whatHoldsATaskEndsWhenItStarts(_ seed: UInt64) throws {
    var machine = try MachineRoom(seed: seed)
    try machine.submit()
    _ = try machine.step()
    let forecast = Forecast(machine.source)
    while try machine.step() {}
    var seen = 0
    for (task, expectation) in forecast.tasks {
      guard let start = expectation.start, start.likely > forecast.time else { continue }
      switch expectation.hold {
      case .parent(let parent)?:
        #expect(machine.ends[parent] == start.likely, "seed \(seed): \(task) waits for \(parent)")
        seen += 1
      case .limit(let other)?: #expect(machine.ends[other] == start.likely, "seed \(seed): \(task) waits for \(other)")
      case .room(let other, let worker)?:
        #expect(machine.state.record(other)?.attempts.last?.workerID == worker, "seed \(seed)")
        #expect(try #require(machine.ends[other]) <= start.likely, "seed \(seed): \(task) waits for \(other)")
        seen += 1
      case .delay?, .worker?: break
      case nil: Issue.record("seed \(seed): nothing holds \(task), which starts later")
      }
    }
    #expect(seen > 5, "seed \(seed): \(seen) were held")
  }
}

/// Workers and tasks of every kind, and the one who drives them: each task takes as long as it said.
private struct MachineRoom {
  var state = QueueState()
  var entropy: Entropy
  var random: SplitMix
  var now: Int64 = 1_700_000_000_000
  /// In the order in which they have waited.
  var workers: [WorkerID] = []
  var starts: [TaskID: Int64] = [:]
  var ends: [TaskID: Int64] = [:]
  var started: Int { starts.count }
  /// Workers that had an end, or were resumed.
  private var due: Set<WorkerID> = []
  private var seen: [WorkerID: UInt64] = [:]
  private var running: [(due: Int64, number: Int, worker: WorkerID, task: ClaimedTask)] = []
  private let machines = Principal(user: UserID(seconds: 2, rest: 1), name: "rack", role: .worker)
  private let owners = ["ann", "bob", "eve"].enumerated().map { number, name in
    Principal(user: UserID(seconds: 3, rest: UInt64(number)), name: name, role: .provider, isAdmin: true)
  }

  var source: ForecastSource {
    ForecastSource(state, at: now, first: workers.map { ForecastSource.Claimant(worker: $0) })
  }

  init(seed: UInt64) throws(Rejection) {
    random = SplitMix(state: seed)
    entropy = Entropy(seed: seed)
    state.reserveAfter = [nil, 5_000, 60_000].randomElement(using: &random) ?? nil
    state.isFair = Bool.random(using: &random)
    for number in 0..<Int.random(in: 1...4, using: &random) {
      let gpus = (0..<Int64.random(in: 0...2, using: &random)).map {
        GPUDevice(ordinal: $0, memoryBytes: 8 << 30, capability: GPUCapability(major: 8, minor: 0))
      }
      let offer = ResourceOffer(
        memoryBytes: 8 << 30, cores: Int64.random(in: 2...6, using: &random), gpus: gpus,
        maxTasks: Bool.random(using: &random) ? 3 : nil)
      // One that leaves takes only what ends before.
      let stay = number == 3 ? Stay(until: now + 90_000, assumed: 1_000) : nil
      let hello = Hello(by: machines, name: "w\(number)", instance: "1", offer: offer, stay: stay)
      guard case .welcomed(let welcome) = try perform(.hello(hello)) else { continue }
      workers.append(welcome.worker.id)
      if number == 2 {
        _ = try perform(
          .changeWorker(welcome.worker.id, WorkerChange(pause: WorkerPause(until: now + 45_000)), by: owners[0]))
      }
    }
  }

  @discardableResult private mutating func perform(_ command: Command) throws(Rejection) -> Answer {
    let answer = try state.perform(command, at: now, entropy: &entropy).answer
    return answer
  }

  /// A few requests of every kind of task.
  mutating func submit() throws(Rejection) {
    var number = 0
    for request in 0..<8 {
      var drafts: [TaskDraft] = []
      let isArray = request % 4 == 1
      for place in 0..<Int.random(in: 3...12, using: &random) {
        number += 1
        var fields = TaskFields()
        fields.name = "t\(number)"
        fields.estimatedRuntime = Int64.random(in: 1...60_000, using: &random)
        if Int.random(in: 0..<4, using: &random) == 0 { fields.maxRuntime = 60_000 }
        fields.priority = Int16.random(in: -1...1, using: &random)
        fields.resources = ResourceRequest()
        fields.resources?.coreCount = Int64.random(in: 0...4, using: &random)
        fields.resources?.memoryBytes = Int64.random(in: 0...3, using: &random) << 30
        if Int.random(in: 0..<5, using: &random) == 0 { fields.resources?.gpuCount = 1 }
        fields.work = .shell("true")
        if Int.random(in: 0..<6, using: &random) == 0 {
          fields.notBefore = now + Int64.random(in: 1...80_000, using: &random)
        }
        if isArray { fields.array = ArrayPlace(name: "a\(request)", index: Int64(place), maxRunning: 2) }
        var after: [TaskReference] = []
        if !isArray, place > 1, Bool.random(using: &random) {
          after = [.name("t\(number - 1)")]
          if place > 2, Bool.random(using: &random) { after.append(.name("t\(number - 2)")) }
        }
        let isGroup = !isArray && Int.random(in: 0..<12, using: &random) == 0
        if isGroup {
          let name = fields.name
          fields = TaskFields()
          fields.name = name
        }
        drafts.append(
          TaskDraft(
            fields: fields, isHeld: !isGroup && Int.random(in: 0..<25, using: &random) == 0, wantsAvailable: true,
            after: after))
      }
      _ = try perform(.submit(Submission(tasks: drafts, by: owners[request % owners.count])))
      now += 1
    }
    try serve()
  }

  /// What happens next, and all that happens at that moment: what ends first, then what time brings, then claims.
  /// - Returns: whether anything was to happen.
  mutating func step() throws(Rejection) -> Bool {
    let times = [running.map(\.due).min(), state.nextDeadline].compactMap { $0 }
    guard let next = times.min() else { return false }
    now = max(now, next)
    let over = running.filter { $0.due <= now }.sorted { ($0.due, $0.number) < ($1.due, $1.number) }
    running.removeAll { $0.due <= now }
    for end in over {
      let report = AttemptReport(
        task: end.task.id,
        token: .genuine(claimNumber: end.task.attempt.claimNumber, epoch: end.task.attempt.epoch), state: .terminated,
        exitStatus: ExitStatus.success, timeTerminated: now)
      guard case .judged(let verdicts) = try perform(.report(end.worker, [report])), verdicts[0].refusal == nil else {
        Issue.record("the end of \(end.task.id) was refused")
        continue
      }
      ends[end.task.id] = now
      due.insert(end.worker)
    }
    for event in try state.perform(.tick, at: now, entropy: &entropy).events {
      if case .workerChanged(let record) = event { due.insert(record.id) }
    }
    try serve()
    return true
  }

  /// Who has waited longest is looked at first; who was given something asks again, and waits behind the others. As the
  /// server does it, a claim that waits is looked at again when something changed for it.
  private mutating func serve() throws(Rejection) {
    var isOver = false
    while !isOver {
      isOver = true
      due.formUnion(state.drainDueClaimants())
      for worker in workers {
        guard state.worker(worker)?.record.pause == nil else { continue }
        guard due.remove(worker) != nil || seen[worker] != state.matchingGeneration else { continue }
        seen[worker] = state.matchingGeneration
        while try claim(worker) { isOver = false }
      }
    }
  }

  private mutating func claim(_ worker: WorkerID) throws(Rejection) -> Bool {
    guard case .claimed(let tasks) = try perform(.claim(Claim(worker: worker, max: 1_000))), !tasks.isEmpty else {
      return false
    }
    workers.removeAll { $0 == worker }
    workers.append(worker)
    for task in tasks {
      starts[task.id] = now
      let runtime = state.record(task.id)?.spec.fields.estimatedRuntime ?? 0
      running.append((now + runtime, starts.count, worker, task))
    }
    return true
  }
}
