/// All tasks, by slot, by identifier, by name and by job. Its copy is the view that snapshots and lists read.
struct TaskTable: Sendable {
  var jobs = JobTable()
  var replacements = Replacements()
  private(set) var rows = TaskRows()
  private var free: [Slot] = []
  private var slots = SlotIndex()
  /// Knots between families, by their identifiers. Nobody names one.
  private(set) var ties: [TaskID: Slot] = [:]
  /// By name: the newest of those that have not ended, and the newest of those that have.
  private var nameHeads = SlotIndex()
  /// Restored tasks that stand in no chain of namesakes yet.
  private var latecomers: [Slot] = []
  /// The task that was made or found last: of the events that follow, most tell of it.
  private var recent: Slot = .none
  /// How many tasks stand in each state.
  private(set) var counts = [Int](repeating: 0, count: TaskState.allCases.count)
  /// How many of each owner and queue stand where.
  var tally = TaskTally()

  /// How many tasks there are.
  var count: Int { counts.reduce(0, +) }

  /// The task's slot; nil if there is no such task. Always inlined up to the search, which is seldom needed: called, it
  /// would be given a copy of the table's own fields.
  @inline(__always) func slot(_ id: TaskID) -> Slot? {
    if Int(recent) < rows.count, !rows.isUnwritten(slot: recent), rows[written: recent].id == id,
      !isTie(written: recent)
    {
      return recent
    }
    return search(id)
  }

  private func search(_ id: TaskID) -> Slot? {
    slots.find(Self.hash(id)) { rows[written: $0].id == id } ?? rows.slot(of: id)
  }

  /// Whether a tie is in the slot (``TaskEntry/isTie``), read field by field: a copy of the row would hold on to all that
  /// it refers to.
  @inline(__always) func isTie(_ slot: Slot) -> Bool { !isUnwritten(slot) && isTie(written: slot) }

  /// The same of a row that is written out. No tie stands in a run.
  @inline(__always) func isTie(written slot: Slot) -> Bool {
    rows[written: slot].isFamilial && rows[written: slot].member == 0
  }

  /// The next that is asked for is likely this one.
  mutating func expect(_ slot: Slot) { recent = slot }

  /// A task. Its state is changed by ``setState(_:of:)`` alone.
  subscript(slot: Slot) -> TaskEntry {
    _read { yield rows[slot] }
    _modify { yield &rows[slot] }
  }

  /// The same of a task whose row is written out, which is a condition (``writeOut(_:)``): the shortest way to a field.
  subscript(written slot: Slot) -> TaskEntry {
    @inline(__always) _read { yield rows[written: slot] }
    @inline(__always) _modify { yield &rows[written: slot] }
  }

  /// A task's place in the order in which tasks became claimable; 0: it isn't claimable.
  @inline(__always) func turn(of slot: Slot) -> UInt64 {
    isUnwritten(slot) ? self[slot].turn : self[written: slot].turn
  }

  /// The lane of a claimable task.
  @inline(__always) func lane(of slot: Slot) -> LaneNumber {
    isUnwritten(slot) ? self[slot].lane : self[written: slot].lane
  }

  /// Whether nothing ever happened to the task of a run, whose row is not written out.
  @inline(__always) func isUnwritten(_ slot: Slot) -> Bool { rows.isUnwritten(slot: slot) }

  /// Writes the row of a task out that is about to change, unless it is.
  @inline(__always) mutating func writeOut(_ slot: Slot) { rows.writeOut(slot) }

  private static func hash(_ id: TaskID) -> UInt64 { (id.rest ^ UInt64(id.seconds) << 32).mixed }

  /// Names are users' own words: the seed, new in each process, keeps anybody from choosing ones that collide.
  private static func hash(_ name: String) -> UInt64 { UInt64(truncatingIfNeeded: name.hashValue) }

  /// The head of those that have ended lies under another hash than that of those that have not.
  private static func hash(_ name: UInt64, isEnded: Bool) -> UInt64 { isEnded ? name ^ 0x9E37_79B9_7F4A_7C15 : name }

