import Collections

/// Exactly the claimable tasks, in lanes of one shape, owner, queue and priority.
///
/// A claim takes the largest priority first, then the owner who holds the smallest dominant share (Ghodsi et al.,
/// Dominant Resource Fairness, NSDI 2011), then the earliest turn. So the lanes stand in groups of one priority, owner
/// and queue, and each group finds its earliest lane that fits by itself (``LaneTree``).
struct MatchingIndex: Sendable {
  private var lanes: ContiguousArray<Lane> = []
  private var vacantLanes: [LaneNumber] = []
  private var laneNumbers = SlotIndex()
  /// The lanes of each array that has a limit.
  private var arrayLanes: [TaskID: [LaneNumber]] = [:]
  private var groups: ContiguousArray<Group> = []
  private var vacantGroups: [Int] = []
  private var groupNumbers: [LaneGroupKey: Int] = [:]
  /// By priority, the largest first.
  private var levels: [Level] = []
  /// Lanes that ran empty, the longest ago first: the last few are kept, because work of their shape often comes back.
  private var retiring: Deque<LaneNumber> = []
  private(set) var count = 0
  /// Rises whenever more may be claimable than before: a claim that found nothing needs no second look until then.
  private(set) var generation: UInt64 = 0

  /// How many empty lanes are kept.
  static var maxEmptyLanes: Int { 1024 }

  private struct Group: Sendable {
    let key: LaneGroupKey
    var tree = LaneTree()
    /// Tasks in its lanes.
    var count = 0
  }

  private struct Level: Sendable {
    let priority: Int16
    var groups: [Int] = []
    var count = 0
  }

  // MARK: Search

  /// The task that is next for a worker with so much left.
  /// - Parameters:
  ///   - queues: of these only; nil: of all.
  ///   - shares: each owner's dominant share of what is held now; owners beyond its end hold nothing.
  ///   - runtime: only what ends within so many milliseconds; nil: anything.
  ///   - rivals: others that could take now what shall go to another worker first.
  ///   - known: a task that is next for less: this one, unless another goes before it.
  func next(
    for free: Free, queues: Set<UInt32>?, runtime: Int64? = nil, rivals: Rivals, shares: [Double],
    known: (lane: LaneNumber, turn: UInt64)? = nil
  ) -> Slot? {
    guard free.tasks > 0 else { return nil }
    func share(of owner: UInt32) -> Double { Int(owner) < shares.count ? shares[Int(owner)] : 0 }
    let limit = Demand(
      memory: free.memoryBytes, cores: free.cores, gpus: Int64(free.gpus.count),
      runtime: min(runtime ?? .max, free.maxRuntime))
    for level in levels where level.count > 0 {
      var best: (lane: LaneNumber, turn: UInt64, share: Double)?
      if let known {
        let key = groups[lanes[Int(known.lane)].group].key
        if key.priority == level.priority { best = (known.lane, known.turn, share(of: key.owner)) }
      }
      for number in level.groups where groups[number].count > 0 {
        let key = groups[number].key
        if let queues, !queues.contains(key.queue) { continue }
        let share = share(of: key.owner)
        if let best, share > best.share { continue }
        let earlier = share == best?.share ? best?.turn ?? .max : .max
        let found = groups[number].tree.first(
          within: limit, before: earlier, fitting: free, rivals, queue: key.queue)
        if let found {
          best = (found.lane, found.turn, share)
        }
      }
      if let best { return lanes[Int(best.lane)].first }
    }
    return nil
  }

  /// Every task in it.
  func slots(_ tasks: TaskTable) -> [Slot] {
    var slots: [Slot] = []
    for lane in lanes where lane.count > 0 {
      var slot = lane.first
      while slot != .none, slots.count <= count {
        slots.append(slot)
        slot = tasks[slot].nextInList
      }
    }
    return slots
  }

  // MARK: Changes

  /// Adds a task at the turn that it has.
  /// - Parameter isBlocked: its array runs as many as it may.
  mutating func insert(_ slot: Slot, key: LaneKey, isBlocked: Bool, _ tasks: inout TaskTable) {
    tasks.writeOut(slot)
    let number = lane(key, isBlocked: isBlocked)
    lanes[Int(number)].insert(slot, number: number, &tasks)
    if lanes[Int(number)].first == slot { tellTurn(of: number, tasks) }
    count(1, in: lanes[Int(number)].group)
    generation += 1
  }

  /// Adds a whole run of rows at the turns that they have, which are later than all others.
  mutating func insert(run: Int, key: LaneKey, isBlocked: Bool, _ tasks: inout TaskTable) {
    let number = lane(key, isBlocked: isBlocked)
    lanes[Int(number)].append(run: run, number: number, &tasks)
    if lanes[Int(number)].first == tasks.rows.runs[run].slot { tellTurn(of: number, tasks) }
    count(tasks.rows.runs[run].count, in: lanes[Int(number)].group)
    generation += 1
  }

  /// Takes a whole run out, none of whose rows was written out.
  mutating func remove(run: Int, _ tasks: inout TaskTable) {
    let number = tasks.rows.runs[run].first.lane
    guard number != .none else { return }
    let wasFirst = lanes[Int(number)].first == tasks.rows.runs[run].slot
    lanes[Int(number)].remove(run: run, &tasks)
    if wasFirst { tellTurn(of: number, tasks) }
    count(-tasks.rows.runs[run].count, in: lanes[Int(number)].group)
    if lanes[Int(number)].first == .none { retire(number) }
  }

