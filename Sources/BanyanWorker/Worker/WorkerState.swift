import BanyanCore
import BanyanWire

/// What a worker knows and decides, without a system call: the attempts in its hands, the conversation with the server,
/// the orders to the keeper.
///
/// What happened goes in by one of the methods; what is to be done comes out of ``settle(now:)``, which each of them
/// ends with. Moments are milliseconds of the boot clock.
struct WorkerState: Sendable {
  /// After a refusal of its `hello` or a claim it waits so long.
  static let pauseAfterRefusal: Int64 = 5_000
  /// After the server could not take a report.
  static let pauseAfterTrouble: Int64 = 1_000
  /// A claim that is answered with nothing sooner than this is asked again only then.
  static let claimPause: Int64 = 1_000
  /// A task that this machine can't start, and that the server gives it again all the same, is given back after so
  /// long, doubled each time up to ``pauseAfterRefusal``, while other work goes on.
  static let faultPause: Int64 = 100
  /// Between two samples of what is used.
  static let sampleInterval: Int64 = 10_000
  /// Between two samples while nothing runs.
  static let idleSampleInterval: Int64 = 60_000
  /// What somebody wants to read is measured anew if it is older than this.
  static let freshFor: Int64 = 1_000
  /// A start is told within so long: with its end, where that comes first.
  static let startPatience: Int64 = 20
  /// The server reckons from when it hears how long this worker stays: it is told so much less, or half of it where that
  /// is less, so that what it gives ends in time.
  static let stayMargin: Int64 = 1_000
  /// The most results, or tasks given back, in one message.
  static let batch = 1_000
  /// Bytes of one message at the most: the server takes 1 MiB.
  static let batchBytes = 1 << 19
  /// What an entry takes beside its texts: identifiers, a token, figures.
  static let entryBytes = 512
  /// How long a drained worker goes on trying to deliver results to a server that is away; they stay on the disk.
  static let lastPatience: Int64 = 10_000

  let name: String
  let version: String
  let queues: [String]
  /// What it offers: what it was told, as far as the keeper has room for.
  var offer: ResourceOffer
  private let toldOffer: ResourceOffer
  let claimWait: Int64
  let environment: TaskEnvironment
  let logs: String
  let logLimit: Int64
  let niceness: Int64
  let work: String

  var instance: String
  /// Which server the attempts in its hands are of; nil: not known yet.
  var serverIdentity: String?
  /// The identity of its state folder; nil: it has none that can be kept.
  var folderIdentity: String?
  /// Milliseconds since 1970, as of the last thing that happened.
  var time: Int64 = 0
  var attempts: [AttemptKey: WorkerAttempt] = [:]
  /// Attempts that the server says are this worker's and that it knows nothing of: given back, or cancelled.
  var strays: [Stray] = []
  var link = Link.down
  var requests: [MessageID: Request] = [:]
  var heartbeats: [Int64] = []
  var nextHeartbeat: Int64?
  var lease: LeaseClock?
  var leaseToldAt: Int64?
  var heartbeatMilliseconds: Int64 = 10_000
  var openClaim: OpenClaim?
  var claimsAfter: Int64 = .min
  /// Tasks that this machine could not start, and how often.
  var faults: [TaskID: Int64] = [:]
  var helloAfter: Int64 = .min
  var straysAfter: Int64 = .min
  var mode = Mode.working
  var actions: [WorkerAction] = []
  var outgoing: [WorkerMessage] = []
  var tails: [LogTailRequest] = []
  var orders: [KeeperOrder] = []
  /// It leaves after so long without a task.
  let idleTimeout: Int64?
  /// When it leaves at the latest; known once it is attached.
  var endsAt: Int64?
  let timeLimit: Int64?
  /// How long a task is taken to last that says nothing of its time.
  let assumed: Int64?
  var idleSince: Int64?
  /// What others used of the machine when it was last worth a new claim.
  var load: MachineLoad?
  /// When it was last measured what is used.
  var sampledAt: Int64?
  var isSampling = false
  /// The server asks for figures now, before their time.
  var isUsageWanted = false
  /// Of the last heartbeat and its answer, in milliseconds.
  var roundTrip: Int64?
  /// When starts that were not told yet are to be told at the latest.
  var startsDueAt: Int64?
  private var lastID: Int64 = 0

  /// The connection to the server.
  enum Link: Sendable, Hashable {
    /// There is no connection; the client tries to make one.
    case down
    /// One stands, and the worker may not speak before a pause is over.
    case waiting
    /// `hello` was sent, and is not answered yet.
    case greeting
    /// `welcome` came: the server knows this worker, and takes its messages.
    case up
  }

  /// Whether it takes on work.
  enum Mode: Sendable, Hashable {
    /// It claims tasks and runs them.
    case working
    /// It was told to finish; `since` is when.
    case draining(since: Int64, said: Bool)
    /// Its tasks were stopped, to be given back; `isHurried`: killed.
    case stopping(since: Int64, isHurried: Bool)
    /// The server ended its registration.
    case unregistered(String)
    /// It has left, and does nothing more.
    case gone
  }

