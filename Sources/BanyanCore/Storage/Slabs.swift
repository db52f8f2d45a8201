/// A growing table in pieces of 512 rows. A copy of it (a view) costs nothing; the first change of a row after that
/// copies its piece alone, so that nobody waits while a million rows are copied.
struct Slabs<Row: Sendable>: Sendable {
  /// Rows in a piece: small enough that copying one stays far below a millisecond, references included.
  static var pieceSize: Int { 512 }

  private var pieces: ContiguousArray<ContiguousArray<Row>> = []
  private(set) var count = 0

  subscript(slot: Slot) -> Row {
    _read { yield pieces[Int(slot) / Self.pieceSize][Int(slot) % Self.pieceSize] }
    _modify { yield &pieces[Int(slot) / Self.pieceSize][Int(slot) % Self.pieceSize] }
  }

  /// Appends a row and tells its slot.
  mutating func append(_ row: Row) -> Slot {
    if count % Self.pieceSize == 0 {
      var piece = ContiguousArray<Row>()
      piece.reserveCapacity(Self.pieceSize)
      pieces.append(piece)
    }
    pieces[pieces.count - 1].append(row)
    count += 1
    return Slot(count - 1)
  }
}
