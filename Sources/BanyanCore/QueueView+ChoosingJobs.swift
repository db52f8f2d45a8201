/// Jobs by what is kept of all of them (``JobChoice``): by number and by name they are found, and of the others their counts
/// and their owners are looked at, where they lie.
extension QueueView {
  /// Every job of a choice, in any order, until the body answers false.
  public func forEachJob<Failure: Error>(
    of choice: JobChoice, _ body: (JobRecord) throws(Failure) -> Bool
  ) throws(Failure) {
    var search = JobSearch(tasks, choice)
    for row in search.candidates ?? Array(tasks.jobs.allRows) where search.fits(row) {
      guard try body(tasks.jobRecord(row)) else { return }
    }
  }

  /// Jobs of a choice in the order of their numbers.
  /// - Parameters:
  ///   - choice: which of them.
  ///   - number: only those behind this one; nil: all.
  ///   - backwards: the newest first; `number` has to be nil then.
  ///   - first: so many of them are passed over.
  ///   - count: the most that are told.
  /// - Returns: those jobs, and how many are of the choice, whatever their numbers.
  public func jobs(
    of choice: JobChoice, after number: JobNumber?, backwards: Bool = false, from first: Int = 0, atMost count: Int
  ) -> (jobs: [JobRecord], total: Int) {
    var search = JobSearch(tasks, choice)
    let (few, total) = search.found(atMost: 8192)
    guard count > 0, first < total else { return ([], total) }
    if let few {
      let behind = few.filter { tasks.jobs.number(of: $0) > number ?? JobNumber(0) }
        .sorted { (tasks.jobs.number(of: $0) < tasks.jobs.number(of: $1)) != backwards }
      return (behind.dropFirst(first).prefix(count).map(tasks.jobRecord), total)
    }
    var (found, passed): ([JobRecord], Int) = ([], 0)
    forEachJobRow(from: (number?.value ?? 0) + 1, backwards: backwards) { row in
      guard search.fits(row) else { return true }
      if passed < first {
        passed += 1
      } else {
        found.append(tasks.jobRecord(row))
      }
      return found.count < count
    }
    return (found, total)
  }
}

/// A look for the jobs of a choice.
private struct JobSearch {
  private let tasks: TaskTable
  private let choice: JobChoice
  /// The tasks of jobs of one task whose jobs are of the choice, but for their names and numbers.
  private var single: TaskSearch
  /// The rows that numbers and names leave; nil: all.
  let candidates: [Slot]?

  init(_ tasks: TaskTable, _ choice: JobChoice) {
    self.tasks = tasks
    self.choice = choice
    var wanted = TaskChoice()
    wanted.owners = choice.owners
    wanted.standings = Standings { choice.states.contains($0.member.state) }
    single = TaskSearch(tasks, wanted)
    candidates =
      choice.numbers.map { $0.compactMap { tasks.jobs.row($0) } }
      ?? choice.names.map { names in
        Array(Set(names.flatMap { tasks.jobRows(shownAs: $0.text) }))
      }
  }

  /// Whether a job is of the choice.
  mutating func fits(_ row: Slot) -> Bool {
    if let names = choice.names {
      guard let name = tasks.jobRecord(row).name, names.contains(CodePoints(name)) else { return false }
    }
    guard tasks.jobs.hasBook(row) else {
      guard let slot = tasks.jobs.onlyTask(of: row) else {
        return choice.owners == nil && choice.states.contains(JobCounts().state)
      }
      return single.fits(slot)
    }
    return tasks.jobs.withBook(of: row) { book in
      choice.states.contains(book.counts.state) && choice.owners?.contains(CodePoints(book.spec.owner)) ?? true
    } ?? false
  }

  /// The rows of all jobs of the choice, if they are few, and how many there are.
  mutating func found(atMost most: Int) -> (rows: [Slot]?, count: Int) {
    if choice.states.count == JobState.allCases.count, choice.owners == nil, candidates == nil {
      return (nil, tasks.jobs.count)
    }
    var (rows, count): ([Slot], Int) = ([], 0)
    func visit(_ row: Slot) {
      guard fits(row) else { return }
      count += 1
      if count <= most { rows.append(row) }
    }
    if let candidates { candidates.forEach { visit($0) } } else { tasks.jobs.allRows.forEach { visit($0) } }
    return (count <= most ? rows : nil, count)
  }
}

extension MemberState {
  /// What a job is whose only member this is.
  fileprivate var state: JobState {
    var counts = JobCounts()
    counts[self] = 1
    return counts.state
  }
}

extension TaskTable {
  /// The jobs that may be shown under a name: those that have it themselves, and those of one task that has it.
  fileprivate func jobRows(shownAs name: String) -> [Slot] {
    jobs.rows(named: name) + all(named: name).map { self[$0].job }.filter { $0 != .none }
  }
}
