/// A task in the table: plain numbers, and references to what is shared or of any length.
struct TaskEntry: Sendable {
  var id: TaskID
  var state: TaskState = .inactive
  var isHeld: Bool
  var pending: UInt32 = 0
  var attemptCount: UInt32 = 0
  var lossCount: UInt32 = 0
  var claimNumber: UInt32 = 0
  /// Neighbours among the tasks of one name that have ended, or that have not.
  var olderNamesake: Slot = .none
  var newerNamesake: Slot = .none
  var updated: Int64
  var availableSince: Int64 = 0
  /// Its place in the matching index; 0: it isn't there.
  var turn: UInt64 = 0
  var delayedUntil: Int64 = 0
  var killDue: Int64 = 0
  /// Server's clock: when it ended; 0: it has not.
  var endedAt: Int64 = 0
  var spec: TaskSpec
  var children: [Slot] = []
  var parents: [Slot] = []
  var attempts: [AttemptRecord] = []
  var cause: String?

  init(id: TaskID, spec: TaskSpec, isHeld: Bool, at time: Int64) {
    self.id = id
    self.spec = spec
    self.isHeld = isHeld
    updated = time
  }

  /// Nothing but a worker's claim is missing.
  var isClaimable: Bool { state == .available && !isHeld && delayedUntil == 0 }
  /// It ended well, and what waited for it may go on.
  var hasSucceeded: Bool { state == .terminated && cause == nil }
}
