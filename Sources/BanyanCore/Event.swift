/// Something that happened. Applying it is the only way in which the state changes, live and at a restart alike, and
/// can't fail. What follows from an event (children released, tasks below cancelled) stands in the journal as further
/// events: a restart applies and decides nothing.
///
/// What is told once for a whole job or for many members stands behind a reference (`indirect`): an event is copied
/// several times on its way, and the largest case would make the room for all of them.
public enum Event: Sendable {
  // MARK: Tasks
  /// A job was made that has words of its own, or several tasks. They follow.
  indirect case jobCreated(JobSpec)
  /// A task was made, `inactive`, without edges, at its place in a job: a retry at the place of the task that it is a copy
  /// of. Journals from before there were jobs tell no place: it is the only task of a new job then.
  case taskCreated(TaskID, spec: TaskSpec, isHeld: Bool, place: JobPlace? = nil)
  /// A job of families was made, with all its tasks, `inactive`, and the edges between them.
  indirect case jobMade(JobMaking)
  /// These members wait for a worker now; until `delayedUntil` (milliseconds since 1970; 0: no delay) they can't be claimed.
  /// Members of a job are told as ranges of their numbers; their newest tasks are meant.
  indirect case membersMadeAvailable(JobNumber, [ClosedRange<UInt32>], delayedUntil: Int64)
  /// These members, which no worker has, were cancelled.
  indirect case membersCancelled(JobNumber, [ClosedRange<UInt32>], cause: Cause)
  /// These members were put on hold, or let go.
  indirect case membersHeld(JobNumber, [ClosedRange<UInt32>], Bool)
  /// The fields of these members were changed.
  indirect case membersEdited(JobNumber, [ClosedRange<UInt32>], FieldChanges)
  /// A job got other labels, and its tasks with it.
  indirect case jobLabelled(JobNumber, TextMap)
  /// Of each family of a job so many may be live at a time from now on; nil: as many as fit.
  indirect case jobLimited(JobNumber, maxRunning: UInt32?)
  /// Tasks were made anew in the places of others, `inactive`, without edges, but for these changes with all that those
  /// were made with.
  indirect case tasksRemade([(new: TaskID, old: TaskID)], FieldChanges)
  /// A job was removed with all its tasks.
  case jobForgotten(JobNumber)
  /// A tie was made: these members wait for all of these tasks.
  indirect case tieMade(TaskID, JobNumber, parents: [TaskID], members: [ClosedRange<UInt32>])
  /// All that a tie waited for succeeded.
  case tiePassed(TaskID)
  /// What a tie waited for didn't succeed.
  indirect case tieCut(TaskID, cause: Cause)
  /// Its provider changed its fields.
  case taskEdited(TaskID, spec: TaskSpec)
  /// It was put on hold, or let go.
  case taskHeld(TaskID, Bool)
  /// Continuations were added; each child waits for one parent more, unless this parent succeeded already.
  case continuationsAdded(TaskID, children: [TaskID])
  /// Continuations were removed; each child waits for one parent less.
  case continuationsRemoved(TaskID, children: [TaskID])
  /// It waits for a worker now; until `delayedUntil` (milliseconds since 1970; 0: no delay) it can't be claimed.
  case taskMadeAvailable(TaskID, delayedUntil: Int64)
  /// Its delay is over.
  case taskDue(TaskID)
  /// A group whose turn came: it succeeds, and releases its continuations.
  case groupPassed(TaskID)
  /// It was cancelled while no worker had it, or by its parent's end.
  case taskCancelled(TaskID, cause: Cause)
  /// These were removed, out of all lists.
  case tasksForgotten([TaskID])

  // MARK: Attempts
  /// A worker took it.
  indirect case taskClaimed(TaskID, AttemptRecord)
  /// The process of the live attempt was started.
  case attemptStarted(TaskID, timeStarted: Int64, workingDirectory: String?)
  /// Somebody reported about the live attempt.
  indirect case attemptUpdated(TaskID, AttemptUpdate)
  /// A provider asked for its end; `killDue` (milliseconds since 1970) is when SIGKILL follows.
  case cancellationRequested(TaskID, killDue: Int64, grace: Int64, cause: Cause)
  /// The live attempt ended, and what becomes of its task.
  case attemptEnded(TaskID, AttemptEnd)

  // MARK: Workers
  /// A worker is known, or what is known of it changed.
  indirect case workerChanged(WorkerRecord)
  /// Its registration is gone. The name is barred until it is registered anew.
  indirect case workerRemoved(WorkerID, user: UserID, name: String)
  /// The bar on a name was lifted.
  case workerNameAllowed(user: UserID, name: String)