  /// Takes a task out, if it is in.
  mutating func remove(_ slot: Slot, _ tasks: inout TaskTable) {
    tasks.writeOut(slot)
    let number = tasks[written: slot].lane
    guard number != .none else { return }
    let wasFirst = lanes[Int(number)].first == slot
    lanes[Int(number)].remove(slot, &tasks)
    if wasFirst { tellTurn(of: number, tasks) }
    count(-1, in: lanes[Int(number)].group)
    if lanes[Int(number)].first == .none { retire(number) }
  }

  /// Nothing of an array can be claimed, or something can again.
  mutating func setBlocked(_ isBlocked: Bool, array: TaskID, _ tasks: borrowing TaskTable) {
    for number in arrayLanes[array] ?? [] where lanes[Int(number)].isBlocked != isBlocked {
      lanes[Int(number)].isBlocked = isBlocked
      tellTurn(of: number, tasks)
      if !isBlocked { generation += 1 }
    }
  }

  /// Something changed outside of the index: what could not be claimed before may be now.
  mutating func beginGeneration() { generation += 1 }

  /// Tells the lane's tree which turn is its first. Always inlined: called, it would be given a copy of the table's own
  /// fields.
  @inline(__always) private mutating func tellTurn(of number: LaneNumber, _ tasks: borrowing TaskTable) {
    let (first, leaf, place) = (lanes[Int(number)].first, lanes[Int(number)].leaf, lanes[Int(number)].place)
    let turn = first == .none || lanes[Int(number)].isBlocked ? .max : tasks.turn(of: first)
    groups[lanes[Int(number)].group].tree.setTurn(turn, leaf: leaf, place: place)
  }

  private mutating func count(_ change: Int, in group: Int) {
    groups[group].count += change
    count += change
    let place = levelPlace(groups[group].key.priority)
    levels[place].count += change
  }

  /// Where a priority stands, or would.
  private func levelPlace(_ priority: Int16) -> Int {
    if let first = levels.first, first.priority == priority { return 0 }
    var (low, high) = (0, levels.count)
    while low < high {
      let middle = (low + high) / 2
      if levels[middle].priority > priority { low = middle + 1 } else { high = middle }
    }
    return low
  }

  // MARK: Lanes and groups

  private static func hash(_ key: LaneKey) -> UInt64 { UInt64(truncatingIfNeeded: key.hashValue) }

  private mutating func lane(_ key: LaneKey, isBlocked: Bool) -> LaneNumber {
    let hash = Self.hash(key)
    if let known = laneNumbers.find(hash, where: { lanes[Int($0)].key == key }) { return known }
    let group = group(key.group)
    let number: LaneNumber
    if let reused = vacantLanes.popLast() {
      number = reused
      lanes[Int(number)] = Lane(key: key, group: group)
    } else {
      number = LaneNumber(lanes.count)
      lanes.append(Lane(key: key, group: group))
    }
    laneNumbers.insert(number, hash)
    if let array = key.array {
      arrayLanes[array, default: []].append(number)
      lanes[Int(number)].isBlocked = isBlocked
    }
    let shape = key.shape
    let demand = Demand(
      memory: shape.memoryBytes, cores: shape.coreCount, gpus: shape.gpuCount, runtime: key.runtime)
    groups[group].tree.insert(number, demand: demand, &lanes)
    return number
  }

  private mutating func group(_ key: LaneGroupKey) -> Int {
    if let known = groupNumbers[key] { return known }
    let number: Int
    if let reused = vacantGroups.popLast() {
      number = reused
      groups[number] = Group(key: key)
    } else {
      number = groups.count
      groups.append(Group(key: key))
    }
    groupNumbers[key] = number
    let place = levelPlace(key.priority)
    if place == levels.count || levels[place].priority != key.priority {
      levels.insert(Level(priority: key.priority), at: place)
    }
    levels[place].groups.append(number)
    return number
  }

  private mutating func retire(_ number: LaneNumber) {
    guard !lanes[Int(number)].isRetiring else { return }
    lanes[Int(number)].isRetiring = true
    retiring.append(number)
    guard retiring.count > Self.maxEmptyLanes, let oldest = retiring.popFirst() else { return }
    lanes[Int(oldest)].isRetiring = false
    if lanes[Int(oldest)].count == 0 { drop(oldest) }
  }

  private mutating func drop(_ number: LaneNumber) {
    let lane = lanes[Int(number)]
    laneNumbers.remove(number, Self.hash(lane.key))
    vacantLanes.append(number)
    if let array = lane.key.array {
      arrayLanes[array]?.removeAll { $0 == number }
      if arrayLanes[array]?.isEmpty == true { arrayLanes[array] = nil }
    }
    groups[lane.group].tree.remove(lane, &lanes)
    guard groups[lane.group].tree.count == 0 else { return }
    groupNumbers[lane.key.group] = nil
    vacantGroups.append(lane.group)
    let place = levelPlace(lane.key.group.priority)
    levels[place].groups.removeAll { $0 == lane.group }
    if levels[place].groups.isEmpty { levels.remove(at: place) }
  }
}