  /// Every slot that holds a task, in the table's order.
  func forEachSlot(_ body: (Slot) throws -> Void) rethrows {
    for slot in 0..<Slot(rows.count) where holdsTask(slot) { try body(slot) }
  }

  /// Whether a task is in the slot, and no tie.
  func holdsTask(_ slot: Slot) -> Bool {
    rows.isUnwritten(slot: slot) || rows[slot].id != Self.vacant && !isTie(slot)
  }

  /// How many slots there are, vacant ones included.
  var slotCount: Int { rows.count }

  /// True if no task is in the slot.
  func isVacant(_ slot: Slot) -> Bool { !rows.isUnwritten(slot: slot) && rows[slot].id == Self.vacant }

  private static let vacant = TaskID(seconds: 0, rest: 0)

  mutating func insert(_ entry: TaskEntry) -> Slot {
    let slot = place(entry)
    link(slot)
    return slot
  }

  /// Like ``insert(_:)``, for tasks that come in any order: ``linkLatecomers()`` has to follow the last one.
  mutating func restore(_ entry: TaskEntry) -> Slot {
    let slot = place(entry)
    guard !entry.isFamilial, let name = entry.spec.name else { return slot }
    let first = newest(named: name, isEnded: entry.state.isEnded)
    if first == .none || rows[first].id < entry.id { link(slot) } else { latecomers.append(slot) }
    return slot
  }

  private mutating func place(_ entry: TaskEntry) -> Slot {
    let slot: Slot
    if let reused = free.popLast() {
      rows[reused] = entry
      slot = reused
    } else {
      slot = rows.append(entry)
    }
    if entry.isTie {
      ties[entry.id] = slot
    } else {
      slots.insert(slot, Self.hash(entry.id))
      recent = slot
      counts[Int(entry.state.rawValue)] += 1
      let kind = tally.kind(of: entry.spec)
      rows[slot].kind = kind
      tally.add(slot..<slot + 1, kind, standing(slot))
    }
    return slot
  }

  /// Adds the first so many members of a family, none of which anything happened to yet.
  /// - Parameters:
  ///   - first: the first of them.
  ///   - count: a multiple of ``TaskRows/pieceSize``.
  mutating func insert(run first: TaskEntry, count: Int) -> Slot {
    // Runs begin with a piece. The rest of the last one is for whoever comes next.
    while rows.count % TaskRows.pieceSize != 0 { free.append(rows.append(.vacant)) }
    counts[Int(first.state.rawValue)] += count
    var first = first
    first.kind = tally.kind(of: first.spec)
    let slot = rows.append(run: first, count: count)
    tally.add(slot..<slot + Slot(count), first.kind, standing(slot))
    return slot
  }

  /// Changes the rows of a run all at once: none of them may have been written out.
  mutating func changeRun(_ run: Int, _ body: (inout TaskRun) -> Void) {
    let (slots, spec, kind) = (rows.runs[run].slots, rows.runs[run].first.spec, rows.runs[run].first.kind)
    let before = standing(slots.lowerBound)
    rows.changeRun(run, body)
    if rows.runs[run].first.spec !== spec {
      let kind = tally.kind(of: rows.runs[run].first.spec)
      rows.changeRun(run) { $0.first.kind = kind }
    }
    let after = standing(slots.lowerBound)
    counts[Int(before.state.rawValue)] -= slots.count
    counts[Int(after.state.rawValue)] += slots.count
    guard before != after || kind != rows.runs[run].first.kind else { return }
    tally.remove(slots, kind, before)
    tally.add(slots, rows.runs[run].first.kind, after)
  }

  /// What follows a task in its list is another one now.
  mutating func setNext(_ next: Slot, of slot: Slot) { rows.setNext(next, of: slot) }

  /// What stands before a task in its list is another one now.
  mutating func setPrevious(_ previous: Slot, of slot: Slot) { rows.setPrevious(previous, of: slot) }

