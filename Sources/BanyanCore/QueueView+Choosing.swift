/// Tasks by what is kept of all of them (``TaskChoice``): a page costs what is on it, and a total nothing.
extension QueueView {
  // MARK: Totals

  /// How many tasks of each owner and queue stand where: of each member its newest.
  public var totals: [TaskTotal] { tasks.totals(replaced: false) }

  /// How many tasks stand in each state (by its raw value), by queue; those that were tried again among them.
  public func countByQueue() -> [CodePoints: [Int]] {
    var counts = [CodePoints(TaskFields.defaultQueue): [Int](repeating: 0, count: TaskState.allCases.count)]
    for total in tasks.totals(replaced: true) {
      var sum = counts[CodePoints(total.queue)] ?? [Int](repeating: 0, count: TaskState.allCases.count)
      for standing in Standing.allCases { sum[Int(standing.state.rawValue)] += total[standing] }
      counts[CodePoints(total.queue)] = sum
    }
    return counts
  }

  /// How many tasks are of a choice: of each member its newest.
  public func count(_ choice: TaskChoice) -> Int {
    var search = TaskSearch(tasks, choice)
    if let jobs = choice.jobs { return search.rows(of: jobs).reduce(0) { $0 + search.count(inJob: $1) } }
    return search.total()
  }

  // MARK: Tasks

  /// Every task of a choice, those that were tried again among them, in the table's order, until the body answers false.
  public func forEachTask<Failure: Error>(
    of choice: TaskChoice, _ body: (TaskRecord) throws(Failure) -> Bool
  ) throws(Failure) {
    var search = TaskSearch(tasks, choice)
    if let jobs = choice.jobs {
      for row in search.rows(of: jobs) {
        for slot in tasks.everyTask(of: row) where search.fits(slot) {
          guard try body(tasks.record(slot)) else { return }
        }
      }
      return
    }
    for piece in 0..<search.pieceCount where search.part(piece) != .nothing {
      for slot in search.slots(piece) where tasks.holdsTask(slot) && search.fits(slot) {
        guard try body(tasks.record(slot)) else { return }
      }
    }
  }

  /// The newest tasks of the jobs of a choice, in their order, until the body answers false. Of all tasks, if it names no jobs.
  public func forEachNewestTask<Failure: Error>(
    of choice: TaskChoice, _ body: (TaskRecord) throws(Failure) -> Bool
  ) throws(Failure) {
    var search = TaskSearch(tasks, choice)
    var failure: Failure?
    func visit(_ row: Slot) -> Bool {
      search.forEachMember(of: row) { slot in
        do throws(Failure) {
          return try body(tasks.record(slot))
        } catch {
          failure = error
          return false
        }
      }
    }
    if let jobs = choice.jobs {
      for row in search.rows(of: jobs) { guard visit(row) else { break } }
    } else {
      forEachJobRow(from: 1, visit)
    }
    if let failure { throw failure }
  }

  /// The newest tasks of a choice in the order of their places: of their jobs, and of their numbers there.
  /// - Parameters:
  ///   - choice: which of them.
  ///   - place: only those behind this one; nil: all.
  ///   - backwards: of the newest job first, and in it of the last member; `place` has to be nil then.
  ///   - first: so many of them are passed over.
  ///   - count: the most that are told.
  /// - Returns: those tasks, and how many are of the choice, wherever they stand.
  public func newestTasks(
    of choice: TaskChoice, after place: JobPlace?, backwards: Bool = false, from first: Int = 0, atMost count: Int
  ) -> (tasks: [TaskRecord], total: Int) {
    var search = TaskSearch(tasks, choice)
    let rows = choice.jobs.map { search.rows(of: $0) }
    let total = rows.map { $0.reduce(0) { $0 + search.count(inJob: $1) } } ?? search.total()
    guard count > 0, first < total else { return ([], total) }
    // Few are put in order; of many the first are soon found where they stand.
    if rows == nil, (total - first) / 8 <= count {
      return (
        search.sorted(after: place, backwards: backwards).dropFirst(first).prefix(count).map { tasks.record($0) }, total
      )
    }
    var (found, passed): ([TaskRecord], Int) = ([], 0)
    func visit(_ row: Slot) -> Bool {
      let known = place.map { tasks.jobs.number(of: row) == $0.job ? Int($0.member) : 0 } ?? 0
      return search.forEachMember(of: row, behind: known, backwards: backwards) { slot in
        if passed < first {
          passed += 1
        } else {
          found.append(tasks.record(slot))
        }
        return found.count < count
      }
    }
    if let rows {
      for row in backwards ? rows.reversed() : rows where tasks.jobs.number(of: row) >= place?.job ?? JobNumber(0) {
        guard visit(row) else { break }
      }
    } else {
      forEachJobRow(from: place?.job.value ?? 1, backwards: backwards, visit)
    }
    return (found, total)
  }
}

extension QueueState {
  /// How many tasks of each owner and queue stand where: of each member its newest.
  public var totals: [TaskTotal] { tasks.totals(replaced: false) }
}

/// A look for the tasks of a choice: pieces of the table that have none of them are passed over.
struct TaskSearch {
  private let tasks: TaskTable
  private let chosen: ChosenKinds
  /// What is known of each piece of the table.
  private var parts: [ChosenPart?]

  init(_ tasks: TaskTable, _ choice: TaskChoice) {
    self.tasks = tasks
    chosen = tasks.tally.kinds(of: choice)
    parts = [ChosenPart?](repeating: nil, count: (tasks.slotCount + TaskRows.pieceSize - 1) / TaskRows.pieceSize)
  }

