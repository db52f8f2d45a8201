/// Finds out why tasks wait or ended, from a view: away from the queue, however many tasks there are.
public struct WhyFinder: Sendable {
  /// So many tasks or workers are mentioned; of more than that the number is told.
  static let maxMentions = 16

  /// What it looks at.
  public let view: QueueView
  private let workers: [Candidate]
  /// What was found out about workers for tasks that need the same: lists have many alike.
  private var fits: [Need: Fit] = [:]
  /// By tie: whom it waits for, as far as they are mentioned. All that wait behind it are told the same.
  private var tied: [Slot: [TaskMention]] = [:]
  /// By array: how many of its tasks workers hold.
  private var liveCounts: [TaskID: Int]?

  private struct Need: Hashable, Sendable {
    var queue: CodePoints
    var request: ResourceRequest
    /// How long a worker has to stay for it, in milliseconds (``TaskSpec/neededTime``).
    var time: Int64
  }

  private enum Fit: Sendable {
    case none(Why.Reason)
    case busy(WorkerMention, [Shortage])
    /// These workers have room for it now.
    case free([WorkerMention])
  }

  private struct Candidate: Sendable {
    var mention: WorkerMention
    /// nil: it declared nothing, and claims by id.
    var whole: Free?
    var free: Free?
    /// By number; nil: from all of them, or it hasn't claimed yet.
    var queues: Set<UInt32>?
    var entry: WorkerEntry
  }

  private let now: Int64

  /// Looks at the queue as a view shows it.
  /// - Parameters:
  ///   - view: the queue.
  ///   - connected: the workers whose sockets are open.
  ///   - now: the server's clock, milliseconds since 1970; nil: that of the last event.
  public init(_ view: QueueView, connected: Set<WorkerID>, at now: Int64? = nil) {
    self.view = view
    let now = now ?? view.time
    self.now = now
    workers = view.workers.map { worker in
      var mention = WorkerMention(id: worker.record.id, name: worker.record.name, aside: worker.record.aside)
      // One that speaks REST only has no socket.
      if mention.aside == nil, worker.record.instance != nil, !connected.contains(mention.id) { mention.aside = .away }
      let entry = worker.entry
      return Candidate(
        mention: mention, whole: entry.wholeOffer(at: now), free: entry.free(at: now), queues: entry.queues,
        entry: entry)
    }
  }

  /// Why a task waits, or why it ended as it did.
  /// - Parameters:
  ///   - id: the task.
  ///   - isCounting: how many tasks are before one that waits is counted: a walk over all tasks.
  /// - Returns: nil if there is no such task.
  public mutating func why(_ id: TaskID, isCounting: Bool = true) -> Why? {
    guard let slot = view.tasks.slot(id) else { return nil }
    let entry = view.tasks[slot]
    let passedOver = entry.state == .available ? lacking(entry) : [:]
    let reason: Why.Reason =
      switch entry.state {
      case .inactive: whileInactive(entry)
      case .available: whileAvailable(entry, isCounting, passedOver)
      case .running: .running(holder(of: entry), since: entry.attempts.last?.timeClaimed ?? entry.updated)
      case .pendingCancellation: .cancelling(cause: entry.cause?.description ?? "cancelled", killDue: entry.killDue)
      case .terminated, .cancelled: afterTheEnd(entry)
      }
    var why = Why(task: mention(entry), reason: reason)
    switch reason {
    case .nobodyHasIt, .outlasts: break
    case .workersAside:
      // Of one that is aside for another reason it is not told there that it gave the task back, too.
      why.passedOver = workers.lazy.filter { $0.mention.aside != nil }.prefix(Self.maxMentions).compactMap { worker in
        passedOver[worker.mention.id].map { WorkerMention(id: worker.mention.id, name: worker.mention.name, aside: $0) }
      }
    default:
      why.passedOver = workers.lazy.filter { passedOver[$0.mention.id] != nil }.prefix(Self.maxMentions)
        .map { mention(of: $0, passedOver) }
    }
    return why
  }

  /// The workers that gave a task back as they lack its folder, and are passed over for it.
  private func lacking(_ entry: TaskEntry) -> [WorkerID: WorkerMention.Aside] {
    guard let known = view.avoidances[entry.id] else { return [:] }
    var lacking: [WorkerID: WorkerMention.Aside] = [:]
    for lack in known.lacking where lack.until > now {
      let words = entry.attempts.last { $0.workerID == lack.worker }?.exitStatus.flatMap(ExitStatus.reason)
      lacking[lack.worker] = .gaveBack(words ?? "it lacks something", until: lack.until)
    }
    return lacking
  }

  /// A worker as this task is told of it.
  private func mention(of worker: Candidate, _ passedOver: [WorkerID: WorkerMention.Aside]) -> WorkerMention {
    var mention = worker.mention
    if mention.aside == nil { mention.aside = passedOver[mention.id] }
    return mention
  }