  /// Takes a task out. Whoever has edges to it must have dropped them.
  mutating func remove(_ slot: Slot) {
    rows.writeOut(slot)
    unlink(slot)
    let id = rows[slot].id
    if isTie(slot) {
      ties[id] = nil
    } else {
      counts[Int(rows[slot].state.rawValue)] -= 1
      let (kind, standing) = (rows[slot].kind, standing(slot))
      if rows[slot].isReplaced { tally.replace(kind, standing, -1) }
      tally.remove(slot..<slot + 1, kind, standing)
      slots.remove(slot, Self.hash(id))
    }
    if recent == slot { recent = .none }
    rows[slot] = .vacant
    if let run = rows.run(of: slot), rows.runs[run].slot(of: id) == slot { rows.dropRow(of: run) }
    free.append(slot)
  }

  mutating func setState(_ state: TaskState, of slot: Slot) {
    rows.writeOut(slot)
    let old = rows[written: slot].state
    guard old != state else { return }
    let name = old.isEnded == state.isEnded ? nil : indexedName(slot).map { Self.hash($0) }
    if let name { unlink(slot, name) }
    rows[written: slot].enter(state)
    if !isTie(written: slot) {
      counts[Int(old.rawValue)] -= 1
      counts[Int(state.rawValue)] += 1
    }
    if let name { link(slot, name) }
  }

  /// The name by which a task is found. That of a member of a family is its job's business. Whoever has one stands in no
  /// run: its row is written, as are those of its namesakes.
  private func indexedName(_ slot: Slot) -> String? {
    rows[written: slot].isFamilial ? nil : rows[written: slot].spec.name
  }

  mutating func setSpec(_ spec: TaskSpec, of slot: Slot) {
    rows.writeOut(slot)
    let renamed = !rows[written: slot].isFamilial && !rows[written: slot].spec.name.isSame(as: spec.name)
    if renamed { unlink(slot) }
    rows[written: slot].spec = spec
    if renamed { link(slot) }
    setKind(of: slot)
  }

  /// Its queue may be another one.
  private mutating func setKind(of slot: Slot) {
    guard !isTie(slot) else { return }
    let (old, new) = (rows[slot].kind, tally.kind(of: rows[slot].spec))
    guard old != new || new == TaskTally.mixed else { return }
    let standing = standing(slot)
    tally.remove(slot..<slot + 1, old, standing)
    tally.add(slot..<slot + 1, new, standing)
    if rows[slot].isReplaced {
      tally.replace(old, standing, -1)
      tally.replace(new, standing, 1)
    }
    rows[slot].kind = new
  }

  /// Follows what became of a task, by its standing before: whoever changes more of it than its specification says so.
  /// Its row is written out, as it changed.
  @inline(__always) mutating func recount(_ slot: Slot, from before: Standing, to after: Standing) {
    guard before != after, !isTie(written: slot) else { return }
    tally.move(
      slot, rows[written: slot].kind, from: before, to: after, isReplaced: rows[written: slot].isReplaced)
  }

  /// A task was tried again, or stands at its place again.
  mutating func setReplaced(_ isReplaced: Bool, of slot: Slot) {
    guard rows[slot].isReplaced != isReplaced else { return }
    rows[slot].isReplaced = isReplaced
    if !isTie(slot) { tally.replace(rows[slot].kind, standing(slot), isReplaced ? 1 : -1) }
  }

  // MARK: Names

  /// The task of this owner and name that has not ended: there is at most one.
  func open(named name: String, owner: String) -> Slot? {
    var slot = newest(named: name, isEnded: false)
    while slot != .none {
      if rows[written: slot].spec.owner.isSame(as: owner) { return slot }
      slot = rows[written: slot].olderNamesake
    }
    return nil
  }

  /// What somebody means by a name: one of their own, never another's; one that has not ended first, then the newest.
  func find(named name: String, asker: String) -> Slot? {
    if let own = open(named: name, owner: asker) { return own }
    var slot = newest(named: name, isEnded: true)
    while slot != .none {
      if rows[written: slot].spec.owner.isSame(as: asker) { return slot }
      slot = rows[written: slot].olderNamesake
    }
    return nil
  }

