extension Forecast {
  /// Plays the queue forward.
  /// - Parameters:
  ///   - source: the queue, and who asks for tasks.
  ///   - maxStarts: so many tasks are told of beside those that run.
  ///   - budget: how long it may take, in the unit of `spent`; what comes too late then isn't told.
  ///   - spent: how long it has taken.
  public init(
    _ source: ForecastSource, maxStarts: Int = Self.maxStarts, budget: Int64 = .max, spent: () -> Int64 = { 0 }
  ) {
    self.init(time: source.now, sequence: source.state.sequence)
    var likely = Rehearsal(source, RunTimes(source.state), pace: .likely, maxStarts: maxStarts)
    likely.play { spent() <= budget / 5 * 2 }
    isCut = likely.isCut
    guard !likely.isSure else {
      let outlook = Outlook(likely)
      take(outlook, outlook, outlook, source)
      return
    }
    var quick = Rehearsal(source, likely.times, pace: .quick, maxStarts: maxStarts)
    quick.play { spent() <= budget / 10 * 7 }
    var slow = Rehearsal(source, quick.times, pace: .slow, maxStarts: maxStarts)
    slow.play { spent() <= budget }
    take(Outlook(likely), Outlook(quick), Outlook(slow), source)
  }

  /// What one rehearsal says.
  private struct Outlook {
    let runs: [Rehearsal.Run]
    /// Places in ``runs`` by slot.
    private(set) var places: [Slot: Int]
    /// By the job's row.
    private(set) var jobs: [Slot: Job] = [:]

    struct Job {
      var start = Int64.max
      var end = Int64.min
      /// Members whose ends are in it.
      var count = 0

      mutating func note(start: Int64, end: Int64) {
        self.start = min(self.start, start)
        self.end = max(self.end, end)
        count += 1
      }
    }

    init(_ rehearsal: Rehearsal) {
      runs = rehearsal.runs
      places = Dictionary(minimumCapacity: runs.count)
      for place in runs.indices {
        let run = runs[place]
        places[run.slot] = place
        note(run.slot, start: run.start ?? .max, end: run.end, rehearsal.state)
      }
      for (slot, time) in rehearsal.passed { note(slot, start: .max, end: time, rehearsal.state) }
    }

    private mutating func note(_ slot: Slot, start: Int64, end: Int64, _ state: borrowing QueueState) {
      let row = state.tasks[slot].job
      jobs[row, default: Job()].note(start: start, end: end)
    }

    subscript(slot: Slot) -> Rehearsal.Run? { places[slot].map { runs[$0] } }
  }

  private mutating func take(_ likely: Outlook, _ quick: Outlook, _ slow: Outlook, _ source: ForecastSource) {
    let table = source.state.tasks
    tasks.reserveCapacity(likely.runs.count)
    order.reserveCapacity(likely.runs.count)
    for run in likely.runs {
      let (short, long) = (quick[run.slot], slow[run.slot])
      let start = run.start.flatMap { Estimate(likely: $0, quick: short?.start, slow: long?.start, now: time) }
      let end = Estimate(likely: run.end, quick: short?.end, slow: long?.end, now: start?.earliest ?? time)
      let id = table[run.slot].id
      tasks[id] = Expectation(start: start, end: end, hold: run.hold.map { Self.hold($0, table) })
      order.append(id)
    }
    for (row, job) in likely.jobs where row != .none {
      let (unended, hasStarted) = table.progress(ofJob: row)
      func end(_ job: Outlook.Job?) -> Int64? { job.flatMap { $0.count == unended ? $0.end : nil } }
      var expectation = JobExpectation()
      if !hasStarted {
        expectation.start = Estimate(
          likely: job.start, quick: quick.jobs[row]?.start, slow: slow.jobs[row]?.start, now: time)
      }
      if let likely = end(job) {
        expectation.end = Estimate(likely: likely, quick: end(quick.jobs[row]), slow: end(slow.jobs[row]), now: time)
      }
      if expectation.start != nil || expectation.end != nil { jobs[table.jobs.number(of: row)] = expectation }
    }
  }

  private static func hold(_ hold: Rehearsal.Hold, _ table: borrowing TaskTable) -> Hold {
    switch hold {
    case .parent(let slot): .parent(table[slot].id)
    case .delay: .delay
    case .limit(let slot): .limit(table[slot].id)
    case .room(let slot, let worker): .room(table[slot].id, on: worker)
    case .worker(let worker): .worker(worker)
    }
  }
}

extension TaskTable {
  /// How many members of a job have not ended, and whether an attempt of it has begun.
  fileprivate func progress(ofJob row: Slot) -> (unended: Int, hasStarted: Bool) {
    if let book = jobs.book(of: row) {
      let unended = MemberState.allCases.reduce(0) { $0 + ($1.isEnded ? 0 : Int(book.counts[$1])) }
      return (unended, book.started != 0)
    }
    guard let slot = jobs.onlyTask(of: row) else { return (0, false) }
    return (self[slot].state.isEnded ? 0 : 1, !self[slot].attempts.isEmpty)
  }
}
