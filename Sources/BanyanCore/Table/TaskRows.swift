/// The rows of the table, in pieces of 512. A copy (a view) costs nothing; the first change of a row after that copies its
/// piece alone, so that nobody waits while a million rows are copied.
///
/// Members of a large family differ in numbers that count up, as long as nothing happened to them: a piece of such rows is
/// not written out until one of them changes (``TaskRun``). A million waiting members take no room, and making them takes
/// no time.
struct TaskRows: Sendable {
  /// Rows in a piece: small enough that copying one stays far below a millisecond, references included.
  static var pieceSize: Int { 512 }

  /// An empty piece is one that is not written out.
  private var pieces: ContiguousArray<ContiguousArray<TaskEntry>> = []
  /// By their first slots, which rise.
  private(set) var runs: ContiguousArray<TaskRun> = []
  /// The first identifier and the first slot of each run, sorted by the former.
  private var starts: [(id: TaskID, slot: Slot)] = []
  private(set) var count = 0

  subscript(slot: Slot) -> TaskEntry {
    // One yield: a coroutine with two is never inlined, and each field that is read would cost a call and a copy.
    @inline(__always) _read {
      let (piece, place) = (Int(slot) / Self.pieceSize, Int(slot) % Self.pieceSize)
      let rows = pieces[piece].isEmpty ? unwritten(slot) : pieces[piece]
      yield rows[place < rows.count ? place : 0]
    }
    @inline(__always) _modify {
      let piece = Int(slot) / Self.pieceSize
      if pieces[piece].isEmpty { write(piece) }
      yield &pieces[piece][Int(slot) % Self.pieceSize]
    }
  }

  /// The same of a row in a piece that is written out (``writeOut(_:)``), which is a condition: read and changed where it
  /// lies, without the count of references that the look whether it is written costs for each field.
  subscript(written slot: Slot) -> TaskEntry {
    @inline(__always) _read { yield pieces[Int(slot) / Self.pieceSize][Int(slot) % Self.pieceSize] }
    @inline(__always) _modify { yield &pieces[Int(slot) / Self.pieceSize][Int(slot) % Self.pieceSize] }
  }

  /// Writes the piece of a row out, unless it is: the row is about to change.
  @inline(__always) mutating func writeOut(_ slot: Slot) {
    let piece = Int(slot) / Self.pieceSize
    if pieces[piece].isEmpty { write(piece) }
  }

  /// Appends a row and tells its slot.
  mutating func append(_ row: TaskEntry) -> Slot {
    if count % Self.pieceSize == 0 {
      var piece = ContiguousArray<TaskEntry>()
      piece.reserveCapacity(Self.pieceSize)
      pieces.append(piece)
    }
    pieces[pieces.count - 1].append(row)
    count += 1
    return Slot(count - 1)
  }

  // MARK: Runs

  /// Appends rows that are not written out, behind whole pieces.
  /// - Parameters:
  ///   - first: the first of them.
  ///   - count: a multiple of ``pieceSize``.
  mutating func append(run first: TaskEntry, count: Int) -> Slot {
    let slot = Slot(self.count)
    runs.append(TaskRun(slot: slot, count: count, first: first))
    starts.insert((first.id, slot), at: place(of: first.id))
    pieces.append(contentsOf: repeatElement([], count: count / Self.pieceSize))
    self.count += count
    return slot
  }

