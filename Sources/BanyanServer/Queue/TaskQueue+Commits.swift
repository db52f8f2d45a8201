import BanyanCore
import BanyanStore

/// Drives the ``CommitCycle``: what was decided goes to the journal, and what it shows is told once it is durable.
extension TaskQueue {
  /// Ends the turn behind all that waits for one already: what came at the same time shares a write.
  func endTurn() {
    guard !isTurnEnding else { return }
    isTurnEnding = true
    loop.execute {
      self.assumeIsolated { queue in
        queue.isTurnEnding = false
        queue.endOfBatch()
      }
    }
  }

  /// Serves who waits, lets the cycle know what has gathered, and tells what is durable.
  func endOfBatch() {
    linked.serveOpenClaims(at: now, entropy: &entropy)
    carry()
    armWatchdog()
    advance(.turnEnded(frames: gathered.count, typicalTime: committer.typicalTime))
    if !isBroken { outbox.release(upTo: durable) }
  }

  /// Tells the cycle what happened, and does what it says.
  /// - Returns: what it said; nil: it has no place for that now.
  @discardableResult
  func advance(_ event: CommitCycle.Event) -> CommitCycle.Action? {
    guard let action = cycle.handle(event) else { return nil }
    // The two by which commands are refused.
    if linked.hasRoom != hasRoom { linked.hasRoom = hasRoom }
    if linked.isBroken != isBroken { linked.isBroken = isBroken }
    switch action {
    case .nothing, .giveUp: break
    case .write: write()
    case .writeNothing: committer.commit([]) { self.committed($0) }
    case .delay(let nanoseconds):
      loop.scheduleTask(in: .nanoseconds(Int64(nanoseconds))) {
        self.assumeIsolated { _ = $0.advance(.delayOver) }
      }
    case .endTurn: endOfBatch()
    case .release(let looksLater):
      release()
      if looksLater { scheduleInASecond(.lookDue) }
      endOfBatch()
    case .retryLater: scheduleInASecond(.retryDue)
    }
    return action
  }

  private func scheduleInASecond(_ event: CommitCycle.Event) {
    _ = clock.schedule(at: clock.monotonic + 1000, on: loop) { self.assumeIsolated { _ = $0.advance(event) } }
  }

  private func write() {
    writing = gathered
    gathered = []
    if let outcome = committer.commitAtOnce(writing) { return finish(outcome) }
    committer.commit(writing) { self.committed($0) }
  }

  private nonisolated func committed(_ outcome: Committer.Outcome) {
    loop.execute { self.assumeIsolated { $0.finish(outcome) } }
  }

  private func finish(_ outcome: Committer.Outcome) {
    let hadRoom = hasRoom
    switch outcome {
    case .durable(let sequence, let hasRoom):
      if hasRoom != hadRoom {
        logger.notice(
          hasRoom ? "The journal's disk has room again." : "The journal's disk is full: no new tasks are taken.")
      }
      durable = max(durable, sequence)
      advance(.durable(hasRoom: hasRoom))
    case .full:
      if hadRoom { logger.error("The journal's disk is full: nothing can be acknowledged until there is room.") }
      advance(.full)
    case .failed(let error):
      guard advance(.failed) != nil else { return }
      logger.critical("The journal can't be written: \(error.message)")
      onFailure(error)
    }
  }

  /// What was being written may be told: to who waits for so much to have happened, and to who watches. (What waits in the
  /// outbox goes with the end of the turn.)
  private func release() {
    let frames = writing
    writing = []
    checkMilestone()
    if !watchedJobs.isEmpty { feed.note(watchedJobs.takePlaces()) }
    feed.publish(frames)
    if !watchedJobs.isEmpty { tellJobs() }
    if frames.contains(where: { $0.events.contains(where: \.isAboutUsers) }) { onUsersChanged(state.allUsers) }
  }
}

extension Event {
  /// It changes who may do what.
  fileprivate var isAboutUsers: Bool {
    switch self {
    case .userChanged, .userRevoked: true
    default: false
    }
  }
}
