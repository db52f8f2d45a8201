import BanyanCore

/// Jobs that somebody watches: while there are any, the place of each event's task is looked up as it happens, and how
/// the jobs stand is told, at most ten times a second.
struct WatchedJobs {
  /// Milliseconds between two tellings.
  static let interval: Int64 = 100

  /// How many watch each.
  private var watchers: [JobNumber: Int] = [:]
  /// Places of tasks of watched jobs, by the sequence of what happened to them: those that the feed wasn't told.
  private var places: [UInt64: JobPlace] = [:]
  /// What stands otherwise than it was told.
  private var changed: Set<JobNumber> = []
  /// When it was last told, on the monotonic clock.
  private var toldAt: Int64 = .min / 2
  private var isAlarmSet = false

  var isEmpty: Bool { watchers.isEmpty }
  func contains(_ job: JobNumber) -> Bool { watchers[job] != nil }

  mutating func add(_ jobs: Set<JobNumber>) { for job in jobs { watchers[job, default: 0] += 1 } }

  mutating func remove(_ jobs: Set<JobNumber>) {
    for job in jobs {
      guard let count = watchers[job] else { continue }
      watchers[job] = count > 1 ? count - 1 : nil
      if count == 1 { changed.remove(job) }
    }
    if watchers.isEmpty { places = [:] }
  }

  /// Something happened to a watched job, or to a task of it.
  mutating func note(_ place: JobPlace?, _ job: JobNumber, at sequence: UInt64) {
    if let place { places[sequence] = place }
    changed.insert(job)
  }

  /// Tasks are gone, and their places with them: any of the jobs may have changed.
  mutating func noteAll() { changed.formUnion(watchers.keys) }

  mutating func takePlaces() -> [UInt64: JobPlace] {
    defer { places = [:] }
    return places
  }

  /// What is to be told now; empty: nothing, or not yet.
  mutating func takeChanged(at now: Int64) -> [JobNumber] {
    guard !changed.isEmpty, now - toldAt >= Self.interval else { return [] }
    defer { changed = [] }
    toldAt = now
    return changed.sorted()
  }

  /// When the next telling is due, if it isn't scheduled yet.
  mutating func nextAlarm() -> Int64? {
    guard !changed.isEmpty, !isAlarmSet else { return nil }
    isAlarmSet = true
    return toldAt + Self.interval
  }

  mutating func alarmRang() { isAlarmSet = false }
}

extension TaskQueue {
  /// What a watcher of jobs begins with.
  struct JobWatch: Sendable {
    /// By which the places of what has happened already are found.
    let view: QueueView
    /// Places of what has happened and isn't told yet.
    let places: [UInt64: JobPlace]
    /// How the jobs stand; those that aren't there are left out.
    let jobs: [JobNotice]
    /// To be called when nobody watches any more.
    let end: @Sendable () -> Void
  }

  /// Looks after these jobs until the watch is ended. Called back once what it shows is durable.
  nonisolated func watch(_ jobs: Set<JobNumber>, _ ready: @escaping @Sendable (JobWatch) -> Void) {
    onLoop { queue in
      queue.watchedJobs.add(jobs)
      var places: [UInt64: JobPlace] = [:]
      for frame in queue.writing + queue.gathered {
        for (offset, event) in frame.events.enumerated() {
          guard let place = (event.task ?? event.remade).flatMap({ queue.state.place(of: $0) }),
            jobs.contains(place.job)
          else {
            continue
          }
          places[frame.firstSequence + UInt64(offset)] = place
        }
      }
      let standing = jobs.sorted().compactMap { number in
        queue.state.job(number).map { JobNotice(number: number, record: $0) }
      }
      let watch = JobWatch(view: queue.state.view, places: places, jobs: standing) { [weak queue] in
        queue?.onLoop { $0.watchedJobs.remove(jobs) }
      }
      queue.outbox.add(after: queue.state.sequence) { ready(watch) }
      queue.endTurn()
    }
  }

  /// Remembers what watchers of jobs are to be told of these events. What happened last is seen in the state.
  func noteJobs(of events: [Event], from first: UInt64) {
    guard !watchedJobs.isEmpty else { return }
    for (offset, event) in events.enumerated() {
      if let place = (event.task ?? event.remade).flatMap({ state.place(of: $0) }) {
        if watchedJobs.contains(place.job) { watchedJobs.note(place, place.job, at: first + UInt64(offset)) }
      } else if let job = event.job {
        if watchedJobs.contains(job) { watchedJobs.note(nil, job, at: first + UInt64(offset)) }
      } else if event.removesTasks {
        watchedJobs.noteAll()
      }
    }
  }

  /// Tells how watched jobs stand, if it is time.
  func tellJobs() {
    let jobs = watchedJobs.takeChanged(at: clock.monotonic)
    if !jobs.isEmpty {
      let notices = jobs.map { JobNotice(number: $0, record: state.job($0)) }
      outbox.add(after: state.sequence) { [feed] in feed.publish(notices) }
      endTurn()
    }
    if let alarm = watchedJobs.nextAlarm() {
      _ = clock.schedule(at: alarm, on: loop) {
        self.assumeIsolated { queue in
          queue.watchedJobs.alarmRang()
          queue.tellJobs()
        }
      }
    }
  }
}

/// How a job stands.
struct JobNotice: Sendable {
  let number: JobNumber
  /// nil: it was forgotten.
  let record: JobRecord?
}
