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
    case .taskCreated(_, _, _, let place): place?.job
    default: nil
    }
  }

  /// The place of its task, where it says it.
  var place: JobPlace? {
    if case .taskCreated(_, _, _, let place) = self { place } else { nil }
  }

  /// Tasks are gone by it.
  var removesTasks: Bool { if case .tasksForgotten = self { true } else { false } }

  func concerns(_ tasks: Set<TaskID>) -> Bool {
    if case .tasksForgotten(let ids) = self { return ids.contains { tasks.contains($0) } }
    return task.map { tasks.contains($0) } ?? false
  }
}
