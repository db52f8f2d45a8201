/// What somebody asks of the queue. With the time and the entropy it is all that `QueueState.perform` needs.
public enum Command: Sendable {
  /// Make tasks, all or none.
  case submit(Submission)
  /// Make a job of families, all or nothing.
  case submitJob(JobSubmission)
  /// Change members of a job: all that it can apply to.
  case changeJob(JobChange)
  /// Make members of a job anew that failed or were cancelled, with what was cancelled below them, all or none.
  case retryJob(JobRetry)
  /// Remove jobs that have ended out of all lists, with their tasks.
  case forgetJobs([JobNumber], by: Principal)
  /// Make what failed or was cancelled anew, with what was cancelled below it, all or none.
  case retry(Retry)
  /// Change tasks, all or none; each sees what those before it did.
  case update([TaskPatch], by: Principal)
  /// Cancel those that have not ended.
  case cancel([TaskID], grace: Int64?, by: Principal)
  /// Remove tasks out of all lists.
  case forget([TaskID], ForgetRule, by: Principal)
  /// Give a live attempt up, as lost (a provider's order for one that is out of contact).
  case abandon(TaskID, by: Principal)

  /// A worker's first word.
  case hello(Hello)
  /// Take tasks that fit.
  case claim(Claim)
  /// The processes of these attempts were started.
  case started(WorkerID, [AttemptStart])
  /// Attempts ended, or go back. Each is judged alone.
  case report(WorkerID, [AttemptReport])
  /// What a running task uses, from its worker.
  case measure(TaskID, AttemptUsage, by: Principal)
  /// A worker's leases ran out: its attempts are lost.
  case expireLeases(WorkerID)
  /// The lease of a folder that a worker has left is over: its attempts there are lost.
  case expireFolder(WorkerID, String)

  /// Register a worker, also under a name that was unregistered.
  case registerWorker(WorkerRegistration, by: Principal)
  /// Pause or resume a worker, drain it, lift its quarantine, change what it may do.
  case changeWorker(WorkerID, WorkerChange, by: Principal)
  /// End a registration. With `requeue` its tasks are given back rather than cancelled.
  case unregisterWorker(WorkerID, requeue: Bool, by: Principal)

  /// Make a user; `tokenHash` is SHA-256 of its token. Nobody asks where the server itself does.
  case addUser(name: String, role: Role, isAdmin: Bool = false, tokenHash: [UInt8], by: Principal? = nil)
  /// Remove a user: its token is refused from now on.
  case revokeUser(UserID, by: Principal? = nil)
  /// Keep an answer for a repeat of its request, unless one is kept.
  case keep(IdempotencyKey, IdempotentAnswer)
  /// The server begins to work on this state.
  case start
  /// Time has passed: do all that is due.
  case tick
}

/// Which tasks a request to forget may take.
public enum ForgetRule: Sendable {
  /// Those that have ended; others are passed over.
  case ended
  /// Those that have ended, and inactive ones that wait for no parent; any other is a refusal.
  case endedOrIdle
  /// All of them; live attempts are abandoned.
  case everything
}

/// The user who asks, as far as the queue has to know it.
public struct Principal: Hashable, Sendable {
  /// The asking user's identifier.
  public var user: UserID
  /// Its name, for causes: `cancelled by ann`.
  public var name: String
  /// What it may do.
  public var role: Role
  /// A provider who may change what is others', and users, registrations and snapshots.
  public var isAdmin: Bool

  /// Somebody who asks; `isAdmin` counts only with the role of a provider.
  public init(user: UserID, name: String, role: Role, isAdmin: Bool = false) {
    self.user = user
    self.name = name
    self.role = role
    self.isAdmin = isAdmin && role == .provider
  }

  /// A user who asks.
  public init(_ user: User) { self.init(user: user.id, name: user.name, role: user.role, isAdmin: user.isAdmin) }
}

/// Tasks to be made together.
public struct Submission: Sendable {
  /// The tasks, in the order in which they are made and answered.
  public var tasks: [TaskDraft]
  /// Who asks, and owns the tasks.
  public var by: Principal
  /// What the client calls this request, and a digest of its body.
  public var key: (key: String, body: [UInt8])?

  /// Tasks that one request makes; `key` makes a repeat of it harmless.
  public init(tasks: [TaskDraft], by: Principal, key: (key: String, body: [UInt8])? = nil) {
    self.tasks = tasks
    self.by = by
    self.key = key
  }
}

/// Tasks to be tried again together.
public struct Retry: Sendable {
  /// Those that failed or were cancelled; what was cancelled below them goes with them.
  public var tasks: [TaskID]
  /// Fields that are other than before for the copies of those that are named.
  public var changes: [FieldChange] = []
  /// Amounts of their resources that are other than before; nil: none are.
  public var resources: ResourceChange?
  /// Who asks. Each copy is the owner's of what it is a copy of.
  public var by: Principal
  /// What the client calls this request, and a digest of what it asks.
  public var key: (key: String, body: [UInt8])?

