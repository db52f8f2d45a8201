/// What a command's asker is told once its events are durable.
public enum Answer: Sendable {
  /// The tasks made, or those that the first request with this key made.
  case submitted([TaskID])
  /// A job was made, or by the first request with this key.
  case jobSubmitted(JobReceipt)
  /// What became of a job's members.
  case jobChanged(JobChangeCounts)
  /// The copies made, those of the named tasks first, and what each is a copy of; or what the first request with this
  /// key made.
  case retried([(copy: TaskID, of: TaskID)])
  /// The tasks as they are now, in the order of the patches.
  case updated([UpdatedTask])
  /// The state that each has now, in order; nil: no such task.
  case cancelled([(task: TaskID, state: TaskState?)])
  /// How many were removed.
  case forgotten(Int)
  /// A worker is in.
  case welcomed(Welcome)
  /// The tasks that a claim was given, each with its attempt; empty: nothing fits now.
  case claimed([ClaimedTask])
  /// Judged one by one, in order; nil: accepted.
  case judged([(task: TaskID, refusal: Rejection?)])
  /// A registration as it is now.
  case worker(WorkerRecord)
  /// A user as it is now.
  case user(User)
  /// The answer that is kept: this one, or the first.
  case kept(IdempotentAnswer)
  /// Done, nothing to tell.
  case done
}

/// A task that a patch changed.
public struct UpdatedTask: Sendable {
  /// As it is now.
  public var record: TaskRecord
  /// What the server holds for it, where the patch was a claim.
  public var claimed: ClaimedTask?

  /// A task after its patch; `claimed` where the patch was a claim.
  public init(record: TaskRecord, claimed: ClaimedTask? = nil) {
    self.record = record
    self.claimed = claimed
  }
}

/// A task in a worker's hands.
public struct ClaimedTask: Sendable {
  /// Everything about the task, as it was right after the claim. What the members of its family share is not put together
  /// with what is its own: ``TaskRecord/fields`` does that.
  public var record: TaskRecord
  /// The attempt, whose claim number and epoch its fencing token is made of.
  public var attempt: AttemptRecord

  /// The task's identifier.
  public var id: TaskID { record.id }
  /// What its provider wrote: what to run, with what, how long. Of a member of a family, what they share.
  public var spec: TaskSpec { record.spec }

  /// A task and the attempt that the claim began.
  public init(record: TaskRecord, attempt: AttemptRecord) {
    self.record = record
    self.attempt = attempt
  }
}

/// What a worker is told after its `hello`.
public struct Welcome: Sendable {
  /// The worker's registration, made by the `hello` if it is the first.
  public var worker: WorkerRecord
  /// Attempts that it named and that the server holds for it.
  public var attached: [TaskID] = []
  /// Attempts that the server holds for it and that it didn't name.
  public var held: [ClaimedTask] = []
  /// Attempts that it named and must stop, and why.
  public var refused: [(task: TaskID, reason: Rejection)] = []
  /// Cancellations that it may not have heard of: the task, its attempt, the grace that is left in milliseconds.
  public var cancelling: [Cancellation] = []

  /// A welcome to a worker that holds nothing and was told of nothing yet.
  public init(worker: WorkerRecord) { self.worker = worker }
}

/// An attempt that its worker has to end.
public struct Cancellation: Hashable, Sendable {
  /// The task whose attempt has to end.
  public var task: TaskID
  /// The worker that holds the attempt: the one that is told.
  public var worker: WorkerID
  /// What its token is made of.
  public var claimNumber: UInt32
  /// What its token is made of.
  public var epoch: UInt32
  /// Milliseconds between SIGTERM and SIGKILL.
  public var grace: Int64

  /// An order to end an attempt.
  public init(task: TaskID, worker: WorkerID, claimNumber: UInt32, epoch: UInt32, grace: Int64) {
    self.task = task
    self.worker = worker
    self.claimNumber = claimNumber
    self.epoch = epoch
    self.grace = grace
  }
}
