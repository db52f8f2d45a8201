/// What waits for what within a job, as pictures draw it: between the newest tasks of its members, whether they have ended
/// or not. Ties, which nobody wrote, are gone through and never shown.
extension QueueView {
  /// Every edge by the numbers of its two members.
  /// - Parameters:
  ///   - number: the job's.
  ///   - body: takes a parent and a child.
  public func forEachEdge<Failure: Error>(
    of number: JobNumber, _ body: (_ parent: UInt32, _ child: UInt32) throws(Failure) -> Void
  ) throws(Failure) {
    guard let row = tasks.jobs.row(number) else { return }
    for slot in memberSlots(row) {
      let member = tasks.place(slot).member
      // Of several attempts at one place the newest counts, and is told once.
      var told: Set<UInt32> = []
      func tell(_ child: Slot) throws(Failure) {
        guard let shown = shown(child, row), told.insert(shown).inserted else { return }
        try body(member, shown)
      }
      for child in tasks[slot].children {
        let child = newest(child)
        guard tasks.isTie(child) else {
          try tell(child)
          continue
        }
        for tied in tasks[child].children { try tell(tied) }
      }
    }
  }

  /// The edges between families, each once, in the order in which they are met.
  /// - Parameters:
  ///   - number: the job's.
  ///   - family: the place of a member's family.
  ///   - spend: told how many edges are looked at next; what it throws ends the walk.
  public func familyEdges<Failure: Error>(
    of number: JobNumber, family: (UInt32) -> Int, spend: (Int) throws(Failure) -> Void
  ) throws(Failure) -> [FamilyLine] {
    guard let row = tasks.jobs.row(number) else { return [] }
    var edges: [FamilyLine] = []
    var known: Set<FamilyLine> = []
    func note(_ parent: Int, _ child: Slot) {
      guard let shown = shown(child, row) else { return }
      let edge = FamilyLine(parent: parent, child: family(shown))
      if known.insert(edge).inserted { edges.append(edge) }
    }
    // A tie leads the members of one family to the same: it is gone through once for each.
    var through: Set<FamilyLine> = []
    for slot in memberSlots(row) {
      let children = tasks[slot].children
      try spend(4 + children.count)
      let parent = family(tasks.place(slot).member)
      for child in children {
        let child = newest(child)
        guard tasks.isTie(child) else {
          note(parent, child)
          continue
        }
        guard through.insert(FamilyLine(parent: parent, child: Int(child))).inserted else { continue }
        try spend(tasks[child].children.count)
        for tied in tasks[child].children { note(parent, tied) }
      }
    }
    return edges
  }

  /// How the members of each family stand.
  /// - Parameters:
  ///   - number: the job's.
  ///   - ranges: the members of each, one behind the other.
  ///   - spend: told how many members are looked at next; what it throws ends the walk.
  public func counts<Failure: Error>(
    of number: JobNumber, in ranges: [Range<UInt32>], spend: (Int) throws(Failure) -> Void
  ) throws(Failure) -> [JobCounts] {
    var counts = [JobCounts](repeating: JobCounts(), count: ranges.count)
    guard let row = tasks.jobs.row(number) else { return counts }
    var place = 0
    for slot in memberSlots(row) {
      try spend(2)
      let member = tasks.place(slot).member
      while place < ranges.count, ranges[place].upperBound <= member { place += 1 }
      if place < ranges.count { counts[place][tasks.memberState(slot)] += 1 }
    }
    return counts
  }

  private func memberSlots(_ row: Slot) -> [Slot] {
    let members = tasks.jobs.book(of: row)?.members ?? tasks.jobs.onlyTask(of: row).map { [$0] } ?? []
    return members.filter { $0 != Slot.none }
  }

  /// The member at whose place a task stands or stood; nil: it is of another job.
  private func shown(_ slot: Slot, _ row: Slot) -> UInt32? {
    let slot = newest(slot)
    guard tasks[slot].job == row, !tasks.isTie(slot) else { return nil }
    return tasks.place(slot).member
  }

  /// What stands in a task's place now.
  private func newest(_ slot: Slot) -> Slot {
    var slot = slot
    while tasks[slot].isReplaced, let next = tasks.replacements.successors[tasks[slot].id], let found = tasks.slot(next)
    {
      slot = found
    }
    return slot
  }
}

/// An edge between two families, by their places in the job.
public struct FamilyLine: Hashable, Sendable {
  /// Whose members come first.
  public var parent: Int
  /// Whose members wait for those.
  public var child: Int

  /// An edge from one place to another.
  public init(parent: Int, child: Int) {
    self.parent = parent
    self.child = child
  }
}
