/// All tasks, by slot, by identifier and by name. Its copy is the view that snapshots and lists read.
struct TaskTable: Sendable {
  private var rows = Slabs<TaskEntry>()
  private var free: [Slot] = []
  private var slots = ShardedIndex<TaskID, Slot> { Int(truncatingIfNeeded: $0.rest ^ UInt64($0.seconds)) }
  private var names = ShardedIndex<String, Namesakes> { name in
    // FNV-1a: the same spread in every process.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return Int(truncatingIfNeeded: hash ^ (hash >> 32))
  }
  /// How many tasks stand in each state.
  private(set) var counts = [Int](repeating: 0, count: TaskState.allCases.count)

  /// The newest of those of one name that have not ended, and of those that have.
  private struct Namesakes: Sendable {
    var open: Slot = .none
    var ended: Slot = .none
  }

  /// How many tasks there are.
  var count: Int { counts.reduce(0, +) }

  /// The task's slot; nil if there is no such task.
  func slot(_ id: TaskID) -> Slot? { slots[id] }

  /// A task. Its state is changed by ``setState(_:of:)`` alone.
  subscript(slot: Slot) -> TaskEntry {
    get { rows[slot] }
    _modify { yield &rows[slot] }
  }

  /// Every slot that holds a task, in the table's order.
  func forEachSlot(_ body: (Slot) throws -> Void) rethrows {
    for slot in 0..<Slot(rows.count) where !isVacant(slot) { try body(slot) }
  }

  /// How many slots there are, vacant ones included.
  var slotCount: Int { rows.count }

  /// True if no task is in the slot.
  func isVacant(_ slot: Slot) -> Bool { rows[slot].id == Self.vacant }

  private static let vacant = TaskID(seconds: 0, rest: 0)
  private static let vacantSpec = TaskSpec(owner: "", fields: TaskFields())

  mutating func insert(_ entry: TaskEntry) -> Slot {
    let slot: Slot
    if let reused = free.popLast() {
      rows[reused] = entry
      slot = reused
    } else {
      slot = rows.append(entry)
    }
    slots[entry.id] = slot
    counts[Int(entry.state.rawValue)] += 1
    link(slot)
    return slot
  }

  /// Takes a task out. Whoever has edges to it must have dropped them.
  mutating func remove(_ slot: Slot) {
    unlink(slot)
    let entry = rows[slot]
    counts[Int(entry.state.rawValue)] -= 1
    slots[entry.id] = nil
    rows[slot] = TaskEntry(id: Self.vacant, spec: Self.vacantSpec, isHeld: false, at: 0)
    free.append(slot)
  }

  mutating func setState(_ state: TaskState, of slot: Slot) {
    let old = rows[slot].state
    guard old != state else { return }
    if old.isEnded != state.isEnded { unlink(slot) }
    rows[slot].state = state
    counts[Int(old.rawValue)] -= 1
    counts[Int(state.rawValue)] += 1
    if old.isEnded != state.isEnded { link(slot) }
  }

  mutating func setSpec(_ spec: TaskSpec, of slot: Slot) {
    let renamed = rows[slot].spec.name != spec.name
    if renamed { unlink(slot) }
    rows[slot].spec = spec
    if renamed { link(slot) }
  }

  // MARK: Names

  /// The task of this owner and name that has not ended: there is at most one.
  func open(named name: String, owner: String) -> Slot? {
    var slot = names[name]?.open ?? .none
    while slot != .none {
      if rows[slot].spec.owner == owner { return slot }
      slot = rows[slot].olderNamesake
    }
    return nil
  }

  /// What somebody means by a name: one of their own, else another's; one that has not ended first, then the newest.
  func find(named name: String, asker: String) -> Slot? {
    guard let namesakes = names[name] else { return nil }
    if let own = open(named: name, owner: asker) { return own }
    var slot = namesakes.ended
    while slot != .none {
      if rows[slot].spec.owner == asker { return slot }
      slot = rows[slot].olderNamesake
    }
    if namesakes.open != .none { return namesakes.open }
    return namesakes.ended == .none ? nil : namesakes.ended
  }

  /// Every task of a name, the newest first: those that have not ended, then the others.
  func all(named name: String) -> [Slot] {
    guard let namesakes = names[name] else { return [] }
    var found: [Slot] = []
    for first in [namesakes.open, namesakes.ended] {
      var slot = first
      while slot != .none {
        found.append(slot)
        slot = rows[slot].olderNamesake
      }
    }
    return found
  }

  private mutating func link(_ slot: Slot) {
    guard let name = rows[slot].spec.name else { return }
    var namesakes = names[name] ?? Namesakes()
    let next = rows[slot].state.isEnded ? namesakes.ended : namesakes.open
    rows[slot].olderNamesake = next
    rows[slot].newerNamesake = .none
    if next != .none { rows[next].newerNamesake = slot }
    if rows[slot].state.isEnded { namesakes.ended = slot } else { namesakes.open = slot }
    names[name] = namesakes
  }

  private mutating func unlink(_ slot: Slot) {
    guard let name = rows[slot].spec.name, var namesakes = names[name] else { return }
    let (older, newer) = (rows[slot].olderNamesake, rows[slot].newerNamesake)
    if older != .none { rows[older].newerNamesake = newer }
    if newer != .none { rows[newer].olderNamesake = older }
    if namesakes.open == slot { namesakes.open = older }
    if namesakes.ended == slot { namesakes.ended = older }
    names[name] = namesakes.open == .none && namesakes.ended == .none ? nil : namesakes
  }
}
