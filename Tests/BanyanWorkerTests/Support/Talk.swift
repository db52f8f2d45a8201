import BanyanCore
import BanyanWire
import Testing

@testable import BanyanWorker

/// A worker's state in conversation with a server that the test plays.
struct Talk {
  var state: WorkerState
  var now: Int64 = 0
  /// What the last step ordered the keeper to do.
  private(set) var orders: [KeeperOrder] = []
  /// Whose logs' ends were sent by the last step, before what was said.
  private(set) var tails: [LogTailRequest] = []
  /// What the last step had measured.
  private(set) var measured: [MeasuredAttempt]?
  private(set) var left: WorkerOutcome?
  /// Which server it last had noted down.
  private(set) var recorded: String?
  private(set) var lastClaim: MessageID?

  init(change: (inout WorkerConfiguration) -> Void = { _ in }) {
    let device = { (ordinal: Int64) in
      GPUDevice(ordinal: ordinal, memoryBytes: 1, capability: GPUCapability(major: 1, minor: 0))
    }
    var configuration = WorkerConfiguration(
      name: "w", version: "1", offer: ResourceOffer(memoryBytes: 1_000, cores: 4, gpus: [device(0), device(1)]),
      stateFolder: "/state")
    configuration.environment = ["PATH": "/bin"]
    change(&configuration)
    state = WorkerState(configuration, instance: "i")
    // It has looked at what others use, long ago.
    state.sampledAt = .min
  }

  /// What is said to the server by these actions; the orders and the outcome are kept.
  mutating func said(_ actions: [WorkerAction]) -> [WorkerMessage] {
    var messages: [WorkerMessage] = []
    (orders, tails, measured) = ([], [], nil)
    for action in actions {
      switch action {
      case .send(let some): messages += some
      case .sendTails(let some):
        #expect(messages.isEmpty, "reports come after the ends of logs")
        tails = some
      case .order(let some): orders += some
      case .leave(let outcome): left = outcome
      case .measure(let some): measured = some
      case .recordServer(let identity): recorded = identity
      case .readLog, .note, .cut: break
      }
    }
    for case .claim(let claim) in messages { lastClaim = claim.id }
    return messages
  }

  mutating func connect() -> HelloMessage {
    guard case .hello(let hello) = said(state.connected(now: now)).first else {
      Issue.record("no hello")
      return HelloMessage(name: "", instance: "", resources: ResourceOffer(memoryBytes: 0, cores: 0))
    }
    return hello
  }

  mutating func welcome(
    from identity: String? = nil, attached: [TaskID] = [], held: [AttemptName] = [], refused: [TaskID] = [],
    heartbeat: Int64 = 100
  ) -> [WorkerMessage] {
    answer(
      .welcome(
        WelcomeMessage(
          workerID: Sample.task(), serverVersion: "1", serverIdentity: identity, leaseMilliseconds: 1_000,
          heartbeatMilliseconds: heartbeat, attached: attached, held: held,
          refused: refused.map { .init(task: $0, reason: "not yours") })))
  }

  /// Says hello and hears welcome.
  mutating func begin(heartbeat: Int64 = 100) {
    _ = connect()
    _ = welcome(heartbeat: heartbeat)
  }

  mutating func answer(_ message: ServerMessage) -> [WorkerMessage] {
    said(state.received([message], now: now))
  }

  mutating func claimed(_ tasks: [AssignedTask]) -> [WorkerMessage] {
    answer(.claimed(ClaimedMessage(id: lastClaim, tasks: tasks)))
  }

  mutating func happened(_ event: KeeperEvent) -> [WorkerMessage] {
    said(state.happened([event], now: now))
  }

  func name(_ key: AttemptKey) -> AttemptName {
    Sample.assigned(.program(["x"]), key: key).name
  }

  mutating func claimOne() -> AttemptKey {
    let key = Sample.key()
    _ = claimed([Sample.assigned(.program(["x"]), key: key)])
    return key
  }

  mutating func run() -> AttemptKey {
    let key = claimOne()
    let actions = state.happened(
      [.started(key, ProcessStart(pid: 5, timeStarted: 1, workingDirectory: "/"))], now: now)
    // The start is told a moment later.
    let later = state.settle(now: now + WorkerState.startPatience)
    _ = said(actions + later)
    return key
  }

  mutating func runAndReport() -> (AttemptKey, MessageID?) {
    let key = run()
    let said = happened(.ended(key, AttemptEnding(process: .exited(0), cause: .none, timeTerminated: 1)))
    guard case .report(let report) = said.first else {
      Issue.record("no report")
      return (key, nil)
    }
    return (key, report.id)
  }
}

/// Something else came than the test is about.
func fail(_ what: Any, at location: SourceLocation = #_sourceLocation) {
  Issue.record("unexpected: \(what)", sourceLocation: location)
}
