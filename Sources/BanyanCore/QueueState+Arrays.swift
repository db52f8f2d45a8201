/// Arrays that have limits: how many of their tasks are live, and how many have failed for good.
struct ArrayBook: Sendable {
  /// The tasks of the array, as they were made. A slot whose task is of another array now was forgotten here.
  fileprivate(set) var members: [Slot] = []
  /// Members that are not forgotten.
  fileprivate(set) var count = 0
  /// How many may be live at a time; nil: as many as fit.
  fileprivate(set) var maxRunning: UInt32?
  /// Members that a worker holds.
  fileprivate(set) var live: UInt32 = 0
  /// As many may be live: a limit that is lowered ends nothing.
  fileprivate(set) var ceiling: UInt32 = .max
  /// Members that failed for good.
  fileprivate(set) var failed: UInt32 = 0
}

extension QueueState {
  /// Writes a task down in the book of its array: one that was made, or restored.
  mutating func joinArray(_ slot: Slot) {
    guard let batch = tasks[slot].spec.limitedArray else { return }
    arrays[batch, default: ArrayBook()].members.append(slot)
    arrays[batch]?.count += 1
    arrays[batch]?.maxRunning = tasks[slot].spec.array?.maxRunning
    if tasks[slot].state.isLive { arrays[batch]?.live += 1 }
    if tasks[slot].countsAsFailure { arrays[batch]?.failed += 1 }
    setCeiling(of: batch)
  }

  private mutating func setCeiling(of batch: TaskID) {
    guard let book = arrays[batch] else { return }
    arrays[batch]?.ceiling = max(book.live, book.maxRunning ?? .max)
  }

  /// Takes a task out of its array's book: it is being forgotten, and holds no attempt any more.
  mutating func leaveArray(_ slot: Slot) {
    guard let batch = tasks[slot].spec.limitedArray else { return }
    if tasks[slot].countsAsFailure { arrays[batch]?.failed -= 1 }
    arrays[batch]?.count -= 1
    if arrays[batch]?.count == 0 { arrays[batch] = nil }
  }

  /// A member of a family was tried again: what was before doesn't count any more.
  mutating func discountFailure(of slot: Slot) {
    guard tasks[slot].isFamilial, tasks[slot].hasFailed, let batch = tasks[slot].spec.limitedArray else { return }
    arrays[batch]?.failed -= 1
  }

  /// The newest task of a member of a family was forgotten: the one before it counts again.
  mutating func countFailure(of slot: Slot) {
    guard tasks[slot].isFamilial, tasks[slot].hasFailed, let batch = tasks[slot].spec.limitedArray else { return }
    arrays[batch]?.failed += 1
  }

  /// An attempt of the task begins.
  mutating func arrayTaskBegins(_ slot: Slot) {
    guard let batch = tasks[written: slot].spec.limitedArray else { return }
    arrays[batch]?.live += 1
    tellLimit(of: batch)
  }

  /// An attempt of the task gives back what it held.
  mutating func arrayTaskPauses(_ slot: Slot) {
    guard let batch = tasks[written: slot].spec.limitedArray else { return }
    arrays[batch]?.live -= 1
    setCeiling(of: batch)
    tellLimit(of: batch)
  }

  /// Tells the index whether more of an array may run.
  mutating func tellLimit(of batch: TaskID) {
    guard arrays[batch] == nil || arrays[batch]?.maxRunning != nil else { return }
    index.setBlocked(isFull(batch), array: batch, tasks)
  }

  /// As many of an array are live as may be at a time.
  func isFull(_ batch: TaskID) -> Bool {
    guard let book = arrays[batch], let most = book.maxRunning else { return false }
    return book.live >= most
  }

  /// A task ended: if it failed, its array's `stop_after_failures` counts it.
  mutating func arrayTaskEnds(_ slot: Slot) {
    guard tasks[written: slot].hasFailed, let batch = tasks[written: slot].spec.limitedArray else { return }
    arrays[batch]?.failed += 1
  }

  /// The members of an array that are not forgotten, in the order in which they were made.
  func members(of batch: TaskID) -> [Slot] {
    (arrays[batch]?.members ?? []).filter { !tasks.isVacant($0) && tasks[$0].spec.limitedArray == batch }
      .sorted { tasks[$0].id < tasks[$1].id }
  }

  /// A member of the array that has not ended, the last that there is; nil: all have.
  func unfinishedMember(of batch: TaskID) -> Slot? {
    arrays[batch]?.members.last {
      !tasks.isVacant($0) && !tasks[$0].state.isEnded && tasks[$0].spec.limitedArray == batch
    }
  }

  /// After a task failed for good: if its array has had enough of that, the rest of it is cancelled.
  mutating func stopArray(of slot: Slot, at now: Int64) {
    guard tasks[slot].hasFailed, let place = tasks[slot].spec.array, let batch = place.batch,
      let limit = place.stopAfterFailures,
      let failed = arrays[batch]?.failed, failed >= limit
    else { return }
    let cause =
      "\(limit) of the array \(place.name) failed, which is its stop_after_failures; the last was \(tasks[slot].id)"
    var orders: [Cancellation] = []
    // Of what failed once more while it was being stopped nothing follows.
    for member in members(of: batch) where !tasks[member].state.isEnded && tasks[member].state != .pendingCancellation {
      requestCancellation(member, grace: nil, cause: .words(cause), at: now, &orders)
    }
    derivedCancellations += orders
  }
}

extension TaskSpec {
  /// The array whose `max_running` binds this task; nil: none does.
  var boundedArray: TaskID? { array.flatMap { $0.maxRunning == nil ? nil : $0.batch } }
  /// The array whose limits bind this task; nil: none do.
  var limitedArray: TaskID? {
    guard let array, array.maxRunning != nil || array.stopAfterFailures != nil else { return nil }
    return array.batch
  }
}

extension TaskEntry {
  /// Its array's `stop_after_failures` counts it. What was tried again within its family doesn't count.
  var countsAsFailure: Bool { hasFailed && !(isFamilial && isReplaced) }

  /// It ended by a failure of its own, and no attempt is left.
  var hasFailed: Bool { state == .terminated && cause != nil && !wasCancelledTooLate }
}
