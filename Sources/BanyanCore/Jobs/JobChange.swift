/// What somebody wants to become of the members of a job: one command over all of them that it can apply to.
public struct JobChange: Sendable {
  /// The job.
  public var job: JobNumber
  /// Of these members alone; nil: of all.
  public var members: [ClosedRange<UInt32>]?
  /// New values of fields, for what has not begun (labels: for all): `labels`, `priority`, `queue`, `not_before` and `held`.
  public var changes: [FieldChange] = []
  /// How many of each family may be live at a time from now on; `.some(nil)`: as many as fit.
  public var maxRunning: UInt32??
  /// What was made to wait for its provider, and waits for nothing else, waits for a worker from now on.
  public var releases = false
  /// What has not ended is cancelled.
  public var cancels = false
  /// With a cancellation: a grace in milliseconds that is shorter than the tasks' own.
  public var grace: Int64?
  /// Who asks.
  public var by: Principal

  /// A change of nothing yet.
  public init(job: JobNumber, members: [ClosedRange<UInt32>]? = nil, by: Principal) {
    self.job = job
    self.members = members
    self.by = by
  }
}

/// What a change of a job came to: how many of its members each thing happened to.
public struct JobChangeCounts: Hashable, Sendable {
  /// Changed in their fields, held or let go.
  public var changed = 0
  /// Cancelled while they waited, members that were cancelled with them as they wait for them among them.
  public var cancelled = 0
  /// They run, and were told to stop.
  public var toldToStop = 0
  /// Nothing could be done: they had ended, or were as it was wanted.
  public var unchanged = 0
  /// Tasks of other jobs that were cancelled with them, as they wait for them.
  public var others = 0

  /// Nothing happened yet.
  public init() {}
}

/// Members of a job to be tried again: what failed or was cancelled, in its place.
public struct JobRetry: Sendable {
  /// The job.
  public var job: JobNumber
  /// Of these members alone; nil: of all.
  public var members: [ClosedRange<UInt32>]?
  /// Of those only that ended so; nil: that failed or were cancelled.
  public var states: Set<MemberState>?
  /// Fields that are other than before for what is made anew.
  public var changes: [FieldChange] = []
  /// Amounts of its resources that are other than before; nil: none are.
  public var resources: ResourceChange?
  /// Who asks.
  public var by: Principal
  /// What the client calls this request, and a digest of what it asks.
  public var key: (key: String, body: [UInt8])?

  /// A retry of all that failed or was cancelled.
  public init(job: JobNumber, members: [ClosedRange<UInt32>]? = nil, by: Principal) {
    self.job = job
    self.members = members
    self.by = by
  }
}

/// What the maker of a job is told.
public struct JobReceipt: Hashable, Sendable {
  /// The job's number.
  public var number: JobNumber
  /// How many members it has.
  public var taskCount: Int
  /// How many of them had succeeded in the job that it resumes.
  public var takenOver: Int
  /// The identifier of its first member; those of the others follow in a row.
  public var firstTask: TaskID

  /// A job that was made.
  public init(number: JobNumber, taskCount: Int, takenOver: Int, firstTask: TaskID) {
    self.number = number
    self.taskCount = taskCount
    self.takenOver = takenOver
    self.firstTask = firstTask
  }

  /// The identifiers of all members, in their order.
  public var tasks: LazyMapCollection<Range<Int>, TaskID> {
    (0..<taskCount).lazy.map { [firstTask] in firstTask.advanced(by: $0) }
  }
}