  private func mention(_ entry: TaskEntry) -> TaskMention {
    TaskMention(id: entry.id, name: view.tasks.name(of: entry), state: entry.state, cause: entry.cause?.description)
  }

  private func holder(of entry: TaskEntry) -> WorkerMention? {
    guard let worker = entry.attempts.last?.workerID else { return nil }
    guard let known = workers.first(where: { $0.mention.id == worker }) else { return nil }
    var mention = known.mention
    // Its worker is there, but not where it runs.
    if known.entry.record.folderLeft(with: entry.id) != nil { mention.aside = .away }
    return mention
  }

  // MARK: Waiting

  private mutating func whileInactive(_ entry: TaskEntry) -> Why.Reason {
    guard entry.pending > 0 else { return .notReleased }
    var parents: [TaskMention] = []
    var count = 0
    // Through a tie it waits for all that the tie waits for.
    for parent in entry.parents where !view.tasks[parent].hasSucceeded {
      let isTie = view.tasks.isTie(parent)
      count += isTie ? max(1, Int(view.tasks[parent].pending)) : 1
      guard parents.count < Self.maxMentions else { continue }
      if isTie {
        parents += mentions(tiedBy: parent).prefix(Self.maxMentions - parents.count)
      } else {
        parents.append(mention(view.tasks[parent]))
      }
    }
    return .parents(parents, count: count)
  }

  /// The first of those that a tie waits for, which may be a million.
  private mutating func mentions(tiedBy tie: Slot) -> [TaskMention] {
    if let known = tied[tie] { return known }
    var found: [TaskMention] = []
    for parent in view.tasks[tie].parents where !view.tasks[parent].hasSucceeded {
      found.append(mention(view.tasks[parent]))
      if found.count == Self.maxMentions { break }
    }
    tied[tie] = found
    return found
  }

  private mutating func whileAvailable(
    _ entry: TaskEntry, _ isCounting: Bool, _ passedOver: [WorkerID: WorkerMention.Aside]
  ) -> Why.Reason {
    if entry.isHeld { return .held }
    if entry.delayedUntil != 0 {
      return entry.delayedUntil == entry.spec.notBefore
        ? .notBefore(entry.delayedUntil) : .retryDelay(until: entry.delayedUntil, attempts: entry.attemptCount)
    }
    if let place = entry.spec.array, let limit = place.maxRunning, let batch = place.batch, live(of: batch) >= limit {
      return .arrayLimit(place.name, limit)
    }
    let need = Need(
      queue: CodePoints(entry.spec.queue), request: entry.spec.resources ?? ResourceRequest(),
      time: entry.spec.neededTime)
    if let reason = reserved(entry, need) { return reason }
    let fit: Fit
    if !passedOver.isEmpty {
      fit = self.fit(of: need, passingOver: passedOver)
    } else {
      fit = fits[need] ?? self.fit(of: need)
      fits[need] = fit
    }
    switch fit {
    case .none(let reason): return reason
    case .busy(let worker, let shortages):
      return .busy(worker, shortages, before: isCounting ? countBefore(entry) : nil)
    case .free(let workers):
      return behindReservation(workers, entry.id) ?? .turn(before: isCounting ? countBefore(entry) : nil)
    }
  }

  /// Somebody is kept free for it.
  private func reserved(_ entry: TaskEntry, _ need: Need) -> Why.Reason? {
    guard let id = view.reservations[entry.id], let worker = workers.first(where: { $0.mention.id == id }),
      let whole = worker.whole, let free = worker.free, worker.mention.aside == nil, free.hasTime(for: need.time)
    else { return nil }
    let opening = worker.entry.opening(for: entry.spec.shape, view.tasks, at: now)?.time
    return .reserved(
      worker.mention, free.shortages(for: need.request, of: whole),
      expected: opening.flatMap { $0 < .max && $0 > now ? $0 : nil })
  }

  /// Everybody who has room is kept free for others. (Over REST, without an offer, nobody is.)
  private func behindReservation(_ free: [WorkerMention], _ id: TaskID) -> Why.Reason? {
    var holders: [WorkerID: TaskID] = [:]
    for (task, worker) in view.reservations.workers where task != id { holders[worker] = task }
    guard let first = free.first, free.allSatisfy({ holders[$0.id] != nil }), let task = holders[first.id],
      let slot = view.tasks.slot(task)
    else { return nil }
    return .behindReservation(first, mention(view.tasks[slot]))
  }