  // MARK: Users and the server
  /// A user was made, or got a new token.
  indirect case userChanged(User)
  /// A user is gone.
  case userRevoked(UserID)
  /// An answer is kept for a repeat of its request.
  indirect case keyRemembered(IdempotencyKey, IdempotentAnswer)
  /// These answers are kept no longer.
  case keysExpired([IdempotencyKey])
  /// The server started; attempts claimed from now on carry this epoch.
  case serverStarted(epoch: UInt32)
}

/// How an attempt ended and what becomes of its task. Every way there is (reported, lost, unregistered, released,
/// restarted) is this one value.
public struct AttemptEnd: Hashable, Sendable {
  /// What becomes of the task.
  public enum Outcome: Hashable, Sendable {
    /// Terminated; its continuations are released.
    case succeeded
    /// Terminated; its continuations are cancelled.
    case failed
    /// Terminated in success, but a cancellation had been requested: its continuations are cancelled.
    case succeededTooLate
    /// Cancelled, and its continuations with it.
    case cancelled
    /// Available again, charged for this attempt. Not claimable before `until` (milliseconds since 1970; 0: at once).
    case retried(until: Int64)
    /// Available again, not charged: a release.
    case givenBack
    /// Available again, counted as a loss rather than an attempt.
    case lost
    /// A loss too many: the rule of a failed last attempt.
    case lostTooOften
  }
  /// How it ended, in words (``ExitStatus``).
  public var exitStatus: String
  /// The worker's clock; nil where nobody saw it.
  public var timeTerminated: Int64?
  /// What becomes of the task.
  public var outcome: Outcome
  /// Why the task ended so, where it did and not in success.
  public var cause: Cause?
  /// What it used, as last reported; nil: nobody said.
  public var usage: AttemptUsage? {
    get { figures?.value }
    set { figures = newValue.map { Boxed($0) } }
  }
  private var figures: Boxed<AttemptUsage>?
  /// The state that the worker asked for, for telling a repeat from another word.
  public var reported: TaskState?

  /// The end of an attempt, and what became of its task by it.
  public init(
    exitStatus: String, timeTerminated: Int64?, outcome: Outcome, cause: Cause? = nil, usage: AttemptUsage? = nil,
    reported: TaskState? = nil
  ) {
    self.exitStatus = exitStatus
    self.timeTerminated = timeTerminated
    self.outcome = outcome
    self.cause = cause
    figures = usage.map { Boxed($0) }
    self.reported = reported
  }
}

/// Fields of a live attempt's record that its worker sets.
public struct AttemptUpdate: Hashable, Sendable {
  /// Milliseconds since 1970 on the worker's clock; can be set once.
  public var timeStarted: Int64?
  /// The folder that it runs in; nil: unchanged.
  public var workingDirectory: String?
  /// What it uses; nil: unchanged.
  public var usage: AttemptUsage?

  /// A change of what is given; the rest stays as it is.
  public init(timeStarted: Int64? = nil, workingDirectory: String? = nil, usage: AttemptUsage? = nil) {
    self.timeStarted = timeStarted
    self.workingDirectory = workingDirectory
    self.usage = usage
  }
}

/// What a client calls one of its requests, so that it can ask again.
public struct IdempotencyKey: Hashable, Sendable {
  /// Whose key it is.
  public var user: UserID
  /// The client's text, 1 to ``maxLength`` bytes of UTF-8.
  public var key: String

  /// A user's key; two users may use the same text.
  public init(user: UserID, key: String) {
    self.user = user
    self.key = key
  }

  /// The longest text, in bytes of UTF-8.
  public static let maxLength = 255
  /// What refusals call it: the header of REST. Where it goes by another name, the front says that.
  public static let field = "Idempotency-Key"

  /// What is wrong with a text, and what would be right; nil: nothing.
  public static func trouble(with text: String) -> String? {
    let length = text.utf8.count
    return (1...maxLength).contains(length) ? nil : "\(length) bytes long; give 1 to \(maxLength)"
  }

  /// Two keys are the same if their code points are.
  public static func == (left: IdempotencyKey, right: IdempotencyKey) -> Bool {
    left.user == right.user && left.key.isSame(as: right.key)
  }

  /// Hashes the user and the code points of the text, by which keys are equal.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(user)
    hasher.combine(CodePoints(key))
  }
}
