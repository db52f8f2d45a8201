/// A job to be made: all of it or nothing.
public struct JobSubmission: Sendable {
  /// What people call it, 1 to 128 characters; nil: nothing.
  public var name: String?
  /// They hold for each of its tasks.
  public var labels: TextMap
  /// Its families, in the order in which their members are numbered.
  public var families: [FamilyDraft]
  /// The job whose successes it takes over; nil: it begins from nothing.
  public var resumes: JobNumber?
  /// Who asks, and owns the job.
  public var by: Principal
  /// What the client calls this request, and a digest of its body.
  public var key: (key: String, body: [UInt8])?

  /// A job that one request makes; `key` makes a repeat of it harmless.
  public init(
    name: String? = nil, labels: TextMap = TextMap(), families: [FamilyDraft], resumes: JobNumber? = nil,
    by: Principal, key: (key: String, body: [UInt8])? = nil
  ) {
    self.name = name
    self.labels = labels
    self.families = families
    self.resumes = resumes
    self.by = by
    self.key = key
  }
}

/// A family to be made.
public struct FamilyDraft: Sendable {
  /// What its tasks share, defaults filled in; the name in it is the family's.
  public var fields: TaskFields
  /// What they differ in; nil: it is a single task.
  public var parameters: Parameters?
  /// Not claimable at first.
  public var isHeld: Bool
  /// Its tasks wait for a worker once all are made.
  public var wantsAvailable: Bool
  /// What each of its tasks waits for.
  public var after: [JobReference]
  /// How many of it may be live at a time; nil: as many as fit.
  public var maxRunning: UInt32?
  /// After so many of it have failed for good the rest is cancelled; nil: never.
  public var stopAfterFailures: UInt32?

  /// A family that is neither held nor inactive unless it says so.
  public init(
    fields: TaskFields, parameters: Parameters? = nil, isHeld: Bool = false, wantsAvailable: Bool = true,
    after: [JobReference] = [], maxRunning: UInt32? = nil, stopAfterFailures: UInt32? = nil
  ) {
    self.fields = fields
    self.parameters = parameters
    self.isHeld = isHeld
    self.wantsAvailable = wantsAvailable
    self.after = after
    self.maxRunning = maxRunning
    self.stopAfterFailures = stopAfterFailures
  }
}

/// What a family waits for, as it was written.
public enum JobReference: Hashable, Sendable {
  /// A family of the same job by its name, with the values in brackets behind it (`fit[{step}]`); else a job or a task of
  /// the asker's own.
  case name(String)
  /// A task, whoever's it is.
  case id(TaskID)
  /// Every member of a job, whoever's it is.
  case job(JobNumber)
  /// One member of a job, whoever's it is.
  case member(JobPlace)
}