  /// The run that a slot is of, whatever became of its row; nil: of none.
  func run(of slot: Slot) -> Int? {
    var (low, high) = (0, runs.count)
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].slot <= slot { low = middle + 1 } else { high = middle }
    }
    return low > 0 && Int(slot) < Int(runs[low - 1].slot) + runs[low - 1].count ? low - 1 : nil
  }

  /// The slot of an identifier that a run gave, while its task is there; nil: no run did.
  func slot(of id: TaskID) -> Slot? {
    let place = place(of: id)
    guard place > 0, let run = run(of: starts[place - 1].slot), let slot = runs[run].slot(of: id) else { return nil }
    return isUnwritten(slot: slot) || self[slot].id == id ? slot : nil
  }

  /// How many runs begin with this identifier or an earlier one.
  private func place(of id: TaskID) -> Int {
    var (low, high) = (0, starts.count)
    while low < high {
      let middle = (low + high) / 2
      if starts[middle].id <= id { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Whether no row of a run was written out: then all are changed at once (``changeRun(_:_:)``).
  func isUnwritten(_ run: Int) -> Bool { runs[run].writtenPieces == 0 }

  /// Changes all rows of a run of which none was written out.
  mutating func changeRun(_ run: Int, _ body: (inout TaskRun) -> Void) { body(&runs[run]) }

  /// What follows a row in its list. Of the last row of a run it is kept with the run: whoever comes behind it is no
  /// reason to write a piece of it out.
  mutating func setNext(_ next: Slot, of slot: Slot) {
    if isUnwritten(slot: slot) {
      if let run = run(of: slot), runs[run].last == slot {
        runs[run].behind = next
        return
      }
      write(Int(slot) / Self.pieceSize)
    }
    self[written: slot].nextInList = next
  }

  /// What stands before a row in its list: the same of the first row of a run.
  mutating func setPrevious(_ previous: Slot, of slot: Slot) {
    if isUnwritten(slot: slot) {
      if let run = run(of: slot), runs[run].slot == slot {
        runs[run].first.previousInList = previous
        return
      }
      write(Int(slot) / Self.pieceSize)
    }
    self[written: slot].previousInList = previous
  }

  /// The parts of a run that are not written out, as slots, in order: neighbours are one part.
  func unwrittenParts(of run: Int) -> [Range<Slot>] {
    let slots = runs[run].slots
    guard runs[run].writtenPieces > 0 else { return [slots] }
    var parts: [Range<Slot>] = []
    for piece in Int(slots.lowerBound) / Self.pieceSize..<Int(slots.upperBound) / Self.pieceSize
    where pieces[piece].isEmpty {
      let start = Slot(piece * Self.pieceSize)
      if let last = parts.last, last.upperBound == start {
        parts[parts.count - 1] = last.lowerBound..<start + Slot(Self.pieceSize)
      } else {
        parts.append(start..<start + Slot(Self.pieceSize))
      }
    }
    return parts
  }

  /// Whether the row stands in a piece that is not written out.
  func isUnwritten(slot: Slot) -> Bool { pieces[Int(slot) / Self.pieceSize].isEmpty }

  /// Counts one row less of a run; one without rows is gone.
  mutating func dropRow(of run: Int) {
    runs[run].left -= 1
    guard runs[run].left == 0 else { return }
    starts.removeAll { $0.slot == runs[run].slot }
    runs.remove(at: run)
  }

  /// The row of a slot that is not written out, alone.
  @inline(never) private func unwritten(_ slot: Slot) -> ContiguousArray<TaskEntry> {
    guard let run = run(of: slot) else { return [.vacant] }
    return [runs[run].row(at: slot)]
  }

  private mutating func write(_ piece: Int) {
    let start = Slot(piece * Self.pieceSize)
    guard let run = run(of: start) else { return }
    var rows = ContiguousArray<TaskEntry>()
    rows.reserveCapacity(Self.pieceSize)
    for slot in start..<start + Slot(Self.pieceSize) { rows.append(runs[run].row(at: slot)) }
    pieces[piece] = rows
    runs[run].writtenPieces += 1
  }
}

/// Rows in a row that differ in nothing but their identifiers, members and turns, which count up, and in their neighbours.
struct TaskRun: Sendable {
  /// Of its first row.
  let slot: Slot
  let count: Int
  /// The first row. Its neighbour behind is the second one.
  var first: TaskEntry
  /// What follows the last row in the lane, while they stand in one.
  var behind: Slot = .none
  /// Pieces that were written out.
  fileprivate(set) var writtenPieces = 0
  /// Rows that are not forgotten.
  fileprivate(set) var left: Int

  fileprivate init(slot: Slot, count: Int, first: TaskEntry) {
    self.slot = slot
    self.count = count
    self.first = first
    left = count
  }

  var slots: Range<Slot> { slot..<slot + Slot(count) }
  var last: Slot { slot + Slot(count) - 1 }

  /// The slot of an identifier that the run gave, whatever became of the row; nil: it is none of them.
  func slot(of id: TaskID) -> Slot? {
    guard id.seconds == first.id.seconds, id.rest >= first.id.rest, id.rest - first.id.rest < UInt64(count) else {
      return nil
    }
    return slot + Slot(id.rest - first.id.rest)
  }

  /// The row of a slot as it is while nothing happened to it.
  func row(at slot: Slot) -> TaskEntry {
    var row = first
    let offset = slot - self.slot
    row.id = first.id.advanced(by: Int(offset))
    row.member += offset
    if first.turn != 0 { row.turn += UInt64(offset) }
    if first.lane != .none {
      if offset > 0 { row.previousInList = slot - 1 }
      row.nextInList = slot == last ? behind : slot + 1
    }
    return row
  }
}

extension TaskEntry {
  /// What stands in a slot without a task.
  static let vacant = TaskEntry(
    id: TaskID(seconds: 0, rest: 0), spec: TaskSpec(owner: "", fields: TaskFields()), isHeld: false, at: 0)
}
