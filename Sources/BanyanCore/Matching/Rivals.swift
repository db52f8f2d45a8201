/// The other workers as they are while one claims: a task whose last attempt failed on the claimant goes to another
/// first, if there is one that could run it now.
struct Rivals: Sendable {
  /// What each could take now, and the queues that it claims from (nil: all).
  private(set) var workers: [(free: Free, queues: Set<UInt32>?)] = []

  mutating func add(_ free: Free, _ queues: Set<UInt32>?) { workers.append((free, queues)) }

  /// Those that claim from a queue.
  func serving(_ queue: UInt32) -> Rivals {
    guard !workers.isEmpty else { return self }
    return Rivals(workers: workers.filter { $0.queues?.contains(queue) ?? true })
  }

  /// Whether one of them could run what this asks for.
  func canRun(_ demand: Demand, _ special: ResourceRequest?, needing time: Int64, except lacking: [WorkerID]) -> Bool {
    workers.contains { rival in
      !lacking.contains(rival.free.worker) && rival.free.hasTime(for: time)
        && (special.map { rival.free.fits($0) } ?? rival.free.fits(demand))
    }
  }
}

extension QueueState {
  /// Who else could be given now what the claimant is given only where nobody else could.
  func rivals(of claimant: Int, at now: Int64) -> Rivals {
    var rivals = Rivals()
    let id = workers.keys[claimant]
    guard avoidances.putsOthersBefore(id) else { return rivals }
    let kept = Set(reservations.workers.values)
    for entry in workers.values where entry.record.id != id {
      // One that is kept free for another task takes nothing else.
      guard entry.isPresent, Self.isOpen(entry.record), !kept.contains(entry.record.id), var free = entry.free(at: now)
      else { continue }
      if let limit = entry.claimed { free.limit(to: limit) }
      rivals.add(free, entry.queues)
    }
    return rivals
  }

  /// A worker can do less than before, or other things: those that wait behind it for a task may get it now.
  mutating func othersChanged(than worker: WorkerID) {
    for other in avoidances.last where other != worker { stirred.insert(other) }
  }

  /// Whether ``takeStirred()`` would tell of somebody.
  public var hasStirred: Bool { !stirred.isEmpty }

  /// Workers for which something may have become claimable, though nothing new came in, since this was last asked.
  public mutating func takeStirred() -> Set<WorkerID> {
    guard !stirred.isEmpty else { return [] }
    defer { stirred = [] }
    return stirred
  }
}
