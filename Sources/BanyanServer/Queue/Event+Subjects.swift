import BanyanCore

/// What events are about, for those who watch some things only.
extension Event {
  /// The task that it is about; nil: it is about none, or about several.
  var task: TaskID? {
    switch self {
    case .taskCreated(let id, _, _, _), .taskEdited(let id, _), .taskHeld(let id, _), .continuationsAdded(let id, _),
      .continuationsRemoved(let id, _), .taskMadeAvailable(let id, _), .taskDue(let id), .groupPassed(let id),
      .taskCancelled(let id, _), .taskClaimed(let id, _), .attemptStarted(let id, _, _), .attemptUpdated(let id, _),
      .cancellationRequested(let id, _, _, _), .attemptEnded(let id, _):
      id
    default: nil
    }
  }

  /// The job that it says it is about.
  var job: JobNumber? {
    switch self {
    case .jobCreated(let spec): spec.number
    case .jobMade(let making): making.spec.number
    case .taskCreated(_, _, _, let place): place?.job
    case .jobLabelled(let job, _), .jobLimited(let job, _), .jobForgotten(let job): job
    default: members?.job
    }
  }

  /// The members of a job that it is about as such: whichever tasks are theirs.
  var members: (job: JobNumber, ranges: [ClosedRange<UInt32>])? {
    switch self {
    case .membersMadeAvailable(let job, let ranges, _), .membersCancelled(let job, let ranges, _),
      .membersHeld(let job, let ranges, _), .membersEdited(let job, let ranges, _),
      .tieMade(_, let job, _, let ranges):
      (job, ranges)
    case .jobMade(let making) where making.spec.familyMemberCount > 0:
      (making.spec.number, [1...UInt32(clamping: making.spec.familyMemberCount)])
    case .jobForgotten(let job): (job, [1...JobPlace.maxMembers])
    default: nil
    }
  }

  /// The place of its task, where it says it.
  var place: JobPlace? {
    if case .taskCreated(_, _, _, let place) = self { place } else { nil }
  }

  /// Tasks are gone by it.
  var removesTasks: Bool { if case .tasksForgotten = self { true } else { false } }

  /// One of the tasks that were made anew by it: they are of one job.
  var remade: TaskID? { if case .tasksRemade(let pairs, _) = self { pairs.first?.new } else { nil } }

  func concerns(_ tasks: Set<TaskID>) -> Bool {
    switch self {
    case .tasksForgotten(let ids): return ids.contains { tasks.contains($0) }
    case .tasksRemade(let pairs, _): return pairs.contains { tasks.contains($0.new) || tasks.contains($0.old) }
    default: break
    }
    return task.map { tasks.contains($0) } ?? false
  }
}
