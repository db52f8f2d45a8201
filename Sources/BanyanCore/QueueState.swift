import Collections

/// The whole queue as a value: tasks, attempts, workers, users. No I/O, no clock, no `async`.
///
/// A ``Command`` and the time go in (``perform(_:at:entropy:)``); out come the ``Event``s that happened, an answer, or a
/// ``Rejection``, after which nothing has changed. ``apply(_:at:)`` is the only mutation, live and at a restart.
///
/// A task's life (drawn whole at ``TaskState``):
///
///     submit ─▶ inactive ─▶ available ─▶ running ─▶ terminated ─▶ its continuations become available
///                               ▲           │
///                               └───────────┴─ attempts left, lost, given back
///
/// The parts: `+Submit`, `+Retry`, `+Update`, `+Continuations`, `+Cancel`, `+Forget` (providers), `+Claim`, `+Report`,
/// `+Hello` (workers), `+Rights`, `+Workers`, `+Quarantine`, `+Users`, `+Tick`, `+KeepFinished` (time), `+Settle`, `+Arrays` (what
/// follows), `+Apply`, `+Invariants`, `+Reading`.
public struct QueueState: Sendable {
  var tasks = TaskTable()
  var jobs: JobTable {
    _read { yield tasks.jobs }
    _modify { yield &tasks.jobs }
  }
  var index = MatchingIndex()
  var owners = Names()
  var queues = Names()
  /// What each owner holds, by the owner's number.
  var holdings: [Holding] = []
  /// Each owner's dominant share of what all workers offer, by the owner's number.
  var shares: [Double] = []
  var workers: OrderedDictionary<WorkerID, WorkerEntry> = [:]
  /// Names that were unregistered, by the identifier that their registration had.
  var barred: OrderedDictionary<WorkerID, BarredName> = [:]
  var users: OrderedDictionary<UserID, User> = [:]
  var keys = KeyBook()
  /// Tasks whose delay ends, the soonest first. An entry whose task has another delay by now is passed over.
  var delays = Heap<Delay>()
  /// Arrays that have limits, by their first task.
  var arrays: [TaskID: ArrayBook] = [:]
  /// Tasks that have ended, in the order in which they did.
  var finished = FinishedTasks()
  /// Failures on workers, for quarantine. Not journalled: a restart looks anew.
  var failures = FailureWatch()
  /// Workers that tasks are not given to.
  var avoidances = Avoidances()
  /// Workers that tasks wait for. Not journalled.
  var reservations = Reservations() { didSet { rivalList = nil } }
  /// Who could take now what shall go to another worker first; nil: something changed since it was known. Not journalled.
  var rivalList: RivalList?
  /// Workers whose waiting claims have to be looked at again. Not journalled.
  var dueClaimants = DueClaimants.nobody
  var nextTurn: UInt64 = 1
  /// What all registered workers offer together: the measure of an owner's share.
  var capacity = Capacity()

  /// The sequence number of the last event; 0: none yet.
  public internal(set) var sequence: UInt64 = 0
  /// The server's start, from 1.
  public internal(set) var epoch: UInt32 = 0
  /// The server's clock at the last event, milliseconds since 1970.
  public internal(set) var time: Int64 = 0
  /// An event that did not fit the state it met: 0 in a sound journal. A restart refuses to go on otherwise.
  public internal(set) var misfits: [String] = []

  /// How long tasks are kept that have ended. The server sets it, at each start; it is not journalled.
  public var keepFinished = KeepFinished()
  /// How long a task that is next in turn waits before it reserves a worker, in milliseconds; nil: it never does. The
  /// server sets it at each start; it is not journalled.
  public var reserveAfter: Int64? = 60_000
  /// Whether owners take turns by dominant share; else the order is that of becoming available. The server sets it at
  /// each start; it is not journalled.
  public var isFair = true

  /// Whether many waiting members of a family are kept as one (``TaskRun``). That nothing else hangs on it is seen by a
  /// second queue that keeps each by itself.
  package var usesRuns = true

  /// What live attempts used, as far as it is newer than their records. The server sets it before each command; it is
  /// not journalled, but goes into the record of an attempt with its end.
  public var lastFigures: [TaskID: AttemptFigures] = [:]

  /// Events of the command being performed.
  var emitted: [Event] = []
  /// Attempts that have to end because of what the command did, beside those that it asked to end itself.
  var derivedCancellations: [Cancellation] = []

  /// A queue without tasks, workers and users, as before the first start.
  public init() {}

