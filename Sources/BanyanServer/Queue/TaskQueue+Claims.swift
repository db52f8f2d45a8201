import BanyanCore

/// Claims that wait: served the moment that work appears or resources come free.
extension TaskQueue {
  struct OpenClaim {
    var claim: Claim
    var tag: UInt64
    var recipient: any Recipient
    /// Nothing new has come since this many arrivals: no second look is needed.
    var seenArrivals: UInt64
    /// The worker's resources or its registration changed since the last look.
    var isStirred = false
  }

  /// A claim that may wait. A newer one of the same worker replaces it, and it is answered with no tasks.
  func open(_ claim: Claim, tag: UInt64, from recipient: any Recipient) {
    if let old = openClaims.removeValue(forKey: claim.worker) { answer(old, .success(.claimed([]))) }
    let waiting = OpenClaim(claim: claim, tag: tag, recipient: recipient, seenArrivals: state.arrivals)
    if !serve(waiting) { openClaims[claim.worker] = waiting }
  }

  func endWait(_ worker: WorkerID, tag: UInt64) {
    guard let waiting = openClaims[worker], waiting.tag == tag else { return }
    openClaims.removeValue(forKey: worker)
    answer(waiting, .success(.claimed([])))
  }

  func dropOpenClaim(of worker: WorkerID) { openClaims.removeValue(forKey: worker) }

  /// The worker's open claim deserves another look.
  func stir(_ worker: WorkerID) { openClaims[worker]?.isStirred = true }

  /// Looks again at claims for which something may have come. The one that has waited longest goes first.
  func serveOpenClaims() {
    // What one is given may be what another had to wait for: that other is looked at again, until nobody is.
    repeat {
      for worker in state.takeStirred() { stir(worker) }
    } while lookAtOpenClaims()
  }

  /// - Returns: whether there may be more to give: another look is due.
  private func lookAtOpenClaims() -> Bool {
    guard !openClaims.isEmpty, state.claimableCount > 0 else { return false }
    var served: Set<WorkerID> = []
    for place in openClaims.values.indices {
      guard openClaims.values[place].isStirred || openClaims.values[place].seenArrivals != state.arrivals else {
        continue
      }
      openClaims.values[place].isStirred = false
      openClaims.values[place].seenArrivals = state.arrivals
      if serve(openClaims.values[place]) { served.insert(openClaims.keys[place]) }
      if state.claimableCount == 0 { break }
    }
    if !served.isEmpty { openClaims.removeAll { served.contains($0.key) } }
    return !served.isEmpty && state.hasStirred
  }

  /// The worker was set aside: its open claim is answered with the reason.
  func refuseOpenClaim(of worker: WorkerID) {
    guard let waiting = openClaims[worker], serve(waiting) else { return }
    openClaims.removeValue(forKey: worker)
  }

  /// True if the claim was answered.
  private func serve(_ waiting: OpenClaim) -> Bool {
    // A paused worker's claim stays open until it is resumed; any other refusal is an answer.
    if let worker = state.worker(waiting.claim.worker)?.record, worker.pause != nil, worker.unregistering == nil {
      return false
    }
    let result = self.result(of: { () throws(Rejection) in try decide(.claim(waiting.claim)) })
    if case .success(.claimed(let tasks)) = result, tasks.isEmpty { return false }
    answer(waiting, result)
    return true
  }

  private func answer(_ waiting: OpenClaim, _ result: Result<Answer, Rejection>) {
    outbox.add(
      Delivery(tag: waiting.tag, content: .answer(result)), to: waiting.recipient, after: state.sequence)
  }
}
