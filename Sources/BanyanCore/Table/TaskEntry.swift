/// A task in the table: plain numbers, and references to what is shared or of any length. There are a million of
/// them: the order of the fields is that of their size, so that nothing is lost between them, and the last ones lie where
/// nothing else would fit.
struct TaskEntry: Sendable {
  var id: TaskID
  var state: TaskState = .inactive
  var isHeld: Bool
  /// Of the second that its identifier tells: when it was made. It lies where nothing else would fit.
  private(set) var createdMillisecond: UInt16
  var pending: UInt32 = 0
  var attemptCount: UInt32 = 0
  var lossCount: UInt32 = 0
  var claimNumber: UInt32 = 0
  /// The row of its job in ``JobTable``; `.none`: it has none yet.
  var job: Slot = .none
  /// Neighbours among the tasks of one name that have ended, or that have not.
  var olderNamesake: Slot = .none
  var newerNamesake: Slot = .none
  /// Its lane in the matching index; ``LaneNumber/none``: it isn't there.
  var lane: LaneNumber = .none
  /// Its neighbours: in its lane while it is claimable, among the tasks of its worker while it is live.
  var nextInList: Slot = .none
  var previousInList: Slot = .none
  /// Its place in the order in which tasks became claimable; 0: it isn't claimable.
  var turn: UInt64 = 0
  var updated: Int64
  var availableSince: Int64 = 0
  /// What this is of depends on the state: until when it can't be claimed, when SIGKILL follows, or when
  /// it ended. 0: none of these.
  private(set) var due: Int64 = 0
  var spec: TaskSpec
  var children: [Slot] = []
  var parents: [Slot] = []
  var attempts: [AttemptRecord] = []
  var cause: Cause?
  /// It was made as one of a family, within its job: its name is its job's business.
  var isFamilial = false
  /// Its kind, and whether it was tried again: one number, as there is room for one.
  private var kindAndReplaced: UInt16 = 0
  /// Its place in the job, from 1.
  var member: UInt32 = 0

  /// - Parameters:
  ///   - created: when it was made, milliseconds since 1970; nil: now.
  ///   - time: now.
  init(id: TaskID, spec: TaskSpec, isHeld: Bool, created: Int64? = nil, at time: Int64) {
    self.id = id
    self.spec = spec
    self.isHeld = isHeld
    createdMillisecond = id.millisecond(of: created ?? time)
    updated = time
  }

  /// The number of its owner and queue in ``TaskTally``.
  var kind: UInt16 {
    get { kindAndReplaced & 0x7FFF }
    set { kindAndReplaced = kindAndReplaced & 0x8000 | newValue & 0x7FFF }
  }
  /// It was tried again: another task stands in its place. Changed by ``TaskTable/setReplaced(_:of:)`` alone.
  var isReplaced: Bool {
    get { kindAndReplaced & 0x8000 != 0 }
    set { kindAndReplaced = newValue ? kindAndReplaced | 0x8000 : kindAndReplaced & 0x7FFF }
  }

  /// When it was made, milliseconds since 1970.
  var created: Int64 { id.created + Int64(createdMillisecond) }

  /// While it is available: not claimable before, milliseconds since 1970; 0: at any time.
  var delayedUntil: Int64 {
    get { state.delayedUntil(due) }
    set { if state == .available { due = newValue } }
  }
  /// While it is being cancelled: when SIGKILL follows, milliseconds since 1970.
  var killDue: Int64 {
    get { state.killDue(due) }
    set { if state == .pendingCancellation { due = newValue } }
  }
  /// Once it has ended: when, by the server's clock, milliseconds since 1970; 0: it has not.
  var endedAt: Int64 {
    get { state.endedAt(due) }
    set { if state.isEnded { due = newValue } }
  }
  /// A new state, without a time of its own yet.
  mutating func enter(_ state: TaskState) {
    self.state = state
    due = 0
  }

  /// It is no task, but ties many of one family to many of another: a knot in the graph that nobody wrote, so that what
  /// waits for all of a family costs the sum of both and not the product. No list shows it.
  var isTie: Bool { isFamilial && member == 0 }

  /// Nothing but a worker's claim is missing.
  var isClaimable: Bool { state == .available && !isHeld && due == 0 }
  /// It ended well, and what waited for it may go on.
  var hasSucceeded: Bool { state == .terminated && cause == nil }
}

/// What ``TaskEntry/due`` is of, by the state.
extension TaskState {
  func delayedUntil(_ due: Int64) -> Int64 { self == .available ? due : 0 }
  func killDue(_ due: Int64) -> Int64 { self == .pendingCancellation ? due : 0 }
  func endedAt(_ due: Int64) -> Int64 { isEnded ? due : 0 }
}