  struct BarredName: Hashable, Sendable {
    var user: UserID
    var name: CodePoints

    init(user: UserID, name: String) {
      self.user = user
      self.name = CodePoints(name)
    }
  }

  struct Delay: Comparable, Sendable {
    var due: Int64
    var task: TaskID
    static func < (left: Delay, right: Delay) -> Bool { (left.due, left.task) < (right.due, right.task) }
  }

  struct Capacity: Sendable, Equatable {
    var memoryBytes: Int128 = 0
    var cores: Int128 = 0
    var gpuCount: Int128 = 0
  }

  /// What a command did.
  public struct Outcome: Sendable {
    /// What happened, in order; empty if nothing changed.
    public var events: [Event]
    /// For the asker, once the events are durable.
    public var answer: Answer
    /// Attempts that their workers have to end now.
    public var cancellations: [Cancellation]
  }

  /// Does what is asked, or changes nothing and tells why.
  /// - Parameters:
  ///   - command: what is asked.
  ///   - now: the server's clock, milliseconds since 1970.
  ///   - entropy: where fresh identifiers and jitter come from.
  public mutating func perform(
    _ command: Command, at now: Int64, entropy: inout Entropy
  ) throws(Rejection) -> Outcome {
    emitted = []
    derivedCancellations = []
    var cancellations: [Cancellation] = []
    let answer: Answer
    switch command {
    case .submit(let submission): answer = try submit(submission, at: now, entropy: &entropy)
    case .submitJob(let submission): answer = try submit(submission, at: now, entropy: &entropy)
    case .changeJob(let change): answer = try self.change(change, at: now, cancellations: &cancellations)
    case .retryJob(let request): answer = try retry(request, at: now, entropy: &entropy)
    case .forgetJobs(let numbers, let by): answer = try forget(numbers, by: by, at: now)
    case .retry(let request): answer = try retry(request, at: now, entropy: &entropy)
    case .update(let patches, let by):
      answer = try update(patches, by: by, at: now, entropy: &entropy, cancellations: &cancellations)
    case .cancel(let tasks, let grace, let by):
      try checkMayChange(tasks, by: by)
      answer = cancel(tasks, grace: grace, by: by, at: now, cancellations: &cancellations)
    case .forget(let tasks, let rule, let by):
      try checkMayChange(tasks, by: by)
      answer = try forget(tasks, rule, at: now, cancellations: &cancellations)
    case .abandon(let task, let by): answer = try abandon(task, by: by, at: now)
    case .hello(let hello): answer = try welcome(hello, at: now, entropy: &entropy)
    case .claim(let claim): answer = try self.claim(claim, at: now, entropy: &entropy)
    case .started(let worker, let starts): answer = start(starts, by: .worker(worker), at: now)
    case .report(let worker, let reports): answer = report(reports, by: .worker(worker), at: now, entropy: &entropy)
    case .measure(let task, let usage, let by): answer = try measure(task, usage, by: by, at: now)
    case .expireLeases(let worker): answer = expireLeases(of: worker, at: now)
    case .expireFolder(let worker, let folder): answer = expireFolder(folder, of: worker, at: now)
    case .registerWorker(let registration, let by):
      try checkIsAdmin(by, "Registrations of workers")
      answer = try register(registration, at: now)
    case .changeWorker(let worker, let change, let by):
      try checkIsAdmin(by, "Registrations of workers")
      answer = try self.change(worker, change, at: now)
    case .unregisterWorker(let worker, let requeue, let by):
      try checkIsAdmin(by, "Registrations of workers")
      answer = try unregister(worker, requeue: requeue, by: by, at: now, cancellations: &cancellations)
    case .addUser(let name, let role, let isAdmin, let hash, let by):
      answer = try addUser(
        name: name, role: role, isAdmin: isAdmin, tokenHash: hash, by: by, at: now, entropy: &entropy)
    case .revokeUser(let user, let by): answer = try revokeUser(user, by: by, at: now)
    case .keep(let key, let kept): answer = .kept(try keep(kept, for: key, at: now))
    case .start:
      emit(.serverStarted(epoch: epoch + 1), at: now)
      answer = .done
    case .tick: answer = tick(at: now)
    }
    return Outcome(events: emitted, answer: answer, cancellations: cancellations + derivedCancellations)
  }

  /// Lets an event happen: applied at once, so that what is decided next sees it, and told to the journal.
  mutating func emit(_ event: Event, at now: Int64) {
    apply(event, at: now)
    emitted.append(event)
  }
}
