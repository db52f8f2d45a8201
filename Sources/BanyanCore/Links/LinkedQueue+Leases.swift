/// How long whose silence is borne.
extension LinkedQueue {
  /// When the next lease may end, on the monotonic clock: no later than any does. Whoever keeps the time has to be here
  /// by then (``wake(late:at:entropy:)``). nil: nobody has one.
  public var alarm: Int64? { [leases.alarm, folderLeases.alarm].compactMap { $0 }.min() }

  /// Milliseconds that a worker may be silent and keep what it holds.
  public func leaseLength(of worker: WorkerID) -> Int64 {
    state.workers[worker]?.record.instance == nil ? restLease : lease
  }

  /// Begins to work: whoever holds something has a whole lease.
  public mutating func start(at now: Moment, entropy: inout Entropy) throws(Rejection) {
    for worker in state.holdingWorkers {
      leases.heard(worker, at: now.monotonic, length: leaseLength(of: worker))
      for left in state.workers[worker]?.record.left ?? [] {
        folderLeases.heard(FolderLease(worker, left.folder), at: now.monotonic, length: leaseLength(of: worker))
      }
    }
    try perform(.start, at: now, entropy: &entropy)
  }

  /// Whether a worker was heard within its lease, as far as its socket tells now.
  mutating func isHeard(_ worker: WorkerID, at now: Moment) -> Bool {
    if let link = links[worker] { hear(link.connection) }
    return leases.isRunning(worker, at: now.monotonic)
  }

  /// Looks when a connection was last heard.
  mutating func hear(_ connection: ConnectionID) {
    guard let known = connections[connection], let worker = known.worker?.id, links[worker]?.connection == connection
    else { return }
    heard(worker, at: known.peer.lastHeard)
  }

  private mutating func heard(_ worker: WorkerID, at time: Int64) {
    guard leases.heard(worker, at: time, length: leaseLength(of: worker)) else { return }
    // It had been given up on.
    state.heard(worker, isConnected: links[worker] != nil)
    markClaimDue(of: worker)
  }

  /// A connection that was silent past its worker's lease was heard.
  public mutating func heardAgain(_ connection: ConnectionID) { hear(connection) }

  /// A worker that speaks REST was heard.
  public mutating func heard(user: UserID, at now: Moment) {
    for worker in state.workerIDs(of: user) where links[worker] == nil { heard(worker, at: now.monotonic) }
  }

  /// A worker whose lease was over.
  public struct Silent: Sendable {
    /// The worker's name, and where it was silent if it works elsewhere by now, for the server's log.
    public var name: String
    /// How many attempts it lost by it.
    public var lost: Int
  }

  /// Does all that is due by now.
  /// - Parameters:
  ///   - late: milliseconds by which the server itself was late: more than a second, and everybody's silence says nothing.
  ///   - now: the time.
  ///   - entropy: where fresh identifiers and jitter come from.
  /// - Returns: who lost something.
  public mutating func wake(late: Int64, at now: Moment, entropy: inout Entropy) -> [Silent] {
    for (worker, link) in links {
      if let peer = connections[link.connection]?.peer { heard(worker, at: peer.lastHeard) }
    }
    // Whoever was heard before has a lease that runs, and gets another.
    if late > Self.maxLateness {
      leases.grantAll(at: now.monotonic)
      folderLeases.grantAll(at: now.monotonic)
    }
    var silent: [Silent] = []
    for worker in leases.removeExpired(at: now.monotonic) {
      guard let entry = state.workers[worker] else { continue }
      let held = entry.live.count
      state.lose(worker)
      if held > 0 {
        _ = result { queue throws(Rejection) in
          try queue.perform(.expireLeases(worker), at: now, entropy: &entropy)
        }
        silent.append(Silent(name: entry.record.name, lost: held - (state.workers[worker]?.live.count ?? 0)))
      }
      if let link = links[worker], let heard = leases.lastHeard(worker) {
        tell(link.connection, .listen(since: heard))
      }
    }
    silent += expireFolders(at: now, entropy: &entropy)
    _ = result { queue throws(Rejection) in try queue.perform(.tick, at: now, entropy: &entropy) }
    return silent
  }

  /// Milliseconds by which the server may be late and still trust others' silence.
  public static let maxLateness: Int64 = 1000
}