  /// Every task of a name, the newest first: those that have not ended, then the others.
  func all(named name: String) -> [Slot] {
    var found: [Slot] = []
    for isEnded in [false, true] {
      var slot = newest(named: name, isEnded: isEnded)
      while slot != .none {
        found.append(slot)
        slot = rows[written: slot].olderNamesake
      }
    }
    return found
  }

  private func newest(named name: String, isEnded: Bool) -> Slot {
    head(named: name, Self.hash(Self.hash(name), isEnded: isEnded), isEnded: isEnded)
  }

  private func head(named name: String, _ hash: UInt64, isEnded: Bool) -> Slot {
    nameHeads.find(hash) {
      rows[written: $0].state.isEnded == isEnded && rows[written: $0].spec.name?.isSame(as: name) ?? false
    } ?? .none
  }

  private mutating func link(_ slot: Slot) {
    if let name = indexedName(slot) { link(slot, Self.hash(name)) }
  }

  /// Keeps the tasks of a name in the order of their identifiers, the newest first: what a name means must not hang on
  /// the order in which they ended, which a snapshot doesn't tell. A walk is short, as tasks end about in that order.
  /// - Parameter name: the hash of its name, which it has.
  private mutating func link(_ slot: Slot, _ name: UInt64) {
    guard let text = rows[written: slot].spec.name else { return }
    let isEnded = rows[written: slot].state.isEnded
    let hash = Self.hash(name, isEnded: isEnded)
    let first = head(named: text, hash, isEnded: isEnded)
    var (newer, older) = (Slot.none, first)
    while older != .none, rows[written: older].id > rows[written: slot].id {
      (newer, older) = (older, rows[written: older].olderNamesake)
    }
    rows[written: slot].olderNamesake = older
    rows[written: slot].newerNamesake = newer
    if older != .none { rows[written: older].newerNamesake = slot }
    if newer != .none {
      rows[written: newer].olderNamesake = slot
    } else if first == .none {
      nameHeads.insert(slot, hash)
    } else {
      nameHeads.replace(first, by: slot, hash)
    }
  }

  /// Finds their places for those that were restored after a newer one of their name: each name's chain is made anew,
  /// since a walk for each of many would take forever.
  mutating func linkLatecomers() {
    let groups = Dictionary(grouping: latecomers) { slot in
      Chain(name: CodePoints(rows[written: slot].spec.name ?? ""), isEnded: rows[written: slot].state.isEnded)
    }
    latecomers = []
    for (chain, late) in groups {
      let hash = Self.hash(Self.hash(chain.name.text), isEnded: chain.isEnded)
      let first = head(named: chain.name.text, hash, isEnded: chain.isEnded)
      var slots = late
      var next = first
      while next != .none {
        slots.append(next)
        next = rows[written: next].olderNamesake
      }
      slots.sort { rows[written: $0].id > rows[written: $1].id }
      var newer = Slot.none
      for slot in slots {
        rows[written: slot].newerNamesake = newer
        rows[written: slot].olderNamesake = .none
        if newer != .none { rows[written: newer].olderNamesake = slot }
        newer = slot
      }
      if let newest = slots.first, newest != first { nameHeads.replace(first, by: newest, hash) }
    }
  }

  private struct Chain: Hashable {
    var name: CodePoints
    var isEnded: Bool
  }

  private mutating func unlink(_ slot: Slot) {
    if let name = indexedName(slot) { unlink(slot, Self.hash(name)) }
  }

  private mutating func unlink(_ slot: Slot, _ name: UInt64) {
    let (older, newer) = (rows[written: slot].olderNamesake, rows[written: slot].newerNamesake)
    if older != .none { rows[written: older].newerNamesake = newer }
    if newer != .none { rows[written: newer].olderNamesake = older }
    guard newer == .none else { return }
    let hash = Self.hash(name, isEnded: rows[written: slot].state.isEnded)
    if older == .none { nameHeads.remove(slot, hash) } else { nameHeads.replace(slot, by: older, hash) }
  }
}
