import BanyanCore
import Testing

/// A queue in a bad neighbourhood, driven by one seed: providers, workers, deaths, cuts, late, doubled and forged
/// words, jumps of the clock and restarts. After every command the rules of the state hold, and the laws that are
/// kept here beside it.
struct Simulation {
  let seed: UInt64
  var random: SplitMix
  var state = QueueState()
  var entropy: Entropy
  var now: Int64 = 1_700_000_000_000
  var workers: [SimulatedWorker] = []
  /// The last snapshot, and all that happened since: what a restart has.
  var journal = Journal()
  /// Command by command, the newest last.
  var trace: [String] = []
  var laws = Laws()
  private(set) var failure: String?
  /// Sees every event.
  var observe: (Event) -> Void = { _ in }

  let providers: [Principal]
  let machines: [Principal]

  static let lease: Int64 = 60_000

  init(seed: UInt64) {
    self.seed = seed
    random = SplitMix(state: seed)
    entropy = Entropy(seed: seed &* 31 &+ 7)
    providers = ["ann", "bob"].enumerated().map { number, name in
      Principal(user: UserID(seconds: 1, rest: UInt64(number)), name: name, role: .provider)
    }
    machines = ["rack", "lab"].enumerated().map { number, name in
      Principal(user: UserID(seconds: 2, rest: UInt64(number)), name: name, role: .worker)
    }
    for number in 0..<4 {
      workers.append(SimulatedWorker(name: "w\(number)", user: machines[number % machines.count]))
    }
  }

  // MARK: Running

  /// Runs to the end, and tells what broke.
  mutating func run(steps: Int) -> String? {
    _ = perform(.start, "start")
    for machine in machines {
      _ = perform(
        .addUser(
          name: machine.name, role: .worker, tokenHash: .init(repeating: machine.name.utf8.first ?? 0, count: 32)),
        "add user \(machine.name)")
    }
    for _ in 0..<steps where failure == nil { step() }
    if failure == nil { restart() }
    if failure == nil { drain() }
    if failure == nil { compareWithReplay() }
    return failure.map { report($0) }
  }

  private mutating func step() {
    now += chance(0.7) ? span(0...2000) : span(0...120_000)
    if chance(0.01) { now -= span(0...86_400_000) }
    switch number(0...99) {
    case 0..<18: submit()
    case 18..<26: update()
    case 26..<31: cancel()
    case 31..<34: forget()
    case 34..<46: comeOrGo()
    case 46..<66: claim()
    case 66..<87: speak()
    case 87..<91: expire()
    case 91..<95: orderWorkers()
    case 95..<98: tick()
    default: restart()
    }
  }

  /// Does one command and checks all that must hold behind it.
  mutating func perform(_ command: Command, _ words: String) -> QueueState.Outcome? {
    guard failure == nil else { return nil }
    trace.append("\(trace.count) at \(now): \(words)")
    let before = chance(0.05) ? Portrait(state) : nil
    let sequence = state.sequence
    var outcome: QueueState.Outcome?
    do throws(Rejection) {
      outcome = try state.perform(command, at: now, entropy: &entropy)
    } catch {
      trace[trace.count - 1] += " -> \(error.kind.rawValue) \(error.message)"
      if error.message.isEmpty { fail("a refusal without words") }
      if state.sequence != sequence { fail("a refused command changed the sequence") }
      if let before, before != Portrait(state) { fail("a refused command changed the state") }
    }
    if let outcome {
      trace[trace.count - 1] += " -> \(outcome.events.count) events"
      if state.sequence != sequence + UInt64(outcome.events.count) { fail("the sequence doesn't count the events") }
      journal.append(outcome.events, at: now)
      outcome.events.forEach(observe)
      for trouble in laws.take(outcome.events) { fail(trouble) }
      for order in outcome.cancellations { deliver(order) }
    }
    for violation in state.violations() { fail(violation) }
    return outcome
  }

  private mutating func deliver(_ order: Cancellation) {
    guard let place = workers.firstIndex(where: { $0.id == order.worker }), workers[place].isAlive,
      !workers[place].isCutOff
    else { return }
    for index in workers[place].running.indices where workers[place].running[index].task == order.task {
      workers[place].running[index].isToBeCancelled = true
    }
  }

  mutating func fail(_ what: String) { failure = failure.map { "\($0)\n  \(what)" } ?? what }

  private func report(_ what: String) -> String {
    """
    seed \(seed): \(what)
    The last commands (BANYAN_SEED=\(seed) runs this one alone):
      \(trace.suffix(20).joined(separator: "\n  "))
    """
  }

  // MARK: Chance

  mutating func chance(_ part: Double) -> Bool { Double.random(in: 0..<1, using: &random) < part }
  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
  mutating func span(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &random) }
  mutating func pick<Element>(_ elements: [Element]) -> Element? { elements.randomElement(using: &random) }

  /// Some task, or one that never was.
  mutating func anyTask() -> TaskID {
    pick(laws.tasks) ?? TaskID(seconds: 5, rest: 5)
  }
}
