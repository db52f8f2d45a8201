/// When each worker was last heard, on a monotonic clock: an attempt is held by lease, and any word from its worker
/// renews all its leases. Not journalled: after a restart every worker has a whole lease anew.
public struct LeaseBook: Sendable {
  private var leases: [WorkerID: Lease] = [:]

  private struct Lease: Sendable {
    var heard: Int64
    var length: Int64
  }

  /// No worker is known.
  public init() {}

  /// A worker was heard.
  /// - Parameters:
  ///   - now: milliseconds on the monotonic clock.
  ///   - length: its lease, milliseconds.
  public mutating func heard(_ worker: WorkerID, at now: Int64, length: Int64) {
    let last = leases[worker]?.heard ?? now
    leases[worker] = Lease(heard: max(last, now), length: length)
  }

  /// Grants every worker a whole lease from now on: when the server itself was asleep, their silence says nothing.
  public mutating func grantAll(at now: Int64) {
    for worker in leases.keys { leases[worker]?.heard = now }
  }

  /// The worker holds nothing any more.
  public mutating func forget(_ worker: WorkerID) { leases[worker] = nil }

  /// Whether a worker's lease is written down.
  public func contains(_ worker: WorkerID) -> Bool { leases[worker] != nil }

  /// When a worker was last heard, on the monotonic clock; nil: its lease isn't written down.
  public func lastHeard(_ worker: WorkerID) -> Int64? { leases[worker]?.heard }

  /// Workers whose lease is over, in the order of their identifiers.
  public func expired(at now: Int64) -> [WorkerID] {
    leases.filter { $0.value.heard + $0.value.length <= now }.map(\.key).sorted()
  }

  /// When the next lease ends, on the monotonic clock; nil: there is none.
  public var nextDeadline: Int64? { leases.values.map { $0.heard + $0.length }.min() }
}
