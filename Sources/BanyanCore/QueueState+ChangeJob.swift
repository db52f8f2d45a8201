/// Changing jobs: one command over all members that it can apply to. Nothing of them begins between its parts.
extension QueueState {
  /// Up to so many members an event each is told; of more one for all of them.
  private static let maxSingle = 1000

  mutating func change(
    _ change: JobChange, at now: Int64, cancellations: inout [Cancellation]
  ) throws(Rejection) -> Answer {
    let row = try row(of: change.job, changedBy: change.by)
    let slots = try members(change.members, of: row, change.job)
    try check(change)
    var counts = JobChangeCounts()
    var changed: Set<Slot> = []
    if let labels = change.labels { relabel(slots, change, labels, &changed, at: now) }
    edit(slots, change, &changed, at: now)
    if let limit = change.maxRunning {
      let limited = slots.filter { tasks[$0].spec.array?.batch != nil && tasks[$0].spec.array?.maxRunning != limit }
      if !limited.isEmpty { emit(.jobLimited(change.job, maxRunning: limit), at: now) }
      changed.formUnion(limited)
    }
    if change.releases { changed.formUnion(release(slots, change.job, at: now)) }
    counts.changed = changed.count
    if change.cancels { changed.formUnion(cancel(slots, row, change, at: now, &cancellations, &counts)) }
    counts.unchanged = slots.count - changed.count
    return .jobChanged(counts)
  }

  private func check(_ change: JobChange) throws(Rejection) {
    let allowed: Set<ProvidedField> = [.labels, .priority, .queue, .notBefore]
    for case .field(let field, _) in change.changes where !allowed.contains(field) {
      throw .field(
        field.name,
        "can't be changed for a whole job; labels, held, priority, queue, not_before, max_running and state can")
    }
    if change.members != nil, change.maxRunning != nil {
      throw .field("max_running", "is a limit of whole families; leave members out")
    }
  }

  // MARK: Fields

  private mutating func relabel(
    _ slots: [Slot], _ change: JobChange, _ labels: TextMap, _ changed: inout Set<Slot>, at now: Int64
  ) {
    if let row = jobs.row(change.job), jobs.hasBook(row),
      change.members == nil || jobs.book(of: row)?.members.count == 1
    {
      guard jobs.book(of: row)?.spec.labels != labels else { return }
      emit(.jobLabelled(change.job, labels), at: now)
    } else {
      // The labels of a job of one task are that task's.
      let others = slots.filter { tasks[$0].spec.fields.labels != labels }
      guard !others.isEmpty else { return }
      let changes = FieldChanges(change.changes.filter { $0.name == ProvidedField.labels.name })
      emit(.membersEdited(change.job, ranges(others), changes), at: now)
      changed.formUnion(others)
      return
    }
    changed.formUnion(slots)
  }

  private mutating func edit(_ slots: [Slot], _ change: JobChange, _ changed: inout Set<Slot>, at now: Int64) {
    let changes = FieldChanges(
      change.changes.filter { if case .field(let field, _) = $0 { field != .labels } else { false } })
    let waiting = slots.filter { tasks[$0].state == .inactive || tasks[$0].state == .available }
    if !changes.isEmpty {
      let others = waiting.filter { slot in
        let fields = tasks[slot].spec.fields
        return !changes.applied(to: fields).isSame(as: fields)
      }
      if !others.isEmpty {
        emit(.membersEdited(change.job, ranges(others), changes), at: now)
        changed.formUnion(others)
      }
      if changes.fields.contains(.notBefore) {
        let due = changes.values.notBefore.map { $0 > now ? $0 : 0 } ?? 0
        let available = others.filter { tasks[$0].state == .available }
        if !available.isEmpty {
          emit(.membersMadeAvailable(change.job, ranges(available), delayedUntil: due), at: now)
        }
      }
    }
    if let isHeld = change.isHeld {
      let others = waiting.filter { tasks[$0].isHeld != isHeld }
      if !others.isEmpty { emit(.membersHeld(change.job, ranges(others), isHeld), at: now) }
      changed.formUnion(others)
    }
  }

  // MARK: Releasing

  /// What was made to wait for its provider waits for a worker from now on; a group passes. What waits for others is left
  /// to them.
  /// - Returns: the members that were let go.
  private mutating func release(_ slots: [Slot], _ job: JobNumber, at now: Int64) -> [Slot] {
    let ready = slots.filter { tasks[$0].state == .inactive && tasks[$0].pending == 0 }
    var members: [Int64: [ClosedRange<UInt32>]] = [:]
    for slot in ready where !tasks[slot].spec.isGroup {
      let due = tasks[slot].spec.notBefore.map { $0 > now ? $0 : 0 } ?? 0
      members[due, default: []].append(tasks[slot].member)
    }
    for (due, members) in members.sorted(by: { $0.key < $1.key }) {
      emit(.membersMadeAvailable(job, members, delayedUntil: due), at: now)
    }
    // What a group before it let go has passed by itself.
    for slot in ready where tasks[slot].spec.isGroup && tasks[slot].state == .inactive {
      if makeAvailableOrPass(slot, at: now) { settle(slot, .release, at: now) }
    }
    return ready
  }

