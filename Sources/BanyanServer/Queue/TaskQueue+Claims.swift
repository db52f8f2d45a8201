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
    if let place = openClaims.firstIndex(where: { $0.claim.worker == claim.worker }) {
      let old = openClaims.remove(at: place)
      answer(old, .success(.claimed([])))
    }
    let waiting = OpenClaim(claim: claim, tag: tag, recipient: recipient, seenArrivals: state.arrivals)
    if !serve(waiting) { openClaims.append(waiting) }
  }

  func endWait(_ worker: WorkerID, tag: UInt64) {
    guard let place = openClaims.firstIndex(where: { $0.claim.worker == worker && $0.tag == tag }) else { return }
    answer(openClaims.remove(at: place), .success(.claimed([])))
  }

  func dropOpenClaim(of worker: WorkerID) { openClaims.removeAll { $0.claim.worker == worker } }

  /// The worker's open claim deserves another look.
  func stir(_ worker: WorkerID) {
    for place in openClaims.indices where openClaims[place].claim.worker == worker {
      openClaims[place].isStirred = true
    }
  }

  /// Looks again at claims for which something may have come. The one that has waited longest goes first.
  func serveOpenClaims() {
    guard !openClaims.isEmpty, state.claimableCount > 0 else { return }
    var served: [Int] = []
    for place in openClaims.indices {
      guard openClaims[place].isStirred || openClaims[place].seenArrivals != state.arrivals else { continue }
      openClaims[place].isStirred = false
      openClaims[place].seenArrivals = state.arrivals
      if serve(openClaims[place]) { served.append(place) }
      if state.claimableCount == 0 { break }
    }
    for place in served.reversed() { openClaims.remove(at: place) }
  }

  /// True if the claim was answered.
  private func serve(_ waiting: OpenClaim) -> Bool {
    // A paused worker's claim stays open until it is resumed; any other refusal is an answer.
    if let worker = state.worker(waiting.claim.worker)?.record, worker.pause != nil, worker.unregistering == nil {
      return false
    }
    do throws(Rejection) {
      let answer = try decide(.claim(waiting.claim))
      if case .claimed(let tasks) = answer, tasks.isEmpty { return false }
      self.answer(waiting, .success(answer))
    } catch {
      self.answer(waiting, .failure(error))
    }
    return true
  }

  private func answer(_ waiting: OpenClaim, _ result: Result<Answer, Rejection>) {
    outbox.add(
      Delivery(tag: waiting.tag, content: .answer(result)), to: waiting.recipient, after: state.sequence)
  }
}