  /// A request that has yet to be answered.
  enum Request: Sendable, Hashable {
    case hello(named: [AttemptKey])
    case claim
    case report([AttemptKey])
    case release([AttemptKey])
    case strays([AttemptName])
  }

  /// A claim that has yet to be answered.
  struct OpenClaim: Sendable, Hashable {
    var id: MessageID
    var resources: ResourceOffer
    var sentAt: Int64

    /// When a server that is alive must have answered it: it has lost the claim then.
    func isOverdue(after wait: Int64, _ heartbeat: Int64) -> Int64 {
      sentAt.clampedSum(wait).clampedSum(3 * heartbeat)
    }
  }

  /// An attempt that is only known by its name.
  struct Stray: Sendable, Hashable {
    var attempt: AttemptName
    /// The server wants it cancelled; else it is given back.
    var isCancelled: Bool
    var isSent = false
  }

  private var sentAt: [MessageID: Int64] = [:]

  init(_ configuration: WorkerConfiguration, instance: String) {
    name = configuration.name
    version = configuration.version
    queues = configuration.queues
    offer = configuration.offer
    toldOffer = configuration.offer
    claimWait = configuration.claimWaitMilliseconds
    environment = TaskEnvironment(
      own: configuration.environment, passed: configuration.passedEnvironment,
      hidesGPUs: !configuration.offer.gpus.isEmpty)
    logs = configuration.logs
    logLimit = configuration.logLimit
    niceness = configuration.niceness
    work = configuration.work
    idleTimeout = configuration.idleTimeoutMilliseconds
    timeLimit = configuration.timeLimitMilliseconds
    assumed = configuration.assumeMilliseconds
    self.instance = instance
  }

  /// Ties the answer of what is sent now to it.
  mutating func ask(_ request: Request, now: Int64) -> MessageID {
    lastID += 1
    let id = MessageID.number(lastID)
    requests[id] = request
    sentAt[id] = now
    return id
  }

  /// Takes the request that an answer is to. Its sending is when the server last renewed the leases for sure.
  mutating func answered(_ id: MessageID?) -> Request? {
    guard let id, let request = requests.removeValue(forKey: id) else { return nil }
    if let moment = sentAt.removeValue(forKey: id) { heard(sentAt: moment) }
    return request
  }

  /// The same of an answer that refuses. A `hello` that is refused is nobody's word: it renews nothing.
  mutating func refused(_ id: MessageID?) -> Request? {
    if let id, case .hello = requests[id] { sentAt[id] = nil }
    return answered(id)
  }

  /// The server answered something that was sent at a moment.
  mutating func heard(sentAt moment: Int64) {
    guard let length = lease?.leaseMilliseconds else { return }
    lease?.hear(sentAt: moment, leaseMilliseconds: length)
  }

  /// Forgets all that belonged to a connection.
  mutating func forgetConnection() {
    link = .down
    requests = [:]
    sentAt = [:]
    heartbeats = []
    nextHeartbeat = nil
    openClaim = nil
    for key in attempts.keys {
      attempts[key]?.isReported = false
      attempts[key]?.isStartTold = false
    }
    if attempts.values.contains(where: { $0.start != nil }) { startsDueAt = .min }
    for index in strays.indices { strays[index].isSent = false }
  }

  // MARK: What is free

  /// What the offer leaves for further tasks.
  var free: FreeResources {
    var free = FreeResources(offered: offer)
    for attempt in attempts.values where attempt.isLive {
      free.take(attempt.order.resources, gpus: attempt.order.gpus)
    }
    if let load { free.lower(by: load) }
    return free
  }

  /// The keeper has room for so many tasks at once.
  mutating func limit(to maxTasks: Int64?) {
    offer = toldOffer
    guard let maxTasks, maxTasks < toldOffer.taskLimit else { return }
    offer.maxTasks = maxTasks
    actions.append(.warning("at most \(maxTasks) tasks at once: more files can't be open here (ulimit -Hn)"))
  }

  /// Attempts that run or are about to.
  var liveCount: Int { attempts.values.count { $0.isLive } }

  // MARK: Ends

  /// Has an attempt ended by the keeper.
  mutating func end(_ key: AttemptKey, grace: Int64, cause: AttemptEnding.Cause) {
    guard attempts[key]?.isLive == true else { return }
    attempts[key]?.endOrder = WorkerAttempt.EndOrder(grace: grace, cause: cause)
    orders.append(.end(key, graceMilliseconds: grace, cause: cause))
  }

  /// The server does not hold it for this worker: it is stopped, and nobody is told.
  mutating func refuse(_ key: AttemptKey, reason: String) {
    guard let attempt = attempts[key], !attempt.isRefused else { return }
    actions.append(.warning("\(key) is not, or no longer, this worker's: \(reason)"))
    if attempt.isLive {
      attempts[key]?.isRefused = true
      // Somebody else may run it by now.
      end(key, grace: min(attempt.order.graceMilliseconds, Self.pauseAfterRefusal), cause: .refused)
    } else {
      forget([key])
    }
  }

  /// The server knows their ends.
  mutating func forget(_ keys: [AttemptKey]) {
    let known = keys.filter { attempts[$0] != nil }
    guard !known.isEmpty else { return }
    for key in known { attempts[key] = nil }
    orders.append(.forget(known))
  }
}
