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

  /// The newest task of a job without a book; nil: it was forgotten.
  func onlyTask(of row: Slot) -> Slot? { rows[row].newest == .none ? nil : rows[row].newest }

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
  }

  /// Changes a job's book, if it has one.
  mutating func change(_ row: Slot, _ body: (inout JobBook) -> Void) {
    guard rows[row].book != .none else { return }
    body(&books[rows[row].book])
  }

  /// Counts one more task of the job.
  mutating func add(_ row: Slot) { rows[row].taskCount += 1 }

  /// The newest task of a job without a book is another now.
  mutating func setOnlyTask(_ slot: Slot, of row: Slot) { rows[row].newest = slot }

  /// A task less. The job goes with its last one.
  mutating func drop(_ row: Slot) {
    rows[row].taskCount -= 1
    guard rows[row].taskCount == 0 else { return }
    index.remove(row, Self.hash(rows[row].number))
    if rows[row].book != .none {
      // Its texts and members must not stay in memory.
      books[rows[row].book] = JobBook(JobSpec(number: JobNumber(0), owner: "", name: nil, created: 0))
      vacantBooks.append(rows[row].book)
    }
    rows[row] = Row(number: 0)
    vacantRows.append(row)
    count -= 1
  }

  /// How many tasks a job has, replaced ones too.
  func taskCount(of row: Slot) -> UInt32 { rows[row].taskCount }
}