  /// Tasks that one request tries again; `key` makes a repeat of it harmless.
  public init(
    tasks: [TaskID], changes: [FieldChange] = [], resources: ResourceChange? = nil, by: Principal,
    key: (key: String, body: [UInt8])? = nil
  ) {
    self.tasks = tasks
    self.changes = changes
    self.resources = resources
    self.by = by
    self.key = key
  }
}

/// A task to be made.
public struct TaskDraft: Sendable {
  /// Its fields, defaults filled in.
  public var fields: TaskFields
  /// Not claimable at first.
  public var isHeld: Bool
  /// It is asked for `available` once all are made.
  public var wantsAvailable: Bool
  /// Tasks that this one releases.
  public var continuations: [TaskReference]
  /// Tasks that this one waits for.
  public var after: [TaskReference]

  /// A draft that is neither held nor made available unless it says so.
  public init(
    fields: TaskFields, isHeld: Bool = false, wantsAvailable: Bool = false, continuations: [TaskReference] = [],
    after: [TaskReference] = []
  ) {
    self.fields = fields
    self.isHeld = isHeld
    self.wantsAvailable = wantsAvailable
    self.continuations = continuations
    self.after = after
  }
}

/// A task named by its identifier or by its name.
public enum TaskReference: Hashable, Sendable {
  case id(TaskID)
  case name(String)

  /// Two names are the same if their code points are.
  public static func == (left: TaskReference, right: TaskReference) -> Bool {
    switch (left, right) {
    case (.id(let one), .id(let two)): one == two
    case (.name(let one), .name(let two)): one.isSame(as: two)
    default: false
    }
  }

  /// Of the identifier, or of the name's code points.
  public func hash(into hasher: inout Hasher) {
    switch self {
    case .id(let id): hasher.combine(id)
    case .name(let name): hasher.combine(CodePoints(name))
    }
  }
}

/// Changes to one task: ordinary fields, edges, execution data and state, in this order, all or nothing.
public struct TaskPatch: Sendable {
  /// The task that is changed.
  public var task: TaskID
  /// New values of the fields that a provider writes.
  public var changes: [FieldChange] = []
  /// What its continuations shall be, all of them; nil: as they are.
  public var continuations: [TaskReference]?
  /// Continuations that are added to those that it has.
  public var addContinuations: [TaskReference] = []
  /// Continuations that are taken away from it.
  public var removeContinuations: [TaskReference] = []
  /// The worker's side: who it is, its token, what it sets.
  public var execution: ExecutionPatch?
  /// A state asked for.
  public var state: TaskState?
  /// With a cancellation: a grace in milliseconds that is shorter than the task's own.
  public var grace: Int64?

  /// A patch that changes nothing yet.
  public init(task: TaskID) { self.task = task }
}

/// What a worker says of an attempt over REST (`update_execution_data`).
public struct ExecutionPatch: Sendable {
  /// The claiming worker, with `state: running`.
  public var workerID: WorkerID?
  /// The same by the name of its user.
  public var workerName: String?
  /// The attempt's fencing token as it was understood.
  public var token: AttemptProof
  /// Fields set at any time.
  public var update: AttemptUpdate
  /// Set together with the end.
  public var exitStatus: String?
  /// Set together with the end, milliseconds since 1970.
  public var timeTerminated: Int64?

  /// What a worker says of an attempt.
  public init(
    workerID: WorkerID? = nil, token: AttemptProof, update: AttemptUpdate = AttemptUpdate(),
    exitStatus: String? = nil, timeTerminated: Int64? = nil
  ) {
    self.workerID = workerID
    self.token = token
    self.update = update
    self.exitStatus = exitStatus
    self.timeTerminated = timeTerminated
  }
}

/// A fencing token, after its authenticity was checked against the key. Which attempt is live is the core's to judge.
public enum AttemptProof: Hashable, Sendable {
  /// No token came, which is answered by 401.
  case none
  /// One that was never issued: 403.
  case forged
  /// Issued for this claim of this task.
  case genuine(claimNumber: UInt32, epoch: UInt32)
}

/// A worker's first word.
public struct Hello: Sendable {
  /// The user whose token it carries.
  public var by: Principal
  /// Its name under that user.
  public var name: String
  /// One start of its process.
  public var instance: String
  /// The identity of the state folder that it works in. Who comes with the same one knows what became of all that was
  /// claimed from there; who comes with another one doesn't. nil: it doesn't say, and is taken to know.
  public var folder: String?
  /// The resources that it has for tasks.
  public var offer: ResourceOffer
  /// The version of the worker's program; nil: it didn't say.
  public var version: String?
  /// Attempts that it still runs.
  public var running: [(task: TaskID, token: AttemptProof)]
  /// How long it will stay; nil: it doesn't say that it leaves.
  public var stay: Stay?

  /// A worker's first word after it has connected, or over REST.
  public init(
    by: Principal, name: String, instance: String, folder: String? = nil, offer: ResourceOffer,
    version: String? = nil, running: [(task: TaskID, token: AttemptProof)] = [], stay: Stay? = nil
  ) {
    self.by = by
    self.name = name
    self.instance = instance
    self.folder = folder
    self.offer = offer
    self.version = version
    self.running = running
    self.stay = stay
  }
}

