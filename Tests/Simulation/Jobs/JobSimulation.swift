import BanyanCore

/// Jobs of families in a queue that is changed, cancelled, tried again, forgotten and started anew, driven by one seed.
///
/// After every command a ``JobWitness`` judges what became of each member; a second queue, which keeps no members in runs,
/// was asked the same and has to look the same; so have a restart from a snapshot's records and one from all events.
package struct JobSimulation: Sendable {
  package let seed: UInt64
  package internal(set) var failures: [Failure] = []
  /// How often each kind of thing happened.
  package internal(set) var met: [String: Int] = [:]
  package internal(set) var commands = 0

  var state = QueueState()
  /// The same without runs.
  var twin = QueueState()
  /// A snapshot's records, and the events since.
  var replica = QueueState()
  /// All events since the first, or since a start from a snapshot.
  var echo = QueueState()
  var engine: any Engine
  var witness = JobWitness()
  var random: SplitMix
  var entropy: Entropy
  var now: Int64 = 1_700_000_000_000
  /// What was asked last, for the report of a failure.
  var trace: [Step] = []
  var workers: [WorkerID] = []
  /// What each worker holds, as it was told.
  var held: [WorkerID: [ClaimedTask]] = [:]
  /// What came to its end, for words that come late.
  var over: [(worker: WorkerID, task: ClaimedTask)] = []
  var lastName = 0
  /// What was submitted so far.
  var submissions: [JobSubmission] = []
  /// Requests that may come again.
  var keyed: [Command] = []
  /// Families of this seed may be long enough for runs.
  let isLarge: Bool
  /// Families of this seed may be wide enough for ties.
  let isWide: Bool
  let keepFinished: KeepFinished

  /// A command and what came of it, put into words when somebody asks.
  struct Step: Sendable {
    var time: Int64
    var command: Command?
    var result: String
    var answer: Answer?
  }

  let providers: [Principal]
  let machines = Principal(user: UserID(seconds: 2, rest: 1), name: "machines", role: .worker)

  /// No more is made once there are so many tasks.
  var maxTasks: Int { isLarge ? 2500 : isWide ? 400 : 90 }

  package init(seed: UInt64, engine: any Engine = SoundEngine()) {
    self.seed = seed
    self.engine = engine
    random = SplitMix(state: seed &* 0x2545_F491_4F6C_DD1D)
    entropy = Entropy(seed: seed &* 37 &+ 5)
    isLarge = seed % 64 == 7
    isWide = seed % 64 == 3
    keepFinished = seed % 5 == 1 ? KeepFinished(age: 900_000, count: 30) : KeepFinished()
    providers = ["ann", "bob", "cid"].enumerated().map { number, name in
      Principal(user: UserID(seconds: 1, rest: UInt64(number)), name: name, role: .provider, isAdmin: number == 0)
    }
    twin.usesRuns = false
    configure(&state)
    configure(&twin)
  }

  /// What the server says anew at each start.
  func configure(_ state: inout QueueState) {
    state.isFair = false
    state.reserveAfter = nil
    state.keepFinished = keepFinished
    // Nobody is set aside here: what a restart forgets of that would make two queues differ.
    state.quarantineDoubt = 0
  }

  // MARK: Running

  /// Runs to the end, and tells what broke; nil: nothing did.
  package mutating func run(steps: Int) -> String? {
    _ = perform(.start)
    for number in 0..<(seed % 3 == 0 ? 2 : 1) { join("w\(number)") }
    // What looks at thousands of tasks with each step has fewer of them.
    for step in 0..<(isLarge ? steps / 2 : steps) where failures.isEmpty {
      random = SplitMix(state: seed &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(step) &* 0xD6E8_FEB8_6659_FD93)
      now += chance(0.8) ? Int64(number(0...3000)) : Int64(number(0...400_000))
      takeStep()
    }
    random = SplitMix(state: ~seed)
    if failures.isEmpty { restart(fromEvents: false) }
    if failures.isEmpty { drain() }
    if failures.isEmpty { restart(fromEvents: true) }
    guard !failures.isEmpty else { return nil }
    return """
      job seed \(seed): \(failures.prefix(8).map { "[\($0.check)] \($0.words)" }.joined(separator: "\n  "))
      \(trace.map(Self.text).joined(separator: "\n  "))
      """
  }

  private mutating func takeStep() {
    // Runs are there as long as nothing happened to their members.
    if isLarge, chance(0.35) { return chance(0.4) ? submitJob() : changeJob() }
    switch number(0...39) {
    case 0..<7: submitJob()
    case 7: post()
    case 8..<15: claim()
    case 15..<24: report()
    case 24: lose()
    case 25: cancelTasks()
    case 26..<30: changeJob()
    case 30..<33: retryJob()
    case 33: retryTasks()
    case 34: chance(0.5) ? forgetJobs() : forgetTasks()
    case 35: askForAvailable()
    case 36: repeatRequest()
    case 37: tick()
    case 38: chance(0.5) ? snapshot() : restart(fromEvents: chance(0.5))
    default: chance(0.5) ? lateWord() : edgesAsShown()
    }
  }

  /// Does one command, and checks all that must hold behind it. nil: it was refused.
  mutating func perform(_ command: Command) -> QueueState.Outcome? {
    guard failures.isEmpty else { return nil }
    commands += 1
    let (sequence, nextTurn) = (state.sequence, state.view.nextTurn)
    var twinEntropy = entropy
    var avoided: Set<TaskID> = []
    if case .claim(let claim) = command {
      avoided = Set(witness.turns.keys.filter { state.passedOver(for: $0).contains(claim.worker) })
    }
    witness.begin(at: now)
    let isBig = isLarge || isWide
    let isWhole = commands.isMultiple(of: isBig ? 16 : 8)
    let outcome: QueueState.Outcome
    do throws(Rejection) {
      outcome = try engine.perform(command, on: &state, at: now, entropy: &entropy)
    } catch {
      let issue = error.issues.first.map { "\($0.field): \($0.trouble)" } ?? ""
      note(command, "\(error.kind.rawValue) \(error.message) \(issue)")
      witness.refused(command, error)
      failures += witness.broken
      if state.sequence != sequence { fail(.refusals, "a refused command changed the sequence") }
      if isWhole { witness.check(state, nextTurn: nextTurn, isOrdered: false, isWhole: true) }
      failures += witness.broken
      askTwin(command, &twinEntropy, isRefused: true, isWhole: isWhole)
      return nil
    }
    note(command, "\(outcome.events.count) events", outcome.answer)
    if isLarge, case .changeJob = command { state.view.forEachRun { _, _ in meet("run changed") } }
    if isLarge, case .submitJob = command { state.view.forEachRun { _, _ in meet("run made") } }
    for event in outcome.events {
      meet(event)
      engine.replay(event, on: &replica, at: now)
      engine.replay(event, on: &echo, at: now)
    }
    let isOrdered = witness.saw(command, outcome, avoided: avoided)
    witness.check(state, nextTurn: nextTurn, isOrdered: isOrdered, isWhole: isWhole)
    failures += witness.broken
    if state.sequence != sequence + UInt64(outcome.events.count) {
      fail(.answers, "the sequence doesn't count the events")
    }
    if commands.isMultiple(of: isBig ? 4 : 2) { for violation in state.violations() { fail(.invariants, violation) } }
    if isWhole { checkPages() }
    askTwin(command, &twinEntropy, isRefused: false, isWhole: isWhole)
    if commands.isMultiple(of: isBig ? 40 : 32) { compare(replica, "a snapshot and its events") }
    return outcome
  }

  private mutating func checkPages() {
    var law = PageLaw(state.view, seed: seed ^ UInt64(commands))
    for words in law.check(pages: 2) { fail(.pages, words) }
  }

  /// The queue without runs comes to the same.
  private mutating func askTwin(_ command: Command, _ entropy: inout Entropy, isRefused: Bool, isWhole: Bool) {
    guard isLarge else { return }
    var wasRefused = false
    do throws(Rejection) { _ = try twin.perform(command, at: now, entropy: &entropy) } catch { wasRefused = true }
    if wasRefused != isRefused { fail(.runs, "without runs the command was \(wasRefused ? "" : "not ")refused") }
    if isWhole || twin.sequence != state.sequence { compare(twin, "without runs it", .runs) }
  }

  mutating func compare(_ other: QueueState, _ name: String, _ check: Check = .replay) {
    for violation in other.violations() { fail(check, "\(name): \(violation)") }
    for difference in Portrait(state).differences(to: Portrait(other)) {
      fail(check, "\(name) is another: \(difference)")
    }
  }

  mutating func note(_ command: Command?, _ result: String, _ answer: Answer? = nil) {
    if trace.count > 40 { trace.removeFirst(20) }
    trace.append(Step(time: now, command: command, result: result, answer: answer))
    guard let command else { return }
    let name = Mirror(reflecting: command).children.first?.label ?? "\(command)"
    meet(answer == nil ? "\(name) refused" : name)
  }

  private static func text(_ step: Step) -> String {
    let asked = step.command.map { "\($0)".replacing("BanyanCore.", with: "").prefix(900) } ?? ""
    let told = step.answer.map { "\($0)".replacing("BanyanCore.", with: "").prefix(300) } ?? ""
    return "at \(step.time): \(asked) -> \(step.result) \(told)"
  }

  /// What is worth a name of its own.
  private mutating func meet(_ event: Event) {
    switch event {
    case .jobMade(let making): if !making.takenOver.isEmpty { meet("taken over") }
    case .tieMade: meet("tied to another job")
    case .tiePassed, .tieCut: meet("tied")
    case .tasksRemade(let pairs, _):
      if pairs.contains(where: { !witness.everKnown.contains($0.old) }) { meet("remade through a tie") }
    case .attemptEnded(_, let end): if end.outcome == .lost { meet("lost") }
    default: break
    }
  }

  mutating func meet(_ kind: String) { met[kind, default: 0] += 1 }

  mutating func fail(_ check: Check, _ words: String) { failures.append(Failure(check, words)) }

  // MARK: Chance

  mutating func chance(_ part: Double) -> Bool { Double.random(in: 0..<1, using: &random) < part }
  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
  mutating func pick<Element>(_ elements: [Element]) -> Element? { elements.randomElement(using: &random) }

  /// Some job; now and then one that never was.
  mutating func anyJob() -> JobNumber {
    (chance(0.97) ? pick(witness.jobs.keys.sorted()) : nil) ?? JobNumber(99_999)
  }

  mutating func anyTask(where isMeant: (JobWitness.Task) -> Bool = { _ in true }) -> TaskID {
    pick(witness.tasks.values.filter(isMeant).map(\.id).sorted()) ?? TaskID(seconds: 5, rest: 5)
  }

  /// Its owner mostly, or the admin; anybody now and then.
  mutating func asker(_ owner: String?) -> Principal {
    let own = providers.first { $0.name == owner }
    return (chance(0.9) ? own : chance(0.5) ? providers.first : pick(providers)) ?? providers[0]
  }
}