  // MARK: Pieces

  var pieceCount: Int { parts.count }

  func slots(_ piece: Int) -> Range<Slot> {
    Slot(piece * TaskRows.pieceSize)..<Slot(min((piece + 1) * TaskRows.pieceSize, tasks.slotCount))
  }

  mutating func part(_ piece: Int) -> ChosenPart {
    if let part = parts[piece] { return part }
    var part = tasks.tally.part(piece, chosen)
    // Rows that are not written out are all alike.
    let first = Slot(piece * TaskRows.pieceSize)
    if part == .some, tasks.rows.isUnwritten(slot: first) { part = isChosen(first) ? .all : .nothing }
    parts[piece] = part
    return part
  }

  /// Whether the task in a slot is of the choice.
  mutating func fits(_ slot: Slot) -> Bool {
    switch part(Int(slot) / TaskRows.pieceSize) {
    case .nothing: false
    case .all: true
    case .some: isChosen(slot)
    }
  }

  private func isChosen(_ slot: Slot) -> Bool {
    guard chosen.standings.contains(tasks.standing(slot)) else { return false }
    guard let kinds = chosen.kinds else { return true }
    let kind = tasks[slot].kind
    guard kind != TaskTally.mixed else {
      return chosen.fits(owner: tasks[slot].spec.owner, queue: tasks[slot].spec.queue)
    }
    return kinds[Int(kind)]
  }

  private mutating func forEachNewest(_ body: (Slot) -> Void) {
    for piece in 0..<pieceCount where part(piece) != .nothing {
      for slot in slots(piece) where tasks.holdsTask(slot) && fits(slot) {
        if tasks.rows.isUnwritten(slot: slot) || !tasks[slot].isReplaced { body(slot) }
      }
    }
  }

  // MARK: All tasks

  mutating func total() -> Int {
    guard chosen.kinds != nil, !tasks.tally.tellsAllNames else { return tasks.tally.total(chosen) }
    var count = 0
    forEachNewest { _ in count += 1 }
    return count
  }

  /// The newest tasks of the choice, by place.
  mutating func sorted(after place: JobPlace?, backwards: Bool) -> [Slot] {
    var found: [(job: JobNumber, member: UInt32, slot: Slot)] = []
    let (table, behind) = (tasks, place.map { ($0.job, $0.member) })
    forEachNewest { slot in
      let place = table.place(slot)
      if let behind, (place.job, place.member) <= behind { return }
      found.append((place.job, place.member, slot))
    }
    found.sort { (($0.job, $0.member) < ($1.job, $1.member)) != backwards }
    return found.map(\.slot)
  }

  // MARK: Jobs

  /// The rows of jobs, in the order of their numbers.
  func rows(of jobs: Set<JobNumber>) -> [Slot] { jobs.sorted().compactMap { tasks.jobs.row($0) } }

  /// The members of a job that are of the choice: nil: they have to be looked at.
  private func told(_ row: Slot) -> Int? {
    guard let book = tasks.jobs.book(of: row) else { return nil }
    if let owners = chosen.owners, !owners.contains(CodePoints(book.spec.owner)) { return 0 }
    var sum = 0
    for state in MemberState.allCases where book.counts[state] > 0 {
      let standings = Standings { $0.member == state }
      let wanted = chosen.standings.intersection(standings)
      if wanted.isEmpty { continue }
      guard wanted == standings, chosen.queues == nil else { return nil }
      sum += Int(book.counts[state])
    }
    return sum
  }

  mutating func count(inJob row: Slot) -> Int {
    if let told = told(row) { return told }
    var count = 0
    _ = forEachMember(of: row) { _ in
      count += 1
      return true
    }
    return count
  }

  /// Calls back with the newest tasks of a job's members that are of the choice, in their order, until that answers false.
  /// - Parameter known: members up to this number are passed over.
  /// - Returns: false if it did.
  mutating func forEachMember(
    of row: Slot, behind known: Int = 0, backwards: Bool = false, _ body: (Slot) -> Bool
  ) -> Bool {
    guard tasks.jobs.hasBook(row) else {
      guard known == 0, let slot = tasks.jobs.onlyTask(of: row), fits(slot) else { return true }
      return body(slot)
    }
    guard told(row) != 0, let members = tasks.jobs.book(of: row)?.members.dropFirst(known) else { return true }
    for offset in 0..<members.count {
      let slot = members[backwards ? members.endIndex - 1 - offset : members.startIndex + offset]
      if slot != .none, fits(slot), !body(slot) { return false }
    }
    return true
  }
}

extension TaskTable {
  /// How many tasks of each owner and queue stand where. Where there are more kinds of them than are kept apart, all rows
  /// are looked at.
  /// - Parameter replaced: those that were tried again count too.
  func totals(replaced: Bool) -> [TaskTotal] {
    guard !tally.tellsAllNames else { return tally.totals(replaced: replaced) }
    var counts: [CodePoints: [CodePoints: InlineArray<10, UInt32>]] = [:]
    forEachSlot { slot in
      guard replaced || !self[slot].isReplaced else { return }
      let spec = self[slot].spec
      counts[CodePoints(spec.owner), default: [:]][
        CodePoints(spec.queue), default: InlineArray<10, UInt32>(repeating: 0)][Int(standing(slot).rawValue)] += 1
    }
    return counts.flatMap { owner, queues in
      queues.map { TaskTotal(owner: owner.text, queue: $0.key.text, counts: $0.value) }
    }
  }
}