/// How long a worker will stay. A moment rather than a span: a claim may wait, and time goes by meanwhile.
public struct Stay: Hashable, Sendable {
  /// When it leaves, by the server's clock, milliseconds since 1970.
  public var until: Int64
  /// How long a task is taken to last that says nothing of its time, in milliseconds; nil: too long.
  public var assumed: Int64?

  /// A worker that leaves at a moment of the server's clock.
  public init(until: Int64, assumed: Int64? = nil) {
    self.until = until
    self.assumed = assumed
  }

  /// Whether so much time is left; `Int64.max`: nobody knows how much is needed.
  func hasTime(for time: Int64, at now: Int64) -> Bool {
    Self.hasTime(for: time, until.saturating(plus: -now), assumed)
  }

  /// Whether what is left is enough. Who is about to leave has time for nothing.
  static func hasTime(for time: Int64, _ left: Int64, _ assumed: Int64?) -> Bool {
    guard let needed = time == .max ? assumed : time else { return false }
    return max(1, needed) <= left
  }
}

/// A worker's request for tasks.
public struct Claim: Sendable {
  /// The worker that claims.
  public var worker: WorkerID
  /// What may be used now; nil: all that is free of its `hello`.
  public var resources: ResourceOffer?
  /// How many at most.
  public var max: Int
  /// From these queues only; empty: from all.
  public var queues: [String]
  /// The only task that it wants; nil: any that fits.
  public var task: TaskID?
  /// How long the worker will stay; nil: as it said before.
  public var stay: Stay?

  /// A request for tasks.
  public init(
    worker: WorkerID, resources: ResourceOffer? = nil, max: Int = 1, queues: [String] = [], task: TaskID? = nil,
    stay: Stay? = nil
  ) {
    self.worker = worker
    self.resources = resources
    self.max = max
    self.queues = queues
    self.task = task
    self.stay = stay
  }
}

/// A process that runs.
public struct AttemptStart: Sendable {
  /// The task whose process runs.
  public var task: TaskID
  /// The attempt's fencing token.
  public var token: AttemptProof
  /// When the process was started, milliseconds since 1970 on the worker's clock.
  public var timeStarted: Int64
  /// The folder that it runs in; nil: the worker didn't say.
  public var workingDirectory: String?

  /// A process that runs.
  public init(task: TaskID, token: AttemptProof, timeStarted: Int64, workingDirectory: String? = nil) {
    self.task = task
    self.token = token
    self.timeStarted = timeStarted
    self.workingDirectory = workingDirectory
  }
}

/// What a worker says of an attempt's end. `state` is `terminated`, `cancelled`, or `available` (a release, or, with
/// an exit status of ``ExitStatus/isLoss(_:)``, a loss).
public struct AttemptReport: Sendable {
  /// The task whose attempt ended.
  public var task: TaskID
  /// The attempt's fencing token.
  public var token: AttemptProof
  /// What it asks for.
  public var state: TaskState
  /// How it ended, in words (``ExitStatus``), 1 to ``ExitStatus/maxLength`` characters.
  public var exitStatus: String?
  /// When it ended, milliseconds since 1970 on the worker's clock; nil: nobody saw it.
  public var timeTerminated: Int64?
  /// What it used, as last measured.
  public var usage: AttemptUsage?

  /// An attempt's end, in its worker's words.
  public init(
    task: TaskID, token: AttemptProof, state: TaskState, exitStatus: String?, timeTerminated: Int64?,
    usage: AttemptUsage? = nil
  ) {
    self.task = task
    self.token = token
    self.state = state
    self.exitStatus = exitStatus
    self.timeTerminated = timeTerminated
    self.usage = usage
  }
}

/// A registration that a provider makes.
public struct WorkerRegistration: Sendable {
  /// A worker's user, or the identifier of a registration that was unregistered.
  public var id: WorkerID
  /// Where it is; nil: nobody said.
  public var address: WorkerAddress?
  /// What it may do.
  public var permissions: WorkerPermissions

  /// A registration of the worker whose user, or former registration, this identifier names.
  public init(id: WorkerID, address: WorkerAddress? = nil, permissions: WorkerPermissions = .all) {
    self.id = id
    self.address = address
    self.permissions = permissions
  }
}

/// A change that a provider makes to a registration. nil leaves things as they are.
public struct WorkerChange: Sendable {
  /// Pauses it; `.some(nil)` resumes it.
  public var pause: WorkerPause??
  /// Whether it drains: it takes nothing more, and goes when it is idle.
  public var draining: Bool?
  /// What it may do.
  public var permissions: WorkerPermissions?
  /// Lets it out of its quarantine.
  public var liftsQuarantine: Bool

  /// A change of what is given; nothing else changes.
  public init(
    pause: WorkerPause?? = .none, draining: Bool? = nil, permissions: WorkerPermissions? = nil,
    liftsQuarantine: Bool = false
  ) {
    self.pause = pause
    self.draining = draining
    self.permissions = permissions
    self.liftsQuarantine = liftsQuarantine
  }
}
