import BanyanCore

/// What must hold over time, told by events alone and kept apart from the state that is tested.
struct Laws {
  /// Those that are not forgotten, in the order in which they were made.
  private(set) var tasks: [TaskID] = []
  private var made: Set<TaskID> = []
  private var claims: [TaskID: UInt32] = [:]
  private var live: [TaskID: UInt32] = [:]
  private var ended: Set<TaskID> = []
  private var parents: [TaskID: Set<TaskID>] = [:]
  private var succeeded: Set<TaskID> = []
  /// A cancellation was requested of these: whatever comes next ends them.
  private var cancelling: [TaskID: Int64] = [:]

  /// Takes what happened, and tells every law that it breaks.
  mutating func take(_ events: [Event]) -> [String] {
    var broken: [String] = []
    for event in events { take(event, &broken) }
    return broken
  }

  /// The claim that holds a task now.
  func liveClaim(_ task: TaskID) -> UInt32? { live[task] }

  private mutating func take(_ event: Event, _ broken: inout [String]) {
    switch event {
    case .taskCreated(let id, _, _):
      if made.insert(id).inserted { tasks.append(id) } else { broken.append("task \(id) was made twice") }
    case .continuationsAdded(let parent, let children):
      for child in children { parents[child, default: []].insert(parent) }
    case .continuationsRemoved(let parent, let children):
      for child in children { parents[child]?.remove(parent) }
    case .cancellationRequested(let id, let killDue, _, _):
      if live[id] == nil { broken.append("task \(id): its cancellation was requested, but nobody holds it") }
      if let earlier = cancelling[id], killDue > earlier { broken.append("task \(id): its grace was lengthened") }
      cancelling[id] = killDue
    case .taskMadeAvailable(let id, _):
      if ended.contains(id) { broken.append("task \(id) has ended and was made available") }
      if !(parents[id] ?? []).isSubset(of: succeeded) {
        broken.append("task \(id) was made available before all its parents succeeded")
      }
    case .taskClaimed(let id, let attempt):
      if let other = live[id] { broken.append("task \(id) was claimed while claim \(other) is live") }
      if ended.contains(id) { broken.append("task \(id) has ended and was claimed") }
      if attempt.claimNumber <= claims[id] ?? 0 { broken.append("task \(id): the claim number doesn't rise") }
      claims[id] = attempt.claimNumber
      live[id] = attempt.claimNumber
    case .attemptEnded(let id, let end):
      if live.removeValue(forKey: id) == nil { broken.append("task \(id): an attempt ended that was not live") }
      let wasCancelling = cancelling.removeValue(forKey: id) != nil
      switch end.outcome {
      case .succeeded, .retried, .givenBack, .lost:
        if wasCancelling { broken.append("task \(id) was to be cancelled, and goes on as \(end.outcome)") }
      default: break
      }
      switch end.outcome {
      case .succeeded:
        succeeded.insert(id)
        finish(id, &broken)
      case .failed, .succeededTooLate, .cancelled, .lostTooOften: finish(id, &broken)
      case .retried, .givenBack, .lost: break
      }
    case .groupPassed(let id):
      succeeded.insert(id)
      finish(id, &broken)
    case .taskCancelled(let id, _):
      if live[id] != nil { broken.append("task \(id) was cancelled under a live attempt") }
      finish(id, &broken)
    case .tasksForgotten(let ids):
      let gone = Set(ids)
      tasks.removeAll { gone.contains($0) }
      for id in ids {
        live[id] = nil
        cancelling[id] = nil
      }
      for child in parents.keys { parents[child]?.subtract(gone) }
    default: break
    }
  }

  private mutating func finish(_ id: TaskID, _ broken: inout [String]) {
    if !ended.insert(id).inserted { broken.append("task \(id) ended twice") }
  }
}
