import Collections

/// The queue, played forward: claims and ends as they would come if each task took as long as is expected of it, nothing
/// failed and nobody submitted anything. The tasks are given out by the queue's own rules, on a copy of it.
struct Rehearsal {
  /// A task that runs, or is to.
  struct Run: Sendable {
    let slot: Slot
    /// When it starts; nil: it runs.
    let start: Int64?
    /// When it ends; `Int64.max`: nobody knows.
    let end: Int64
    let hold: Hold?
  }

  /// What a task waits for until it starts.
  enum Hold: Sendable {
    case parent(Slot)
    case delay
    case limit(Slot)
    case room(Slot, on: WorkerID)
    case worker(WorkerID)
  }

  /// The end of an attempt.
  private struct End: Comparable, Sendable {
    var time: Int64
    /// The earlier one started goes first.
    var number: Int
    var slot: Slot
    var claimNumber: UInt32

    static func < (left: End, right: End) -> Bool { (left.time, left.number) < (right.time, right.number) }
  }

  /// A worker that asks for tasks.
  private struct Claimant: Sendable {
    let worker: WorkerID
    /// What others use of its machine.
    var strangers = Strangers()
    /// Something that its claim depends on changed since it was looked at.
    var isDue = true
    /// ``QueueState/matchingGeneration`` when it was looked at.
    var seen: UInt64 = 0
    /// The last end of something that ran there.
    var lastEnd: (time: Int64, slot: Slot)?
    /// When its pause ended.
    var resumed: Int64?
  }

  private(set) var state: QueueState
  /// Attempts that run, then those that start, in that order.
  private(set) var runs: [Run] = []
  /// Groups, which end when their turn comes, without an attempt.
  private(set) var passed: [(slot: Slot, time: Int64)] = []
  /// There was more to play.
  private(set) var isCut = false
  /// No task's run time was a range.
  private(set) var isSure = true
  private(set) var times: RunTimes

  private let pace: RunTimes.Pace
  private let maxStarts: Int
  private var now: Int64
  private var starts = 0
  /// Tasks that became available here.
  private var released = 0
  private var ends = Heap<End>()
  private var claimants: [Claimant] = []
  /// Places in ``claimants``, who has waited longest first.
  private var order: [Int] = []
  private var places: [WorkerID: Int] = [:]
  /// When pauses of workers end, the soonest first.
  private var resumptions: [Int64] = []
  /// What became available, due, or free of its array's limit at this moment, and by what.
  private var causes: [Slot: Hold] = [:]
  private var unblocked: [TaskID: Slot] = [:]

  /// - Parameters:
  ///   - times: how long tasks take.
  ///   - maxStarts: so many starts are played.
  init(_ source: ForecastSource, _ times: RunTimes, pace: RunTimes.Pace, maxStarts: Int) {
    state = source.state
    self.times = times
    self.pace = pace
    self.maxStarts = maxStarts
    now = source.now
    // What has ended isn't forgotten meanwhile, and no answer has to be kept.
    state.keepFinished = KeepFinished()
    state.keys = KeyBook()
    state.emitted = []
    for claimant in source.claimants {
      guard let entry = state.workers[claimant.worker] else { continue }
      var one = Claimant(worker: claimant.worker)
      if let limit = claimant.limit, let free = entry.free { one.strangers = Strangers(free, limit) }
      places[claimant.worker] = claimants.count
      order.append(claimants.count)
      claimants.append(one)
    }
    resumptions = state.workers.values.compactMap(\.record.pause?.until).sorted()
  }

  // MARK: Playing

  /// Plays until nothing more happens, enough has started, or there is no more time.
  /// - Parameter mayGoOn: asked now and then.
  mutating func play(while mayGoOn: () -> Bool) {
    takeLive()
    tick()
    serve()
    var steps = 0
    while starts < maxStarts, let next = nextMoment {
      steps += 1
      if steps % 32 == 0, !mayGoOn() {
        isCut = true
        return
      }
      now = max(now, next)
      causes.removeAll(keepingCapacity: true)
      unblocked.removeAll(keepingCapacity: true)
      while let end = ends.min, end.time <= now {
        ends.removeMin()
        finish(end)
      }
      tick()
      serve()
      state.emitted.removeAll(keepingCapacity: true)
    }
    if starts == maxStarts, state.claimableCount > 0 || state.count(.inactive) > 0 || state.soonestDelay != nil {
      isCut = true
    }
  }

  /// When something happens next: an attempt or a delay ends, or a worker resumes.
  private var nextMoment: Int64? {
    var next = ends.min?.time
    for time in [state.soonestDelay, resumptions.first] {
      if let time { next = min(next ?? .max, time) }
    }
    return next
  }

