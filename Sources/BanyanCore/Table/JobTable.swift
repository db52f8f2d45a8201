/// All jobs, by number. A job of one task costs a row of 24 bytes; one of several has a book (``JobBook``).
struct JobTable: Sendable {
  private struct Row: Sendable {
    /// The job's number; 0: the row is vacant.
    var number: UInt64
    /// How many tasks there are of it, replaced ones too.
    var taskCount: UInt32 = 0
    /// Of a job without a book: its newest task; `.none`: it was forgotten.
    var newest: Slot = .none
    /// Its book; `.none`: it has none.
    var book: Slot = .none
  }

  private var rows = Slabs<Row>()
  private var vacantRows: [Slot] = []
  private var index = SlotIndex()
  private var books = Slabs<JobBook>()
  private var vacantBooks: [Slot] = []
  /// By name: the newest job of those that have one of their own, or are called as their only member.
  private var nameHeads = SlotIndex()
  /// The number that the next job gets.
  var next: UInt64 = 1
  /// How many there are.
  private(set) var count = 0

  /// The row of a job; nil: there is none of this number.
  func row(_ number: JobNumber) -> Slot? {
    guard number.value < next else { return nil }
    return index.find(Self.hash(number.value)) { rows[$0].number == number.value }
  }

  /// Numbers that follow each other lie in one piece of the index, which then is at hand: they are mostly asked for in a row.
  private static func hash(_ number: UInt64) -> UInt64 { (number >> 6) << 54 | number.mixed & 0xFFFF_FFFF }

  /// The number of the job in a row.
  func number(of row: Slot) -> JobNumber { JobNumber(rows[row].number) }

  /// Whether the job in a row keeps counts.
  func hasBook(_ row: Slot) -> Bool { rows[row].book != .none }

  /// The job's book; nil: its task tells all of it.
  func book(of row: Slot) -> JobBook? { rows[row].book == .none ? nil : books[rows[row].book] }

  /// Looks into a job's book where it lies; nil: it has none.
  func withBook<Value>(of row: Slot, _ body: (borrowing JobBook) -> Value) -> Value? {
    rows[row].book == .none ? nil : body(books[rows[row].book])
  }

  /// The newest task of a job without a book; nil: it was forgotten.
  func onlyTask(of row: Slot) -> Slot? { rows[row].newest == .none ? nil : rows[row].newest }

  /// The newest task of a member of a job with a book, which is a condition; nil: it has none. Read where it lies: a copy of
  /// the book would hold on to all of it.
  func newest(of row: Slot, _ member: UInt32) -> Slot? {
    guard member > 0, Int(member) <= books[rows[row].book].members.count else { return nil }
    let slot = books[rows[row].book].members[Int(member) - 1]
    return slot == .none ? nil : slot
  }

  /// Every job's row, in the table's order.
  var allRows: some Sequence<Slot> { (0..<Slot(rows.count)).lazy.filter { rows[$0].number != 0 } }

  // MARK: Changes

  /// Makes a job without a book, with no task yet.
  mutating func make(_ number: JobNumber) -> Slot {
    let row: Slot
    if let reused = vacantRows.popLast() {
      row = reused
      rows[row] = Row(number: number.value)
    } else {
      row = rows.append(Row(number: number.value))
    }
    index.insert(row, Self.hash(number.value))
    next = max(next, number.value + 1)
    count += 1
    return row
  }

  /// Gives a job a book.
  mutating func open(_ book: JobBook, for row: Slot) {
    if let reused = vacantBooks.popLast() {
      books[reused] = book
      rows[row].book = reused
    } else {
      rows[row].book = books.append(book)
    }
    rows[row].newest = .none
    link(row)
  }

  /// Changes a job's book, if it has one.
  mutating func change(_ row: Slot, _ body: (inout JobBook) -> Void) {
    guard rows[row].book != .none else { return }
    body(&books[rows[row].book])
  }

  /// Counts more tasks of the job.
  mutating func add(_ row: Slot, _ count: Int = 1) { rows[row].taskCount += UInt32(count) }

  /// The newest task of a job without a book is another now.
  mutating func setOnlyTask(_ slot: Slot, of row: Slot) { rows[row].newest = slot }

  /// A task less. The job goes with its last one.
  mutating func drop(_ row: Slot) {
    rows[row].taskCount -= 1
    guard rows[row].taskCount == 0 else { return }
    index.remove(row, Self.hash(rows[row].number))
    if rows[row].book != .none {
      unlink(row)
      // Its texts and members must not stay in memory.
      books[rows[row].book] = JobBook(JobSpec(number: JobNumber(0), owner: "", name: nil, created: 0))
      vacantBooks.append(rows[row].book)
    }
    rows[row] = Row(number: 0)
    vacantRows.append(row)
    count -= 1
  }

  // MARK: Names

  /// Names are users' own words: the seed, new in each process, keeps anybody from choosing ones that collide.
  private static func hash(_ name: String) -> UInt64 { UInt64(truncatingIfNeeded: CodePoints(name).hashValue) }

  private func head(_ name: String) -> Slot {
    nameHeads.find(Self.hash(name)) { books[rows[$0].book].spec.shownName?.isSame(as: name) ?? false } ?? .none
  }

  /// Every job with a name of its own (or its only family's) that is this one, the newest first.
  func rows(named name: String) -> [Slot] {
    var found: [Slot] = []
    var row = head(name)
    while row != .none {
      found.append(row)
      row = books[rows[row].book].olderNamesake
    }
    return found
  }

  /// Keeps the jobs of a name in the order of their numbers, the newest first. A walk is short, as jobs are made, and
  /// restored, about in that order.
  private mutating func link(_ row: Slot) {
    guard let name = books[rows[row].book].spec.shownName else { return }
    let first = head(name)
    var (newer, older) = (Slot.none, first)
    while older != .none, rows[older].number > rows[row].number { (newer, older) = (older, self[older].olderNamesake) }
    self[row].newerNamesake = newer
    self[row].olderNamesake = older
    if older != .none { self[older].newerNamesake = row }
    if newer != .none {
      self[newer].olderNamesake = row
    } else if first == .none {
      nameHeads.insert(row, Self.hash(name))
    } else {
      nameHeads.replace(first, by: row, Self.hash(name))
    }
  }

  private mutating func unlink(_ row: Slot) {
    guard let name = self[row].spec.shownName else { return }
    let (newer, older) = (self[row].newerNamesake, self[row].olderNamesake)
    if older != .none { self[older].newerNamesake = newer }
    if newer != .none {
      self[newer].olderNamesake = older
    } else if older == .none {
      nameHeads.remove(row, Self.hash(name))
    } else {
      nameHeads.replace(row, by: older, Self.hash(name))
    }
  }

  /// The book of a row that has one.
  private subscript(row: Slot) -> JobBook {
    _read { yield books[rows[row].book] }
    _modify { yield &books[rows[row].book] }
  }

  /// How many tasks a job has, replaced ones too.
  func taskCount(of row: Slot) -> UInt32 { rows[row].taskCount }
}