  // MARK: Cancelling

  /// - Returns: of the members that were named those that were cancelled or told to stop.
  private mutating func cancel(
    _ slots: [Slot], _ row: Slot, _ change: JobChange, at now: Int64, _ cancellations: inout [Cancellation],
    _ counts: inout JobChangeCounts
  ) -> [Slot] {
    let before = (all: count(.cancelled), own: tasks.jobRecord(row).counts[.cancelled])
    let orders = cancellations.count
    let concerned = slots.filter { !tasks[$0].state.isEnded && tasks[$0].state != .pendingCancellation }
    let stopping = slots.filter { tasks[$0].state == .pendingCancellation }.map { ($0, tasks[$0].killDue) }
    cancel(slots, change, at: now, &cancellations)
    let own = Int(tasks.jobRecord(row).counts[.cancelled] - before.own)
    counts.cancelled = own
    counts.others = count(.cancelled) - before.all - own
    counts.toldToStop = cancellations.count - orders
    return concerned + stopping.filter { tasks[$0.0].killDue != $0.1 }.map(\.0)
  }

  /// First what waits, so that none of it takes the place of what is told to stop.
  private mutating func cancel(
    _ slots: [Slot], _ change: JobChange, at now: Int64, _ cancellations: inout [Cancellation]
  ) {
    let cause = Cause.words("cancelled by \(change.by.name)")
    let waiting = slots.filter { tasks[$0].state == .inactive || tasks[$0].state == .available }
    let live = slots.filter { tasks[$0].state.isLive }
    if waiting.count > Self.maxSingle {
      emit(.membersCancelled(change.job, ranges(waiting), cause: cause), at: now)
      for slot in waiting where !tasks[slot].children.isEmpty { settle(slot, .cancel, at: now) }
    } else {
      for slot in waiting {
        requestCancellation(slot, grace: change.grace, cause: cause, at: now, &cancellations)
      }
    }
    for slot in live { requestCancellation(slot, grace: change.grace, cause: cause, at: now, &cancellations) }
  }

  // MARK: Forgetting

  mutating func forget(_ numbers: [JobNumber], by asker: Principal, at now: Int64) throws(Rejection) -> Answer {
    var rows: [JobNumber] = []
    for number in Set(numbers).sorted() {
      let row = try row(of: number, changedBy: asker)
      let state = tasks.jobRecord(row).state
      guard state.isEnded else {
        throw .field(
          "state", "the job \(number) is \(state.rawValue); it can be forgotten once it has ended: cancel it first")
      }
      rows.append(number)
    }
    let before = tasks.count
    for number in rows { emit(.jobForgotten(number), at: now) }
    return .forgotten(before - tasks.count)
  }

  // MARK: Which

  /// The row of a job that somebody may change.
  func row(of job: JobNumber, changedBy asker: Principal) throws(Rejection) -> Slot {
    guard let row = jobs.row(job) else { throw Rejection(.notFound, "There is no job \(job).") }
    let owner = tasks.jobRecord(row).owner
    guard asker.mayChange(ownedBy: owner) else {
      guard asker.role == .provider else { throw Rejection(.forbidden, "A \(asker.role.rawValue) changes no jobs.") }
      throw Rejection(.forbidden, "The job \(job) is \(owner)'s, not yours: \(owner) or an admin can change it.")
    }
    return row
  }

  /// The newest tasks of members of a job, in their order.
  /// - Parameter wanted: of these; nil: of all.
  func members(_ wanted: [ClosedRange<UInt32>]?, of row: Slot, _ job: JobNumber) throws(Rejection) -> [Slot] {
    let all = jobs.book(of: row)?.members ?? jobs.onlyTask(of: row).map { [$0] } ?? []
    guard let wanted else { return all.filter { $0 != .none } }
    var isWanted = [Bool](repeating: false, count: all.count)
    for range in wanted {
      guard range.lowerBound > 0, range.upperBound <= all.count else {
        throw .field(
          "members",
          "the job \(job) has the members 1 to \(all.count); \(range.lowerBound == range.upperBound ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)") is none of them"
        )
      }
      for member in range { isWanted[Int(member) - 1] = true }
    }
    return all.indices.filter { isWanted[$0] && all[$0] != .none }.map { all[$0] }
  }

  /// Members by their numbers, as events tell them.
  private func ranges(_ slots: [Slot]) -> [ClosedRange<UInt32>] {
    var ranges: [ClosedRange<UInt32>] = []
    for slot in slots { ranges.append(tasks[slot].member) }
    return ranges
  }
}

extension JobChange {
  /// The labels that it sets; nil: it sets none.
  fileprivate var labels: TextMap? {
    for case .field(let field, let values) in changes where field == .labels { return values.labels }
    return nil
  }

  /// Whether its members shall be held; nil: as they are.
  fileprivate var isHeld: Bool? {
    for case .held(let isHeld) in changes { return isHeld }
    return nil
  }
}
