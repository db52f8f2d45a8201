import BanyanCore
import Simulation
import Testing

/// A claim gets what a plain scan over all tasks gives: by priority, the owner's share, the turn, all of them fitting
/// together. The scan is the ``Witness``'s, who knows nothing of lanes and trees.
@Suite struct MatchingLawTests {
  /// Thousands of shapes, in one group of one owner, priority and queue, or spread over many.
  enum Spread: CaseIterable, Sendable {
    case oneGroup, manyGroups, fewShapes
  }

  @Test(arguments: Spread.allCases) func aClaimEqualsAPlainScan(_ spread: Spread) throws {
    var yard = Yard(seed: spread == .oneGroup ? 11 : 12, spread)
    try yard.submit(spread == .fewShapes ? 600 : 2200)
    for round in 0..<260 {
      if round % 20 == 19 { try yard.submit(60) }
      if round % 7 == 3 { try yard.withdraw() }
      try yard.claim()
      if round % 3 == 2 { try yard.end() }
    }
    #expect(yard.given > 200, "\(yard.given) were given out")
    #expect(yard.emptyHanded > 5, "\(yard.emptyHanded) claims got nothing")
  }
}

/// Machines and tasks of every shape, and the witness who sees each claim.
private struct Yard {
  var state = QueueState()
  var witness = Witness()
  var entropy = Entropy(seed: 3)
  var random: SplitMix
  var now: Int64 = 1_700_000_000_000
  var workers: [(id: WorkerID, offer: ResourceOffer)] = []
  var running: [(worker: WorkerID, task: ClaimedTask)] = []
  var given = 0
  var emptyHanded = 0
  let spread: MatchingLawTests.Spread
  private let machines = Principal(user: UserID(seconds: 2, rest: 1), name: "rack", role: .worker)
  private let owners = ["ann", "bob", "eve", "joe"].enumerated().map { number, name in
    Principal(user: UserID(seconds: 1, rest: UInt64(number)), name: name, role: .provider, isAdmin: number == 0)
  }

  init(seed: UInt64, _ spread: MatchingLawTests.Spread) {
    random = SplitMix(state: seed)
    self.spread = spread
  }

  private mutating func span(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &random) }
  private mutating func chance(_ part: Double) -> Bool { Double.random(in: 0..<1, using: &random) < part }

  private mutating func perform(_ command: Command) throws -> Answer {
    now += 1
    let outcome = try state.perform(command, at: now, entropy: &entropy)
    let broken = witness.saw(command, at: now, outcome, state)
    try #require(broken.isEmpty, "\(broken.first?.words ?? "")")
    return outcome.answer
  }

  mutating func submit(_ count: Int) throws {
    if workers.isEmpty { try hire() }
    var left = count
    while left > 0 {
      let size = min(left, 100)
      let drafts = (0..<size).map { _ in draft() }
      let owner = spread == .oneGroup ? owners[0] : owners[Int(span(0...3))]
      _ = try perform(.submit(Submission(tasks: drafts, by: owner)))
      left -= size
    }
  }

  private mutating func draft() -> TaskDraft {
    var fields = TaskFields()
    fields.work = .shell("true")
    var request = ResourceRequest()
    if spread == .fewShapes {
      request.memoryBytes = span(0...3) << 30
      request.coreCount = span(0...2)
    } else {
      request.memoryBytes = chance(0.1) ? 0 : span(1...40_000) << 20
      request.coreCount = chance(0.1) ? 0 : span(0...40)
      if chance(0.3) { request.corePercent = Double(span(1...100)) }
      if chance(0.25) {
        request.gpuCount = span(1...4)
        if chance(0.5) { request.gpuMemoryBytes = span(1...80) << 30 }
        if chance(0.5) { request.gpuCapability = GPUCapability(major: span(5...9), minor: span(0...9)) }
      }
      if chance(0.2) {
        request.setCustom([CustomResource(name: "license", count: span(1...3)), CustomResource(name: "disk", count: 1)])
      }
      if spread == .manyGroups {
        fields.priority = Int16(span(-1...1))
        fields.queue = chance(0.3) ? "slow" : "default"
      }
    }
    fields.resources = request
    return TaskDraft(fields: fields, wantsAvailable: true)
  }

  private mutating func hire() throws {
    for number in 0..<8 {
      let gpus = (0..<max(0, span(-2...6))).map {
        GPUDevice(
          ordinal: $0, memoryBytes: span(1...10) << 33,
          capability: GPUCapability(major: span(5...9), minor: span(0...9)))
      }
      let offer = ResourceOffer(
        memoryBytes: span(1...128) << 30, cores: span(1...64), gpus: gpus,
        custom: chance(0.5) ? [:] : ["license": span(0...6), "disk": span(0...4)],
        maxTasks: chance(0.3) ? span(1...12) : nil)
      let hello = Hello(by: machines, name: "w\(number)", instance: "1", offer: offer)
      guard case .welcomed(let welcome) = try perform(.hello(hello)) else { return }
      workers.append((welcome.worker.id, offer))
    }
  }

  mutating func claim() throws {
    let worker = workers[Int(span(0...Int64(workers.count) - 1))]
    var claim = Claim(worker: worker.id, max: Int(span(1...6)))
    if chance(0.3) { claim.queues = chance(0.7) ? ["slow"] : ["default", "slow"] }
    if chance(0.4) {
      claim.resources = ResourceOffer(
        memoryBytes: span(0...worker.offer.memoryBytes), cores: span(0...worker.offer.cores),
        gpus: worker.offer.gpus.filter { _ in chance(0.7) }, custom: worker.offer.custom, maxTasks: span(1...6))
    }
    guard case .claimed(let tasks) = try perform(.claim(claim)) else { return }
    given += tasks.count
    if tasks.isEmpty { emptyHanded += 1 }
    running += tasks.map { (worker.id, $0) }
  }

  /// Some of what runs ends, or goes back and gets another turn.
  mutating func end() throws {
    running.shuffle(using: &random)
    for _ in 0..<span(0...8) {
      guard let (worker, task) = running.popLast() else { return }
      let isReleased = chance(0.3)
      let report = AttemptReport(
        task: task.id, token: task.proof, state: isReleased ? .available : .terminated,
        exitStatus: isReleased ? nil : ExitStatus.success, timeTerminated: now)
      _ = try perform(.report(worker, [report]))
    }
  }

  /// Some that wait are cancelled, so that lanes end in the middle.
  mutating func withdraw() throws {
    let waiting = witness.order.filter { witness.tasks[$0]?.turn != 0 }.shuffled(using: &random).prefix(12)
    _ = try perform(.cancel(Array(waiting), grace: nil, by: owners[0]))
  }
}
