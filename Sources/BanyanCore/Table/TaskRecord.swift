/// Everything about one task at one moment: what documents show and what a snapshot's line holds.
public struct TaskRecord: Sendable {
  /// Its identifier, which tells the second in which it was made.
  public var id: TaskID
  /// When it was made, milliseconds since 1970.
  public var created: Int64
  /// Milliseconds since 1970, moved by every change.
  public var updated: Int64
  /// What the provider wrote.
  public var spec: TaskSpec
  /// What it waits for or does now (``TaskState``).
  public var state: TaskState
  /// Not claimable while true.
  public var isHeld: Bool
  /// Parents that have yet to succeed.
  public var pendingDependencyCount: UInt32
  /// Attempts that count against the maximum.
  public var attemptCount: UInt32
  /// Attempts lost with a worker.
  public var lossCount: UInt32
  /// Rises with every claim.
  public var claimNumber: UInt32
  /// Why it ended other than in success, or by whom.
  public var cause: Cause?
  /// When it last became available, milliseconds since 1970; 0: never.
  public var availableSince: Int64
  /// Its place among those that wait: they are served in this order. 0: it doesn't wait.
  public var turn: UInt64
  /// Milliseconds since 1970: not claimable earlier (a delay that was asked for or a pause between attempts). 0: none.
  public var delayedUntil: Int64
  /// The grace of a requested cancellation: when SIGKILL is due, milliseconds since 1970. 0: none was requested.
  public var killDue: Int64
  /// Server's clock: when it ended, milliseconds since 1970; 0: it has not.
  public var endedAt: Int64
  /// All that its list ever named and that is not forgotten, cancelled ones too.
  public var allContinuations: [TaskID]
  /// Those that its list shows: cancelled ones are taken out.
  public var continuations: [TaskID]
  /// Its attempts, the oldest first.
  public var attempts: [AttemptRecord]
  /// Its place in its job; nil: in a snapshot from before there were jobs.
  public var place: JobPlace?
  /// Rarely there, and copied with every claim otherwise.
  private var relatives: Boxed<Relatives>?

  /// The family that it is of; nil: its job was not written as families.
  public var family: Family?
  /// Whose its ``spec`` is.
  public var specSource: SpecSource

  /// Whose a task's specification is.
  public enum SpecSource: Sendable {
    /// Its own alone.
    case own
    /// What it shares with others of its family, and what is no longer what the family was written with.
    case shared
    /// What its family was written with.
    case family
  }

  /// All that its provider wrote: where ``spec`` is what a family shares, put together with what is its own, at each look.
  public var fields: TaskFields {
    guard spec.isTemplate, let family, let member = place?.member else { return spec.fields }
    return family.fields(of: member, from: spec)
  }

  /// Of these its name and its place in its array alone: all that differs from one member of its family to another where
  /// no text of what they share has a placeholder (``TaskSpec/variation``).
  public var ownFields: TaskFields {
    guard spec.isTemplate, let family, let member = place?.member else { return spec.fields }
    return family.ownFields(of: member, from: spec)
  }

  /// What it differs in from others of its family, by name; empty: in nothing.
  public var parameters: [(name: String, value: String)] {
    guard let family, let member = place?.member else { return [] }
    return family.parameters(of: member)
  }

  /// The live attempt's worker.
  public var workerID: WorkerID? { state.isLive ? attempts.last?.workerID : nil }
  /// The newest attempt's record.
  public var executionDataID: RecordID? { attempts.last?.id }

  /// A record of its parts. Where only the second is known in which it was made, `created` is nil: its identifier tells it.
  public init(
    id: TaskID, created: Int64? = nil, updated: Int64, spec: TaskSpec, state: TaskState, isHeld: Bool,
    pendingDependencyCount: UInt32,
    attemptCount: UInt32, lossCount: UInt32, claimNumber: UInt32, cause: Cause?, availableSince: Int64,
    turn: UInt64, delayedUntil: Int64, killDue: Int64, endedAt: Int64 = 0, allContinuations: [TaskID],
    continuations: [TaskID],
    attempts: [AttemptRecord], place: JobPlace? = nil, replaces: TaskID? = nil, replacedBy: TaskID? = nil,
    takenOverFrom: TaskID? = nil, family: Family? = nil, specSource: SpecSource = .own
  ) {
    self.id = id
    self.created = created ?? id.created
    self.updated = updated
    self.spec = spec
    self.state = state
    self.isHeld = isHeld
    self.pendingDependencyCount = pendingDependencyCount
    self.attemptCount = attemptCount
    self.lossCount = lossCount
    self.claimNumber = claimNumber
    self.cause = cause
    self.availableSince = availableSince
    self.turn = turn
    self.delayedUntil = delayedUntil
    self.killDue = killDue
    self.endedAt = endedAt
    self.allContinuations = allContinuations
    self.continuations = continuations
    self.attempts = attempts
    self.place = place
    self.family = family
    self.specSource = specSource
    let isAlone = replaces == nil && replacedBy == nil && takenOverFrom == nil
    relatives =
      isAlone
      ? nil : Boxed(Relatives(replaces: replaces, replacedBy: replacedBy, takenOverFrom: takenOverFrom))
  }
}

extension TaskRecord {
  /// Other tasks that it stands for, or that stand for it.
  private struct Relatives: Hashable {
    var replaces: TaskID?
    var replacedBy: TaskID?
    var takenOverFrom: TaskID?
  }

  /// The task in whose place it was made.
  public var replaces: TaskID? { relatives?.value.replaces }
  /// The task that was made in its place.
  public var replacedBy: TaskID? { relatives?.value.replacedBy }
  /// The task of an earlier job whose success stands for its own: it did not run.
  public var takenOverFrom: TaskID? {
    get { relatives?.value.takenOverFrom }
    set {
      var changed = relatives?.value ?? Relatives()
      changed.takenOverFrom = newValue
      relatives = Boxed(changed)
    }
  }
}
