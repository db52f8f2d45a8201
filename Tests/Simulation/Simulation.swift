import BanyanCore

/// A queue in a bad neighbourhood, driven by one seed: providers, workers, deaths, cuts, late, doubled and forged
/// words, jumps of the clock and restarts.
///
/// After every command: the queue's own rules (`violations()`), a ``Witness`` who judges each event and each answer by
/// the histories alone, and a replica that has only a snapshot's records and the events since. The rules can't be
/// looked at between the events of one command: what follows from an event is the next event.
package struct Simulation: Sendable {
  package let seed: UInt64
  package internal(set) var state = QueueState()
  package internal(set) var witness = Witness()
  /// A snapshot's records, and the events since: what a restart has.
  var replica = QueueState()
  /// All events since the last start, and nothing else: what a replay comes to that no snapshot cut short.
  var echo = QueueState()
  var engine: any Engine
  var entropy: Entropy
  var now: Int64 = 1_700_000_000_000
  var random: SplitMix
  var workers: [SimulatedWorker] = []
  /// How often each kind of step comes with this seed: seeds differ in nature, not only in dice.
  var weights: [(step: Step, weight: Int)] = []
  package internal(set) var failures: [Failure] = []
  package internal(set) var coverage = Coverage()
  /// What was asked so far, command by command, for the report of a failure.
  private(set) var trace: [Trace] = []
  /// Why the last one of the commands that were refused was refused.
  var refusal: Rejection?
  /// Sees all that happened: what was asked, when, and what came of it.
  var observe: @Sendable (Command, Int64, Result<QueueState.Outcome, Rejection>) -> Void

  /// The newest of the workers' state folders.
  var lastFolder = 100

  /// How long the server of this seed keeps what has ended.
  private(set) var keepFinished = KeepFinished()

  private(set) var isFair = true
  /// Seeds in which nobody is kept free for anybody are those in which a claim is a plain scan.
  private(set) var reserveAfter: Int64?

  let providers: [Principal]
  let machines: [Principal]

  static let lease: Int64 = 60_000
  static let maxTasks = 60

  enum Step: CaseIterable {
    case submit, retry, update, ask, cancel, forget, joinOrLeave, claim, tellOfAttempts, tellFalsely, expire,
      orderWorkers, orderUsers, tick
    case snapshot, restart

    var weight: Int {
      switch self {
      case .submit: 18
      case .claim: 24
      case .tellOfAttempts: 30
      case .ask: 14
      case .joinOrLeave, .update: 8
      case .cancel, .retry, .tellFalsely, .expire, .orderWorkers: 4
      case .forget, .tick: 3
      case .restart, .snapshot: 2
      case .orderUsers: 1
      }
    }
  }

  package init(
    seed: UInt64, engine: any Engine = SoundEngine(),
    observe: @escaping @Sendable (Command, Int64, Result<QueueState.Outcome, Rejection>) -> Void = { _, _, _ in }
  ) {
    self.seed = seed
    self.engine = engine
    self.observe = observe
    random = SplitMix(state: seed)
    entropy = Entropy(seed: seed &* 31 &+ 7)
    providers = ["ann", "bob", "eve"].enumerated().map { number, name in
      Principal(user: UserID(seconds: 1, rest: UInt64(number)), name: name, role: .provider, isAdmin: number == 0)
    }
    machines = ["rack", "lab"].enumerated().map { number, name in
      Principal(user: UserID(seconds: 2, rest: UInt64(number)), name: name, role: .worker)
    }
    for number in 0..<5 {
      workers.append(
        SimulatedWorker(name: "w\(number)", user: machines[number % machines.count], offer: Self.offer(&random)))
      // One of them is of those who don't say in which folder they work.
      if number != 2 { workers[number].folder = number }
    }
    if chance(0.4) { keepFinished = KeepFinished(age: chance(0.7) ? 600_000 : nil, count: chance(0.7) ? 20 : nil) }
    isFair = chance(0.8)
    reserveAfter = chance(0.25) ? 60_000 : nil
    witness.isFair = isFair
    witness.reserveAfter = reserveAfter
    configure()
    if chance(0.4) { workers[number(0...3)].isBroken = true }
    for step in Step.allCases {
      weights.append((step, step.weight * (chance(0.3) ? 3 : chance(0.2) ? 0 : 1) + 1))
    }
  }

  /// What the server says anew at each start.
  mutating func configure() {
    state.keepFinished = keepFinished
    state.isFair = isFair
    state.reserveAfter = reserveAfter
    // These queues are small: a single success elsewhere has to do.
    state.quarantineDoubt = 0.5
  }

  // MARK: Running

  /// Runs to the end, and tells what broke; nil: nothing did.
  /// - Parameter steps: each has dice of its own, so that a run with some left out still makes sense.
  package mutating func run(_ steps: some Sequence<Int>) -> String? {
    _ = perform(.start)
    for machine in machines {
      _ = perform(
        .addUser(
          name: machine.name, role: .worker, tokenHash: .init(repeating: machine.name.utf8.first ?? 0, count: 32)))
    }
    for place in workers.indices.dropLast() {
      workers[place].isAlive = true
      hello(place)
    }
    for step in steps where failures.isEmpty {
      random = SplitMix(state: seed &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(step) &* 0xD6E8_FEB8_6659_FD93)
      takeStep()
    }
    random = SplitMix(state: ~seed)
    if failures.isEmpty { restart() }
    if failures.isEmpty { drain() }
    if failures.isEmpty { compareWithReplica() }
    return failures.isEmpty ? nil : report()
  }

  private mutating func takeStep() {
    now += chance(0.7) ? span(0...2000) : span(0...120_000)
    if chance(0.01) { now -= span(0...86_400_000) }
    if chance(0.01) { now += span(0...86_400_000) }
    var place = number(0...weights.reduce(0) { $0 + $1.weight } - 1)
    for (step, weight) in weights {
      place -= weight
      if place < 0 { return carryOut(step) }
    }
  }

  private mutating func carryOut(_ step: Step) {
    switch step {
    case .submit: submit()
    case .retry: retry()
    case .update: update()
    case .ask: ask()
    case .cancel: cancel()
    case .forget: forget()
    case .joinOrLeave: joinOrLeave()
    case .claim: claim()
    case .tellOfAttempts: tellOfAttempts()
    case .tellFalsely: tellFalsely()
    case .expire: expire()
    case .orderWorkers: orderWorkers()
    case .orderUsers: orderUsers()
    case .tick: tick()
    case .snapshot: snapshot()
    case .restart: restart()
    }
  }

  /// Does one command and checks all that must hold behind it. nil: it was refused.
  mutating func perform(_ command: Command) -> QueueState.Outcome? {
    guard failures.isEmpty else { return nil }
    let (sequence, generation, turn) = (state.sequence, state.matchingGeneration, witness.nextTurn)
    witness.now = now
    let hadWork = Set(witness.present.keys.filter { witness.hasWork(for: $0, isSure: false) })
    let outcome: QueueState.Outcome
    do throws(Rejection) {
      outcome = try engine.perform(command, on: &state, at: now, entropy: &entropy)
    } catch {
      trace.append(
        Trace(
          command: command, time: now,
          result:
            "\(error.kind.rawValue) \(error.message) \(error.issues.first.map { "\($0.field): \($0.trouble)" } ?? "")"))
      refusal = error
      coverage.commands += 1
      observe(command, now, .failure(error))
      failures += witness.saw(command, at: now, refused: error)
      require(state.sequence == sequence, .refusals, "a refused command changed the sequence")
      if trace.count.isMultiple(of: 16) {
        compareWithReplica()
        look()
      }
      return nil
    }
    trace.append(Trace(command: command, time: now, result: "\(outcome.events.count) events"))
    coverage.commands += 1
    coverage.met(command)
    outcome.events.forEach { coverage.met($0, of: command) }
    observe(command, now, .success(outcome))
    require(
      state.sequence == sequence + UInt64(outcome.events.count), .answers, "the sequence doesn't count the events")
    for event in outcome.events {
      engine.replay(event, on: &replica, at: now)
      engine.replay(event, on: &echo, at: now)
    }
    failures += witness.saw(command, at: now, outcome, state)
    if witness.nextTurn > turn {
      require(
        state.matchingGeneration > generation, .progress, "something can be claimed, and who waits for it isn't told")
    }
    let due = state.drainDueClaimants().union(Self.lookedAt(command, outcome, witness))
    for worker in witness.present.keys where state.matchingGeneration == generation && !due.contains(worker) {
      guard !hadWork.contains(worker), let task = witness.work(for: worker) else { continue }
      fail(.progress, "\(worker) could be given \(task) now, and nobody looks at its waiting claim")
    }
    // Where nothing happened nothing can have changed, which is seen by the next look.
    if !outcome.events.isEmpty {
      compareTouched()
      look()
    }
    for order in outcome.cancellations { deliver(order) }
    lookAtLeft(command)
    return outcome
  }

  /// The workers whose waiting claims are looked at for what happened: those that came, and those that have more room.
  private static func lookedAt(
    _ command: Command, _ outcome: QueueState.Outcome, _ witness: Witness
  ) -> Set<WorkerID> {
    var workers: Set<WorkerID> = []
    // Whoever says hello or claims is told at once, or claims anew.
    if case .claim(let claim) = command { workers.insert(claim.worker) }
    if case .welcomed(let welcome) = outcome.answer { workers.insert(welcome.worker.id) }
    for event in outcome.events {
      switch event {
      case .workerChanged(let record): workers.insert(record.id)
      case .attemptEnded(let id, _): if let worker = witness.tasks[id]?.holds.last?.worker { workers.insert(worker) }
      case .tasksForgotten: workers.formUnion(witness.present.keys)
      default: break
      }
    }
    return workers
  }

  private mutating func look() {
    for violation in state.violations() { fail(.invariants, violation) }
    guard trace.count.isMultiple(of: 8) else { return }
    var law = PageLaw(state.view, seed: seed ^ state.sequence)
    for words in law.check(pages: 1) { fail(.pages, words) }
  }

  private mutating func deliver(_ order: Cancellation) {
    guard let place = workers.firstIndex(where: { $0.id == order.worker }), workers[place].isAudible else { return }
    workers[place].toBeCancelled(order.task)
  }

  mutating func note(_ words: String) { trace.append(Trace(command: nil, time: now, result: words)) }

  mutating func fail(_ check: Check, _ words: String) { failures.append(Failure(check, words)) }

  mutating func require(_ holds: Bool, _ check: Check, _ words: @autoclosure () -> String) {
    if !holds { failures.append(Failure(check, words())) }
  }

  private func report() -> String {
    """
    seed \(seed): \(failures.map { "[\($0.check)] \($0.words)" }.joined(separator: "\n  "))
    The last of \(trace.count) commands (BANYAN_SEED=\(seed) runs this one alone):
      \(trace.suffix(20).map(\.description).joined(separator: "\n  "))
    """
  }

  // MARK: Chance

  mutating func chance(_ part: Double) -> Bool { Double.random(in: 0..<1, using: &random) < part }
  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
  mutating func span(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &random) }
  mutating func pick<Element>(_ elements: [Element]) -> Element? { elements.randomElement(using: &random) }

  /// Some task, or one that never was.
  mutating func anyTask() -> TaskID {
    (chance(0.98) ? pick(witness.order) : nil) ?? TaskID(seconds: 5, rest: 5)
  }

  /// Somebody who asks something of these tasks: their owner mostly, or the admin where they are of several; anybody now
  /// and then.
  mutating func asker(of tasks: [TaskID]) -> Principal? {
    guard chance(0.85) else { return pick(providers) }
    let owners = Set(tasks.compactMap { witness.tasks[$0]?.owner })
    guard owners.count == 1, chance(0.9) else { return providers.first }
    return providers.first { owners.contains($0.name) }
  }

  /// The admin mostly; anybody now and then.
  mutating func orderer() -> Principal? { chance(0.85) ? providers.first : pick(providers) }

  /// Some task in some of these states, if there is one.
  mutating func anyTask(_ states: Set<TaskState>) -> TaskID {
    pick(witness.order.filter { states.contains(witness.tasks[$0]?.state ?? .inactive) }) ?? anyTask()
  }
}

/// One command and what came of it, put into words when somebody asks.
struct Trace: Sendable, CustomStringConvertible {
  var command: Command?
  var time: Int64
  var result: String

  var description: String { command.map { "at \(time): \($0.words) -> \(result)" } ?? "at \(time): \(result)" }
}