  /// What runs, in the order in which it was claimed.
  private mutating func takeLive() {
    let live = state.workers.values.flatMap { $0.live.slots(state.tasks) }
      .map { (slot: $0, claimed: state.tasks[$0].attempts.last?.timeClaimed ?? now, id: state.tasks[$0].id) }
      .sorted { ($0.claimed, $0.id) < ($1.claimed, $1.id) }
    for (slot, claimed, _) in live {
      var end: Int64
      if state.tasks[slot].state == .pendingCancellation {
        // Most obey at once.
        end = pace == .slow ? max(now, state.tasks[slot].killDue) : now
        if state.tasks[slot].killDue > now { isSure = false }
      } else {
        let span = span(of: slot, elapsed: max(0, now &- claimed))
        if !span.isSure { isSure = false }
        end = span[pace] == .max ? .max : max(now, claimed.saturating(plus: span[pace]))
      }
      add(Run(slot: slot, start: nil, end: end, hold: nil))
    }
  }

  private mutating func span(of slot: Slot, elapsed: Int64 = 0) -> RunTimes.Span {
    times.span(of: state.tasks[slot].spec, elapsed: elapsed) ?? times.learn(slot, state.tasks, elapsed: elapsed)
  }

  private mutating func add(_ run: Run) {
    if run.end < .max {
      ends.insert(
        End(time: run.end, number: runs.count, slot: run.slot, claimNumber: state.tasks[run.slot].claimNumber))
    }
    runs.append(run)
  }

  /// Delays that are over, and pauses.
  private mutating func tick() {
    let resumes = resumptions.first.map { $0 <= now } ?? false
    guard resumes || state.soonestDelay.map({ $0 <= now }) ?? false else { return }
    let before = state.emitted.count
    _ = state.tick(at: now)
    resumptions.removeAll { $0 <= now }
    for event in state.emitted[before...] {
      switch event {
      case .taskDue(let task): if let slot = state.tasks.slot(task) { causes[slot] = .delay }
      case .workerChanged(let record):
        if let place = places[record.id] {
          claimants[place].isDue = true
          claimants[place].resumed = now
        }
      default: break
      }
    }
  }

  // MARK: Ends

  private mutating func finish(_ end: End) {
    let slot = end.slot
    // Its worker may have been unregistered meanwhile.
    guard state.tasks[slot].state.isLive, state.tasks[slot].claimNumber == end.claimNumber else { return }
    if let worker = state.tasks[slot].attempts.last?.workerID, let place = places[worker] {
      claimants[place].isDue = true
      claimants[place].lastEnd = (now, slot)
    }
    let array = state.tasks[slot].spec.boundedArray
    let wasFull = array.map { state.isFull($0) } ?? false
    if state.tasks[slot].state == .pendingCancellation {
      state.end(
        slot,
        AttemptEnd(
          exitStatus: ExitStatus.cancelled, timeTerminated: nil, outcome: .cancelled, cause: state.tasks[slot].cause),
        at: now)
    } else {
      // Who has more continuations than are looked at: they are left where they are.
      let isBeyond = state.tasks[slot].children.count > maxReleased
      if isBeyond { isCut = true }
      // As an end is applied, without what only lists and a restart need: names, counts, the order of ends.
      state.giveBack(slot)
      state.tasks[slot].enter(.terminated)
      if !isBeyond, !state.tasks[slot].children.isEmpty {
        for child in state.tasks[slot].children where state.tasks[child].pending > 0 { state.tasks[child].pending -= 1 }
        release(below: slot)
      }
    }
    if wasFull, let array, !state.isFull(array) { unblocked[array] = slot }
  }

  private var maxReleased: Int { 2 * maxStarts }

  /// What waited for a task that has ended becomes available, as far as it waits for nothing else: through groups and ties.
  private mutating func release(below slot: Slot) {
    var work = [slot]
    while let parent = work.popLast() {
      for child in state.tasks[parent].children
      where state.tasks[child].state == .inactive && state.tasks[child].pending == 0 {
        guard released < maxReleased, state.tasks[child].children.count <= maxReleased else {
          isCut = true
          return
        }
        if state.makeAvailableOrPass(child, at: now) {
          if !state.tasks.isTie(child) { passed.append((child, now)) }
          work.append(child)
        } else {
          released += 1
          causes[child] = .parent(slot)
        }
      }
    }
  }

  // MARK: Claims

