import BanyanCore

/// Jobs: what one submission made is one, and a retry stands where the task stood that it tries again.
extension Witness {
  /// A job was made that tasks follow.
  mutating func open(_ job: JobSpec, _ command: Command, at now: Int64) {
    guard case .submit(let submission) = command else {
      return fail(.jobs, "job \(job.number) was made by no submission")
    }
    let isRight =
      job.number.value == nextJob && job.owner == submission.by.name && job.created == now
      && submission.tasks.count > 1 && openedJob == nil && made.isEmpty
    if !isRight { fail(.jobs, "job \(job.number) of \(job.owner) was made; the next is \(nextJob)") }
    openedJob = job.number
    nextJob += 1
  }

  /// A task was made at a place.
  mutating func stand(_ id: TaskID, at place: JobPlace?, _ command: Command) {
    guard let place else { return fail(.jobs, "the task \(id) was made at no place") }
    switch command {
    case .submit(let submission):
      if submission.tasks.count == 1, openedJob == nil {
        openedJob = JobNumber(nextJob)
        nextJob += 1
      }
      if place.job != openedJob || Int(place.member) != made.count + 1 {
        fail(.jobs, "the task \(id) is member \(place.member) of job \(place.job)")
      }
    case .retry:
      let original = originals.flatMap { made.count < $0.count ? $0[made.count] : nil }
      if original.flatMap({ places[$0] }) != place {
        fail(.jobs, "the copy \(id) of \(Portrait.text(original)) is member \(place.member) of job \(place.job)")
      }
    default: fail(.jobs, "the task \(id) was made by no submission")
    }
    places[id] = place
    standing[place, default: []].append(id)
  }

  /// A task is forgotten: of what stood at its place the rest stays.
  mutating func leavePlace(_ id: TaskID) {
    guard let place = places.removeValue(forKey: id) else { return }
    standing[place]?.removeAll { $0 == id }
    if standing[place]?.isEmpty == true { standing[place] = nil }
  }

  /// Whether another task was made in this one's place.
  func isReplaced(_ id: TaskID) -> Bool { places[id].flatMap { standing[$0]?.last } != id }

  /// The task that stands at the place of this one, or stood there before others were made.
  func newest(of id: TaskID, before others: [TaskID] = []) -> TaskID {
    places[id].flatMap { standing[$0]?.last { !others.contains($0) } } ?? id
  }

  /// What lies below a task: its own continuations, and those of the tasks that stood at its place before.
  func below(_ id: TaskID) -> [TaskID] {
    let before = places[id].flatMap { standing[$0] }?.prefix { $0 != id } ?? []
    return ([id] + before.reversed()).flatMap { tasks[$0]?.children ?? [] }
  }

  /// The jobs that the command at hand concerned count what their tasks tell.
  mutating func checkJobs(_ state: QueueState) {
    let view = state.view
    for job in Set((touched + made).compactMap { places[$0]?.job }) {
      var counts = JobCounts()
      for (place, ids) in standing where place.job == job {
        guard let task = ids.last.flatMap({ tasks[$0] }) else { continue }
        counts[task.memberState] += 1
      }
      let record = view.job(job)
      require(record?.counts == counts, .jobs, "job \(job) counts \(Portrait.text(record?.counts)), not \(counts)")
    }
    for id in Set(touched + made) {
      guard let place = places[id] else { continue }
      let row = standing[place] ?? []
      let index = row.firstIndex(of: id) ?? 0
      let (before, behind) = (index > 0 ? row[index - 1] : nil, index + 1 < row.count ? row[index + 1] : nil)
      let record = state.record(id)
      require(
        record?.place == place && record?.replaces == before && record?.replacedBy == behind, .jobs,
        "the task \(id) stands at another place than member \(place.member) of job \(place.job)")
    }
  }
}

extension Witness.Task {
  fileprivate var memberState: MemberState {
    switch state {
    case .inactive: isHeld ? .held : .inactive
    case .available: isHeld ? .held : .available
    case .running: .running
    case .pendingCancellation: .pendingCancellation
    case .cancelled: .cancelled
    case .terminated: hasSucceeded ? .succeeded : hasFailedForGood ? .failed : .cancelled
    }
  }
}
