/// Why a task is not running, or why it ended as it did.
public struct Why: Hashable, Sendable {
  /// The task that was asked about.
  public var task: TaskMention
  /// The one reason that comes first.
  public var reason: Reason
  /// Workers that are passed over for it, as they gave it back for something that they lack: some of them. Told beside
  /// the reason, where that isn't about them.
  public var passedOver: [WorkerMention]

  /// Why this task waits, or ended as it did.
  public init(task: TaskMention, reason: Reason, passedOver: [WorkerMention] = []) {
    self.task = task
    self.reason = reason
    self.passedOver = passedOver
  }

  /// What keeps a task, or what ended it.
  public enum Reason: Hashable, Sendable {
    /// Parents have yet to succeed: some of them, and how many there are.
    case parents([TaskMention], count: Int)
    /// It waits for nothing but its provider's word.
    case notReleased
    /// Its provider holds it.
    case held
    /// Its provider said so; milliseconds since 1970.
    case notBefore(Int64)
    /// An attempt failed, and the next one has to wait; milliseconds since 1970.
    case retryDelay(until: Int64, attempts: UInt32)
    /// So many of its array run, and that is its limit.
    case arrayLimit(String, UInt32)
    /// No worker is registered.
    case noWorkers
    /// No worker takes from its queue.
    case noWorkerForQueue(String)
    /// No known worker has so much, even when it is idle: the nearest, and what it lacks.
    case neverFits(WorkerMention, [Shortage])
    /// Those that could run it take nothing at present: some of them, and how many there are.
    case workersAside([WorkerMention], count: Int)
    /// All that could run it gave it back, as they lack its folder: some of them, how many there are, and when one of
    /// them is asked again (milliseconds since 1970).
    case nobodyHasIt([WorkerMention], count: Int, until: Int64)
    /// All that could run it gave it back, and for some of them its time was the reason: it outlasts them. Some of them, how
    /// many there are, and when one of them is asked again (milliseconds since 1970).
    case outlasts([WorkerMention], count: Int, until: Int64)
    /// Those that take something leave before it would have ended: the one that stays longest, how long it may take
    /// (nil: it doesn't say) and how long that one stays, in milliseconds.
    case noTime(WorkerMention, needed: Int64?, left: Int64)
    /// What is free is too little: the nearest worker, and what it lacks; and how many are before it.
    case busy(WorkerMention, [Shortage], before: Int?)
    /// It has waited long, and this worker is kept free for it; what it still lacks (nothing: it takes it with its next
    /// claim), and when it should have that, milliseconds since 1970; nil: nobody knows.
    case reserved(WorkerMention, [Shortage], expected: Int64?)
    /// Only workers have room that are kept free for tasks that have waited longer: one of them, and for which.
    case behindReservation(WorkerMention, TaskMention)
    /// Somebody could take it now, and so many are before it.
    case turn(before: Int?)
    /// It runs, since so many milliseconds since 1970.
    case running(WorkerMention?, since: Int64)
    /// It is being ended; SIGKILL is due then (milliseconds since 1970).
    case cancelling(cause: String, killDue: Int64)
    /// It did what it should.
    case succeeded
    /// It failed, or was cancelled. What it was cancelled with, one after the other, up to the first of them that is
    /// known; and how many they are.
    case ended(above: [TaskMention], count: Int)
  }
}

/// A task as others are told of it.
public struct TaskMention: Hashable, Sendable {
  /// The task's identifier.
  public var id: TaskID
  /// The task's name; nil: it has none.
  public var name: String?
  /// What the task waits for or does now (``TaskState``).
  public var state: TaskState
  /// Why it ended, if not in success.
  public var cause: String?

  /// What of a task stands in another one's reason.
  public init(id: TaskID, name: String?, state: TaskState, cause: String?) {
    self.id = id
    self.name = name
    self.state = state
    self.cause = cause
  }
}

/// A worker as tasks are told of it.
public struct WorkerMention: Hashable, Sendable {
  /// The worker's identifier.
  public var id: WorkerID
  /// The worker's name, unique under its user.
  public var name: String
  /// Why it takes nothing; nil: it takes what fits.
  public var aside: Aside?

  /// Why a worker takes nothing.
  public enum Aside: Hashable, Sendable {
    case paused(note: String?)
    case draining
    case quarantined(String)
    case unregistering
    /// It lacks the permission to claim.
    case forbidden
    /// It speaks over a connection, and none stands now.
    case away
    /// It claimed from other queues than the task's just now.
    case inOtherQueues
    /// It gave this task back: why, and until when it is passed over for it, milliseconds since 1970.
    case gaveBack(String, until: Int64)
  }

  /// What of a worker stands in a task's reason.
  public init(id: WorkerID, name: String, aside: Aside? = nil) {
    self.id = id
    self.name = name
    self.aside = aside
  }
}

/// Something that a worker has too little of for a task.
public struct Shortage: Hashable, Sendable {
  /// `cpu_memory_bytes`, `cpu_cores`, `gpus` (those that suit the task), `tasks`, or the name of a custom resource.
  public var resource: String
  /// What the task asks for.
  public var wanted: Int64
  /// What the worker has left of it now.
  public var free: Int64
  /// What the worker offers when it is idle.
  public var offered: Int64

  /// A resource of which less is free than is wanted.
  public init(resource: String, wanted: Int64, free: Int64, offered: Int64) {
    self.resource = resource
    self.wanted = wanted
    self.free = free
    self.offered = offered
  }
}