  /// Lets the workers claim, in their order, until nobody is given anything. Who was given something goes behind the others.
  private mutating func serve() {
    while starts < maxStarts, state.claimableCount > 0 {
      for worker in state.drainDueClaimants() { if let place = places[worker] { claimants[place].isDue = true } }
      var served: [Int] = []
      for place in order {
        guard starts < maxStarts, state.claimableCount > 0 else { break }
        guard claimants[place].isDue || claimants[place].seen != state.matchingGeneration else { continue }
        claimants[place].isDue = false
        claimants[place].seen = state.matchingGeneration
        var given = fill(place)
        if given.count > 0 { served.append(place) }
        // It asks again at once. Where it was kept free for a task, another one may be next in turn by now.
        while given.count > 0, given.wasLimited { given = fill(place) }
      }
      if served.isEmpty { return }
      if served.count < order.count {
        let isServed = Set(served)
        order = order.filter { !isServed.contains($0) } + served
      } else {
        order = served
      }
    }
  }

  /// A worker is given all that it has room for, as ``Command/claim(_:)`` does it.
  /// - Returns: how many tasks, and whether it was kept free for another one meanwhile.
  private mutating func fill(_ claimant: Int) -> (count: Int, wasLimited: Bool) {
    let worker = claimants[claimant].worker
    guard let place = state.workers.index(forKey: worker) else { return (0, false) }
    guard state.workers.values[place].isPresent, !state.workers.values[place].isOutOfContact,
      QueueState.isOpen(state.workers.values[place].record), var free = state.workers.values[place].free(at: now)
    else { return (0, false) }
    claimants[claimant].strangers.lower(&free)
    guard free.tasks > 0 else { return (0, false) }
    let wanted = state.workers.values[place].queues
    let whole = state.reserveAfter == nil ? nil : state.workers.values[place].wholeOffer(at: now)
    var turn = QueueState.ClaimTurn()
    turn.rivals = state.rivals(of: place, at: now)
    let before = starts
    while starts < maxStarts, let slot = state.next(for: free, of: whole, place, wanted, &turn, at: now) {
      if turn.ahead == slot { turn = QueueState.ClaimTurn(rivals: turn.rivals) }
      let taken = free.allocate(state.tasks[slot].spec.shape)
      start(slot, on: claimant, taken)
    }
    return (starts - before, turn.limit != nil)
  }

  private mutating func start(_ slot: Slot, on claimant: Int, _ taken: (cores: Int64, gpus: [Int64])) {
    let worker = claimants[claimant].worker
    let hold = hold(of: slot, on: claimant)
    let attempt = AttemptRecord(
      id: RecordID(seconds: 0, rest: 0), attemptCount: state.tasks[slot].attemptCount + 1,
      claimNumber: state.tasks[slot].claimNumber + 1, epoch: state.epoch, workerID: worker, cores: taken.cores,
      gpus: taken.gpus, timeClaimed: now)
    let span = span(of: slot)
    if !span.isSure { isSure = false }
    state.begin(attempt, slot)
    starts += 1
    let end = span[pace] == .max ? Int64.max : now.saturating(plus: max(0, span[pace]))
    add(Run(slot: slot, start: now, end: end, hold: hold))
  }

  /// What came about at this moment, so that the task can start.
  private func hold(of slot: Slot, on claimant: Int) -> Hold? {
    if let cause = causes[slot] { return cause }
    if let array = state.tasks[slot].spec.boundedArray, let ended = unblocked[array] { return .limit(ended) }
    let (worker, end) = (claimants[claimant].worker, claimants[claimant].lastEnd)
    if let end, end.time == now { return .room(end.slot, on: worker) }
    if claimants[claimant].resumed == now { return .worker(worker) }
    // Something else gave way there: another one's reservation, or an owner's turn.
    return end.map { .room($0.slot, on: worker) }
  }
}

/// What others use of a worker's machine, by the difference of what is left of its offer and what it says it can give.
private struct Strangers: Sendable {
  private var memoryBytes: Int64 = 0
  private var cores: Int64 = 0
  private var gpus: Set<Int64> = []

  init() {}

  init(_ free: Free, _ limit: ResourceOffer) {
    memoryBytes = max(0, free.memoryBytes &- limit.memoryBytes)
    cores = max(0, free.cores &- limit.cores)
    gpus = Set(free.gpus.map(\.ordinal)).subtracting(limit.gpus.map(\.ordinal))
  }

  func lower(_ free: inout Free) {
    free.memoryBytes = free.memoryBytes.saturating(plus: -memoryBytes)
    free.cores = free.cores.saturating(plus: -cores)
    if !gpus.isEmpty { free.gpus.removeAll { gpus.contains($0.ordinal) } }
  }
}
