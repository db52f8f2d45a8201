import BanyanCore
import BanyanStore

/// Any event that the codec may meet, sensible or not.
struct RandomEvents {
  var random: SeededRandom

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  mutating func flip() -> Bool { Bool.random(using: &random) }
  mutating func number() -> Int64 { Int64(bitPattern: random.next()) >> Int64.random(in: 0...62, using: &random) }
  mutating func count() -> UInt32 {
    UInt32(truncatingIfNeeded: random.next()) >> UInt32.random(in: 0...31, using: &random)
  }
  mutating func id() -> Identifier { Identifier(seconds: count(), rest: random.next()) }
  mutating func real() -> Double { Double(number()) / 1000 }
  mutating func maybe<Value>(_ make: (inout RandomEvents) -> Value) -> Value? { flip() ? make(&self) : nil }
  mutating func many<Value>(_ most: Int = 4, _ make: (inout RandomEvents) -> Value) -> [Value] {
    var values: [Value] = []
    for _ in 0..<Int.random(in: 0...most, using: &random) { values.append(make(&self)) }
    return values
  }

  mutating func text() -> String {
    let alphabet: [Character] = ["a", "Z", " ", "\"", "\\", "\n", "\u{0}", "\u{1F}", "é", "漢", "😀", "{", "[", ","]
    return String(
      (0..<Int.random(in: 0...20, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "x" })
  }

  /// No NUL: keys of objects can't hold one.
  mutating func name() -> String { text().filter { $0 != "\u{0}" } }

  mutating func texts() -> TextMap {
    TextMap(many { ($0.name(), $0.text()) })
  }

  mutating func resources() -> ResourceRequest {
    var request = ResourceRequest()
    if flip() { request.memoryBytes = number() }
    request.coreCount = number()
    request.corePercent = flip() ? Double(number() & 63) : 33.5
    request.gpuCount = number()
    request.gpuMemoryBytes = maybe { $0.number() }
    request.gpuCapability = maybe { GPUCapability(major: $0.number(), minor: $0.number()) }
    let custom = Dictionary(many { ($0.name(), $0.number()) }, uniquingKeysWith: { first, _ in first })
    request.setCustom(custom.map { CustomResource(name: $0.key, count: $0.value) })
    return request
  }

  mutating func spec() -> TaskSpec {
    var fields = TaskFields()
    fields.name = maybe { $0.text() }
    fields.work = maybe { $0.flip() ? .shell($0.text()) : .program($0.many { $0.text() }) }
    fields.queue = text()
    fields.priority = Int16(truncatingIfNeeded: random.next())
    fields.resources = maybe { $0.resources() }
    // Often none of the rare ones.
    if flip() {
      if flip() { fields.environment = texts() }
      fields.workingDirectory = maybe { $0.text() }
      fields.stdinPath = maybe { $0.text() }
      fields.stdoutPath = maybe { $0.text() }
      fields.stderrPath = maybe { $0.text() }
      if flip() { fields.labels = texts() }
      fields.array = maybe { maker in
        ArrayPlace(
          name: maker.text(), index: maker.number(), maxRunning: maker.maybe { $0.count() },
          stopAfterFailures: maker.maybe { $0.count() }, batch: maker.maybe { $0.id() })
      }
      fields.notBefore = maybe { $0.number() }
      if flip() { fields.onLostContact = .continue }
      fields.estimatedRuntime = maybe { $0.number() }
      fields.maxRuntime = maybe { $0.number() }
      if flip() { fields.maxShutdownTime = number() }
      if flip() { fields.maxAttemptCount = count() }
      if flip() { fields.maxLossCount = count() }
      if flip() { fields.retryDelay = number() }
    }
    return TaskSpec(owner: text(), fields: fields)
  }

  mutating func usage() -> AttemptUsage {
    var usage = AttemptUsage()
    usage.residentMemoryBytes = maybe { $0.number() }
    usage.virtualMemoryBytes = maybe { $0.number() }
    usage.cpuPercent = maybe { $0.real() }
    usage.gpus = many { GPUUsage(ordinal: $0.number(), usedMemoryBytes: $0.number()) }
    usage.peakMemoryBytes = maybe { $0.number() }
    usage.cpuSeconds = maybe { $0.real() }
    usage.printed = maybe { PrintedStreams(rawValue: UInt8.random(in: 0...3, using: &$0.random)) }
    return usage
  }

  mutating func state() -> TaskState { TaskState.allCases.randomElement(using: &random) ?? .inactive }

  mutating func attempt() -> AttemptRecord {
    var attempt = AttemptRecord(
      id: id(), attemptCount: count(), claimNumber: count(), epoch: count(), workerID: id(), cores: number(),
      gpus: many { $0.number() }, timeClaimed: number())
    if flip() {
      attempt.workingDirectory = maybe { $0.text() }
      attempt.exitStatus = maybe { $0.text() }
      attempt.reported = maybe { $0.state() }
      attempt.timeStarted = maybe { $0.number() }
      attempt.timeTerminated = maybe { $0.number() }
      if flip() { attempt.lastUpdate = number() }
      if flip() { attempt.usage = usage() }
    }
    return attempt
  }

  mutating func end() -> AttemptEnd {
    let outcomes: [AttemptEnd.Outcome] = [
      .succeeded, .failed, .succeededTooLate, .cancelled, .retried(until: number()), .givenBack, .lost, .lostTooOften,
    ]
    return AttemptEnd(
      exitStatus: text(), timeTerminated: maybe { $0.number() },
      outcome: outcomes.randomElement(using: &random) ?? .succeeded, cause: maybe { .words($0.text()) },
      usage: maybe { $0.usage() }, reported: maybe { $0.state() })
  }

  mutating func worker() -> WorkerRecord {
    var worker = WorkerRecord(id: id(), user: id(), name: text(), created: number())
    worker.updated = number()
    worker.address = maybe { WorkerAddress(host: $0.text(), port: UInt16(truncatingIfNeeded: $0.random.next())) }
    worker.permissions = WorkerPermissions(rawValue: UInt8.random(in: 0...3, using: &random))
    worker.offer = maybe { maker in
      let gpus = maker.many {
        GPUDevice(
          ordinal: $0.number(), uuid: $0.maybe { $0.text() }, model: $0.maybe { $0.text() }, memoryBytes: $0.number(),
          capability: GPUCapability(major: $0.number(), minor: $0.number()))
      }
      let custom = Dictionary(
        maker.many { (CodePoints($0.name()), $0.number()) }, uniquingKeysWith: { first, _ in first })
      return ResourceOffer(
        memoryBytes: maker.number(), cores: maker.number(), gpus: gpus, custom: custom,
        maxTasks: maker.maybe { $0.number() })
    }
    worker.instance = maybe { $0.text() }
    worker.folder = maybe { $0.text() }
    worker.left = many { maker in LeftFolder(folder: maker.text(), tasks: Set(maker.many { $0.id() })) }
    worker.version = maybe { $0.text() }
    worker.pause = maybe { maker in WorkerPause(note: maker.maybe { $0.text() }, until: maker.maybe { $0.number() }) }
    worker.isDraining = flip()
    worker.quarantine = maybe { Quarantine(reason: $0.text(), since: $0.number()) }
    worker.unregistering = maybe { Unregistering(deadline: $0.number(), requeue: $0.flip()) }
    return worker
  }

  mutating func key() -> IdempotencyKey { IdempotencyKey(user: id(), key: text()) }

  mutating func bytes() -> [UInt8] { many(32) { UInt8(truncatingIfNeeded: $0.random.next()) } }

  mutating func user() -> User {
    User(
      id: id(), name: text(), role: Role.allCases.randomElement(using: &random) ?? .viewer, tokenHash: bytes(),
      isAdmin: flip())
  }

  mutating func job() -> JobNumber { JobNumber(UInt64(number().magnitude / 2)) }

  mutating func members() -> [ClosedRange<UInt32>] {
    many { maker in
      let first = 1 + maker.count() % 1000
      return first...first + maker.count() % 1000
    }
  }

  /// A job of families that its own rules would not make, but whose numbers agree.
  mutating func making() -> JobMaking {
    var families: [Family] = []
    for number in 0..<Int.random(in: 1...4, using: &random) {
      let parameters = maybe { $0.parameters() }
      let made = parameters?.count ?? 1
      var shared = spec()
      if parameters != nil { shared = TaskSpec(owner: shared.owner, fields: shared.fields, isTemplate: true) }
      families.append(
        Family(
          name: maybe { $0.text() }, firstMember: families.last?.members.upperBound ?? 1, count: made,
          parameters: parameters, spec: shared, isHeld: flip(), wantsAvailable: flip(),
          after: number == 0 ? [] : many { $0.edge(below: number) }, numbered: many { $0.count() }))
    }
    let spec = JobSpec(
      number: job(), owner: text(), name: maybe { $0.text() }, created: number(), labels: texts(), families: families,
      resumes: maybe { $0.job() })
    let takenOver = many { JobMaking.TakenOver(member: $0.count(), from: $0.count(), count: $0.count()) }
    return JobMaking(spec: spec, firstTask: id(), takenOver: takenOver)
  }

  private mutating func parameters() -> Parameters {
    switch Int.random(in: 0...2, using: &random) {
    case 0: .range([IndexSpan(first: 3, last: 9, step: 2), IndexSpan(first: 20, last: 20)].compactMap { $0 })
    case 1:
      .matrix([ParameterAxis(name: text(), values: [text(), text()]), ParameterAxis(name: "b", values: [text()])])
    default: .rows(columns: [text(), "b"], values: [text(), text(), text(), text()])
    }
  }

  private mutating func edge(below number: Int) -> FamilyEdge {
    FamilyEdge(
      parent: Int.random(in: 0..<number, using: &random),
      conditions: many { maker in
        FamilyEdge.Condition(parameter: 0, value: maker.flip() ? .same(as: 1) : .text(maker.text()))
      })
  }

  private mutating func changes() -> FieldChanges {
    var fields = TaskFields()
    fields.priority = 7
    fields.labels = texts()
    fields.notBefore = maybe { $0.number() }
    return FieldChanges(flip() ? [] : [.priority, .labels, .notBefore], from: fields)
  }

  /// One of each kind, in the order of their declaration.
  mutating func oneOfEach() -> [Event] {
    [
      .jobCreated(JobSpec(number: job(), owner: text(), name: maybe { $0.text() }, created: number())),
      .taskCreated(id(), spec: spec(), isHeld: flip(), place: maybe { JobPlace(job: $0.job(), member: $0.count()) }),
      .jobMade(making()),
      .membersMadeAvailable(job(), members(), delayedUntil: number()),
      .membersCancelled(job(), members(), cause: .words(text())),
      .membersHeld(job(), members(), flip()),
      .membersEdited(job(), members(), changes()),
      .jobLabelled(job(), texts()),
      .jobLimited(job(), maxRunning: maybe { $0.count() }),
      .tasksRemade(many { ($0.id(), $0.id()) }, changes()),
      .jobForgotten(job()),
      .tieMade(id(), job(), parents: many { $0.id() }, members: members()),
      .tiePassed(id()),
      .tieCut(id(), cause: .words(text())),
      .taskEdited(id(), spec: spec()),
      .taskHeld(id(), flip()),
      .continuationsAdded(id(), children: many { $0.id() }),
      .continuationsRemoved(id(), children: many { $0.id() }),
      .taskMadeAvailable(id(), delayedUntil: number()),
      .taskDue(id()),
      .groupPassed(id()),
      .taskCancelled(id(), cause: .words(text())),
      .tasksForgotten(many { $0.id() }),
      .taskClaimed(id(), attempt()),
      .attemptStarted(id(), timeStarted: number(), workingDirectory: maybe { $0.text() }),
      .attemptUpdated(
        id(),
        AttemptUpdate(
          timeStarted: maybe { $0.number() }, workingDirectory: maybe { $0.text() }, usage: maybe { $0.usage() })),
      .cancellationRequested(id(), killDue: number(), grace: number(), cause: .words(text())),
      .attemptEnded(id(), end()),
      .workerChanged(worker()),
      .workerRemoved(id(), user: id(), name: text()),
      .workerNameAllowed(user: id(), name: text()),
      .userChanged(user()),
      .userRevoked(id()),
      .keyRemembered(
        key(),
        IdempotentAnswer(
          body: bytes(), tasks: many { $0.id() }, copiesOf: many { $0.id() }, time: number(),
          reply: maybe { KeptReply(status: 201, text: $0.text()) })),
      .keyRemembered(key(), answerOfJob()),
      .keysExpired(many { $0.key() }),
      .serverStarted(epoch: count()),
    ]
  }
}

extension RandomEvents {
  private mutating func answerOfJob() -> IdempotentAnswer {
    var answer = IdempotentAnswer(body: bytes(), time: number())
    answer.job = JobReceipt(number: job(), taskCount: Int(count()), takenOver: Int(count()), firstTask: id())
    return answer
  }
}

extension Event {
  /// Whether both say the same. Specifications are objects and compared by what they hold.
  func isSame(as other: Event) -> Bool {
    switch (self, other) {
    case (.jobCreated(let job), .jobCreated(let other)):
      job.number == other.number && job.owner == other.owner && job.name == other.name && job.created == other.created
    case (
      .taskCreated(let id, let spec, let held, let place),
      .taskCreated(let otherID, let otherSpec, let otherHeld, let otherPlace)
    ):
      id == otherID && spec.isSame(as: otherSpec) && held == otherHeld && place == otherPlace
    case (.taskEdited(let id, let spec), .taskEdited(let otherID, let otherSpec)):
      id == otherID && spec.isSame(as: otherSpec)
    case (.workerChanged(let worker), .workerChanged(let other)): worker == other
    // They hold specifications, which are compared by what is written of them.
    case (.jobMade, .jobMade), (.membersEdited, .membersEdited), (.tasksRemade, .tasksRemade):
      written == other.written
    default: "\(self)" == "\(other)"
    }
  }
}

extension Event {
  fileprivate var written: [UInt8] {
    var bytes: [UInt8] = []
    EventCodec.encode([self], into: &bytes)
    return bytes
  }
}

extension TaskSpec {
  func isSame(as other: TaskSpec) -> Bool { owner == other.owner && fields == other.fields }
}
