/// Claims: given to the connection that made them, as long as it is its worker's link and is heard; those that wait are
/// served the moment that work appears or resources come free.
extension LinkedQueue {
  struct OpenClaim: Sendable {
    var claim: Claim
    var tag: UInt64
    var connection: ConnectionID
    /// ``QueueState/matchingGeneration`` at the last look: while it is the same, nothing new can fit.
    var seenGeneration: UInt64
    /// Something else that the claim depends on changed since the last look: its worker, or the task that it names.
    var isDue = false
  }

  /// How many claims wait.
  public var openClaimCount: Int { claims.count }

  /// A claim. It replaces the worker's open one, waiting or not, which is answered with no tasks.
  mutating func receiveClaim(
    _ claim: Claim, waits: Bool, tag: UInt64, from connection: ConnectionID, at now: Moment, entropy: inout Entropy
  ) {
    guard links[claim.worker]?.connection == connection, connections[connection]?.isServed == true else {
      return answer(connection, tag: tag, .success(.claimed([])))
    }
    if let old = removeOpenClaim(of: claim.worker) { answer(old.connection, tag: old.tag, .success(.claimed([]))) }
    let asked = OpenClaim(claim: claim, tag: tag, connection: connection, seenGeneration: state.matchingGeneration)
    if serve(asked, waits: waits, at: now, entropy: &entropy) { return }
    guard waits else { return answer(connection, tag: tag, .success(.claimed([]))) }
    claims[claim.worker] = asked
    if claim.task != nil { namedClaims += 1 }
  }

  mutating func endWait(tag: UInt64, from connection: ConnectionID) {
    guard let worker = connections[connection]?.worker?.id, let open = claims[worker], open.connection == connection,
      open.tag == tag
    else { return }
    removeOpenClaim(of: worker)
    answer(open.connection, tag: open.tag, .success(.claimed([])))
  }

  @discardableResult
  mutating func removeOpenClaim(of worker: WorkerID) -> OpenClaim? {
    guard let open = claims.removeValue(forKey: worker) else { return nil }
    if open.claim.task != nil { namedClaims -= 1 }
    return open
  }

  /// ``serveOpenClaims(at:entropy:)`` has to look at the worker's open claim again.
  mutating func markClaimDue(of worker: WorkerID) { claims[worker]?.isDue = true }

  mutating func markAllClaimsDue() {
    for place in claims.values.indices { claims.values[place].isDue = true }
  }

  /// The same for the claims that name this task.
  mutating func markClaimsDue(of task: TaskID) {
    guard namedClaims > 0 else { return }
    for place in claims.values.indices where claims.values[place].claim.task == task {
      claims.values[place].isDue = true
    }
  }

  /// Looks again at claims for which something may have come. The one that has waited longest goes first.
  public mutating func serveOpenClaims(at now: Moment, entropy: inout Entropy) {
    // What one is given may be what another had to wait for: that other is looked at again, until nobody is.
    repeat {
      for worker in state.drainDueClaimants() { markClaimDue(of: worker) }
    } while lookAtOpenClaims(at: now, entropy: &entropy)
  }

  /// - Returns: whether there may be more to give: another look is due.
  private mutating func lookAtOpenClaims(at now: Moment, entropy: inout Entropy) -> Bool {
    guard !claims.isEmpty, state.claimableCount > 0 || namedClaims > 0 else { return false }
    var over: [WorkerID] = []
    for place in claims.values.indices {
      let open = claims.values[place]
      guard open.isDue || open.seenGeneration != state.matchingGeneration else { continue }
      guard connections[open.connection]?.isServed == true else {
        over.append(claims.keys[place])
        continue
      }
      // It is looked at when it is heard: until then nobody knows whether there is anybody.
      guard isHeard(open.claim.worker, at: now) else { continue }
      claims.values[place].isDue = false
      claims.values[place].seenGeneration = state.matchingGeneration
      if serve(open, waits: true, at: now, entropy: &entropy) { over.append(claims.keys[place]) }
      if state.claimableCount == 0, namedClaims == 0 { break }
    }
    for worker in over { removeOpenClaim(of: worker) }
    return !over.isEmpty && state.hasDueClaimants
  }

  /// The worker was set aside: its open claim is answered with the reason.
  mutating func refuseOpenClaim(of worker: WorkerID) {
    guard let open = claims[worker], let record = state.workers[worker]?.record, record.pause == nil else { return }
    do throws(Rejection) { try QueueState.mayClaim(record) } catch {
      removeOpenClaim(of: worker)
      answer(open.connection, tag: open.tag, .failure(error))
    }
  }

  /// True if the claim was answered.
  private mutating func serve(_ open: OpenClaim, waits: Bool, at now: Moment, entropy: inout Entropy) -> Bool {
    guard isHeard(open.claim.worker, at: now) else { return false }
    // A paused worker's claim stays open until it is resumed; any other refusal is an answer.
    if waits, let worker = state.workers[open.claim.worker]?.record, worker.pause != nil, worker.unregistering == nil {
      return false
    }
    let result = result { queue throws(Rejection) in
      try queue.perform(.claim(open.claim), at: now, entropy: &entropy)
    }
    if waits {
      switch result {
      case .success(.claimed(let tasks)) where tasks.isEmpty: return false
      case .failure where isStillToCome(open.claim): return false
      default: break
      }
    }
    answer(open.connection, tag: open.tag, result)
    return true
  }

  /// Whether the one task that a claim names can still become claimable by this worker, without any attempt between.
  private func isStillToCome(_ claim: Claim) -> Bool {
    guard let task = claim.task, let slot = state.tasks.slot(task), let worker = state.workers[claim.worker]?.record
    else {
      return false
    }
    do throws(Rejection) { try QueueState.mayClaim(worker) } catch { return false }
    return state.tasks[slot].state == .inactive || state.tasks[slot].state == .available
  }
}
