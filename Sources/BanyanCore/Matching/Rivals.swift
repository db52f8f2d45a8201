/// The other workers as they are while one claims: a task whose last attempt failed on the claimant goes to another
/// first, if there is one that could run it now.
struct Rivals: Sendable {
  /// A worker that may be given something.
  struct Rival: Sendable {
    /// What it could take now.
    var free: Free
    /// The queues that it claims from; nil: all.
    var queues: Set<UInt32>?
  }

  /// All who could be rivals, the claimant among them: one list for all who claim until something changes.
  private(set) var workers: [Rival] = []
  /// The worker that claims, which is no rival of its own; nil: there are no rivals to look at.
  var claimant: WorkerID?

  /// Whether one of them could run what this asks for.
  func canRun(
    _ demand: Demand, _ special: ResourceRequest?, of queue: UInt32, needing time: Int64, except lacking: [WorkerID]
  ) -> Bool {
    workers.contains { rival in
      rival.free.worker != claimant && rival.queues?.contains(queue) ?? true
        && (special.map { rival.free.fits($0) } ?? rival.free.fits(demand)) && rival.free.hasTime(for: time)
        && !lacking.contains(rival.free.worker)
    }
  }
}

/// Everybody's rivals at one moment, as long as no worker changes.
struct RivalList: Sendable {
  /// When, milliseconds since 1970.
  var time: Int64
  var workers: [Rivals.Rival]
}

extension QueueState {
  /// Who else could be given now what the claimant is given only where nobody else could.
  mutating func rivals(of claimant: Int, at now: Int64) -> Rivals {
    let id = workers.keys[claimant]
    guard avoidances.putsOthersBefore(id) else { return Rivals() }
    if let known = rivalList, known.time == now { return Rivals(workers: known.workers, claimant: id) }
    let kept = Set(reservations.workers.values)
    let rivals = workers.values.compactMap { entry -> Rivals.Rival? in
      // One that is kept free for another task takes nothing else.
      guard entry.isPresent, Self.isOpen(entry.record), !kept.contains(entry.record.id), var free = entry.free(at: now)
      else { return nil }
      if let limit = entry.claimed { free.limit(to: limit) }
      return Rivals.Rival(free: free, queues: entry.queues)
    }
    rivalList = RivalList(time: now, workers: rivals)
    return Rivals(workers: rivals, claimant: id)
  }

  /// A worker can do less than before, or other things: those that wait behind it for a task may get it now.
  mutating func othersChanged(than worker: WorkerID) {
    rivalList = nil
    switch dueClaimants {
    case .nobody: dueClaimants = .others(than: worker)
    case .others(worker), .everybody: break
    case .others: dueClaimants = .everybody
    }
  }

  /// Whether ``drainDueClaimants()`` would tell of somebody.
  public var hasDueClaimants: Bool { dueClaimants != .nobody && avoidances.last.contains { dueClaimants.concerns($0) } }

  /// Workers for which something may have become claimable, though nothing new came in, since this was last asked.
  public mutating func drainDueClaimants() -> Set<WorkerID> {
    guard dueClaimants != .nobody else { return [] }
    defer { dueClaimants = .nobody }
    return Set(avoidances.last.lazy.filter { [dueClaimants] in dueClaimants.concerns($0) })
  }
}

/// Which of the workers that wait behind others have to look again with their open claims. A set of rules, not of names,
/// so that noting a change takes one step however many wait.
enum DueClaimants: Sendable, Equatable {
  case nobody
  case others(than: WorkerID)
  case everybody

  func concerns(_ worker: WorkerID) -> Bool {
    switch self {
    case .nobody: false
    case .others(let changed): worker != changed
    case .everybody: true
    }
  }
}
