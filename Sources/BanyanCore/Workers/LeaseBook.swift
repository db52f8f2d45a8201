/// When each holder of a lease (a worker, or a folder that one has left) was last heard, on a monotonic clock: an attempt is held by lease, and any word from its worker
/// renews all its leases. Not journalled: after a restart every worker has a whole lease anew.
///
/// Who stands in the book has an alarm: ``alarm`` is no later than the end of any lease that runs, whichever way it came
/// in.
public struct LeaseBook<Holder: Hashable & Comparable & Sendable>: Sendable {
  private var leases: [Holder: Lease] = [:]

  /// No later than the end of any lease that runs, on the monotonic clock; nil: none does. It may be earlier, since a
  /// lease that is renewed doesn't move it: ``removeExpired(at:)`` does.
  public internal(set) var alarm: Int64?

  private struct Lease: Sendable {
    var heard: Int64
    var length: Int64
    /// It ended, and was taken out for that: nothing more follows from it until its worker is heard.
    var isOver = false

    var end: Int64 { heard.saturating(plus: length) }
  }

  /// No worker is known.
  public init() {}

  /// A worker was heard.
  /// - Parameters:
  ///   - worker: who.
  ///   - now: milliseconds on the monotonic clock.
  ///   - length: its lease, milliseconds.
  /// - Returns: whether its lease had been over, and runs again.
  @discardableResult
  public mutating func heard(_ worker: Holder, at now: Int64, length: Int64) -> Bool {
    guard let known = leases[worker] else {
      leases[worker] = Lease(heard: now, length: length)
      arm(now.saturating(plus: length))
      return false
    }
    // Heard no later than was known: what is over stays over.
    if known.isOver, now <= known.heard { return false }
    if !known.isOver, now <= known.heard, length == known.length { return false }
    let lease = Lease(heard: max(known.heard, now), length: length)
    leases[worker] = lease
    arm(lease.end)
    return known.isOver
  }

  private mutating func arm(_ end: Int64) { alarm = min(alarm ?? .max, end) }

  /// Grants every lease that runs a whole length from now on: when the server itself was asleep, silence says nothing.
  public mutating func grantAll(at now: Int64) {
    for worker in leases.keys where leases[worker]?.isOver == false { leases[worker]?.heard = now }
  }

  /// The worker is not registered any more.
  public mutating func forget(_ worker: Holder) { leases[worker] = nil }

  /// Everybody who stands in the book.
  var holders: some Collection<Holder> { leases.keys }

  /// Whether a worker stands in the book with a lease that is not over.
  public func isRunning(_ worker: Holder) -> Bool { leases[worker]?.isOver == false }

  /// Whether a worker was heard within its lease.
  public func isRunning(_ worker: Holder, at now: Int64) -> Bool {
    leases[worker].map { !$0.isOver && $0.end > now } ?? false
  }

  /// When a worker was last heard, on the monotonic clock; nil: its lease isn't written down.
  public func lastHeard(_ worker: Holder) -> Int64? { leases[worker]?.heard }

  /// Workers whose lease has ended since the last time, in the order of their identifiers. They stay in the book, as over;
  /// the alarm is set to the end that comes next.
  public mutating func removeExpired(at now: Int64) -> [Holder] {
    var ended: [Holder] = []
    alarm = nil
    for (worker, lease) in leases where !lease.isOver {
      if lease.end <= now { ended.append(worker) } else { arm(lease.end) }
    }
    for worker in ended { leases[worker]?.isOver = true }
    return ended.sorted()
  }
}