  private func fit(of need: Need, passingOver others: [WorkerID: WorkerMention.Aside] = [:]) -> Fit {
    guard !workers.isEmpty else { return .none(.noWorkers) }
    let queue = view.queues.known(need.queue.text)
    let serving = workers.filter { worker in
      worker.queues.map { queues in queue.map { queues.contains($0) } ?? false } ?? true
    }
    guard !serving.isEmpty else { return .none(.noWorkerForQueue(need.queue.text)) }
    var able = serving.filter { $0.whole?.fits(need.request) ?? true }
    guard !able.isEmpty else {
      // What a worker last claimed from is not all that it ever takes.
      let elsewhere = workers.filter { $0.whole?.fits(need.request) ?? true }
      guard elsewhere.isEmpty else {
        let mentions = elsewhere.prefix(Self.maxMentions).map { worker in
          var mention = mention(of: worker, others)
          if mention.aside == nil { mention.aside = .inOtherQueues }
          return mention
        }
        return .none(.workersAside(mentions, count: elsewhere.count))
      }
      return .none(nearest(serving, to: need.request, \.whole).map { .neverFits($0, $1) } ?? .noWorkers)
    }
    for place in able.indices { able[place].mention = mention(of: able[place], others) }
    var taking = able.filter { $0.mention.aside == nil }
    guard !taking.isEmpty else {
      let mentions = able.prefix(Self.maxMentions).map(\.mention)
      let ends = able.compactMap { if case .gaveBack(_, let until)? = $0.mention.aside { until } else { nil } }
      if let next = ends.min(), ends.count == able.count {
        let isOfTime = able.contains { others[$0.mention.id]?.isOfTime == true }
        return .none(
          isOfTime
            ? .outlasts(mentions, count: able.count, until: next)
            : .nobodyHasIt(mentions, count: able.count, until: next))
      }
      return .none(.workersAside(mentions, count: able.count))
    }
    let staying = taking.filter { $0.free?.hasTime(for: need.time) ?? true }
    if staying.isEmpty, let last = taking.max(by: { $0.free?.stay ?? 0 < $1.free?.stay ?? 0 }) {
      let needed = need.time < .max ? need.time : nil
      return .none(.noTime(last.mention, needed: needed, left: last.free?.stay ?? 0))
    }
    taking = staying
    let free = taking.filter { $0.free?.fits(need.request) ?? true }
    guard free.isEmpty else { return .free(free.map(\.mention)) }
    return nearest(taking, to: need.request, \.free).map { .busy($0, $1) } ?? .free([])
  }

  /// The worker that lacks least, and what.
  private func nearest(
    _ workers: [Candidate], to request: ResourceRequest, _ part: KeyPath<Candidate, Free?>
  ) -> (WorkerMention, [Shortage])? {
    var best: (worker: WorkerMention, shortages: [Shortage])?
    for worker in workers {
      guard let whole = worker.whole, let free = worker[keyPath: part] else { continue }
      let shortages = free.shortages(for: request, of: whole)
      if let best, best.shortages.distance <= shortages.distance { continue }
      best = (worker.mention, shortages)
    }
    return best
  }

  private mutating func live(of batch: TaskID) -> Int {
    if let liveCounts { return liveCounts[batch] ?? 0 }
    var counts: [TaskID: Int] = [:]
    for worker in view.workers {
      for slot in worker.entry.live.slots(view.tasks) {
        guard let array = view.tasks[slot].spec.limitedArray else { continue }
        counts[array, default: 0] += 1
      }
    }
    liveCounts = counts
    return counts[batch] ?? 0
  }

  /// Tasks of its queue that wait for a worker, with a larger priority, or with the same and for longer.
  private func countBefore(_ entry: TaskEntry) -> Int {
    var count = 0
    let priority = entry.spec.priority
    view.tasks.forEachSlot { slot in
      let turn = view.tasks[slot].turn
      guard turn != 0 else { return }
      let spec = view.tasks[slot].spec
      guard spec.priority > priority || (spec.priority == priority && turn < entry.turn) else { return }
      if spec.queue.isSame(as: entry.spec.queue) { count += 1 }
    }
    return count
  }

  // MARK: Ended

  private func afterTheEnd(_ entry: TaskEntry) -> Why.Reason {
    guard !entry.hasSucceeded else { return .succeeded }
    var above: [TaskMention] = []
    var count = 0
    var next = entry
    // A cause names a task that ended before, so that there is no circle; the bound holds for a damaged one too.
    while next.state == .cancelled, let parent = next.cause?.parent, let slot = view.tasks.slot(parent),
      count < view.taskCount
    {
      next = view.tasks[slot]
      count += 1
      // The first of them is what matters most: it takes the last place.
      if above.count == Self.maxMentions { above.removeLast() }
      above.append(mention(next))
    }
    return .ended(above: above, count: count)
  }
}

extension WorkerRecord {
  /// Why it takes nothing; nil: as far as its registration goes, it may.
  var aside: WorkerMention.Aside? {
    if !permissions.contains(.claim) { return .forbidden }
    if unregistering != nil { return .unregistering }
    if let pause { return .paused(note: pause.note) }
    if isDraining { return .draining }
    return quarantine.map { .quarantined($0.reason) }
  }
}

extension WorkerMention.Aside {
  /// It gave the task back because its time was over.
  fileprivate var isOfTime: Bool {
    if case .gaveBack(let words, _) = self { words == ExitStatus.reason(ExitStatus.outOfTime) } else { false }
  }
}
