/// How many tasks of each owner and queue stand where, and how many of each piece of the table: kept with every change, so
/// that no total is counted anew, and who looks for some tasks passes over the pieces that have none of them.
struct TaskTally: Sendable {
  /// Tasks of one owner in one queue.
  private struct Kind: Sendable {
    let owner: String
    let queue: String
    /// By standing.
    var counts = InlineArray<10, UInt32>(repeating: 0)
    /// Of these those that were tried again.
    var replaced = InlineArray<10, UInt32>(repeating: 0)

    /// How many stand so, those that were tried again left out.
    func newest(_ standings: Standings) -> Int {
      var sum = 0
      for standing in Standing.allCases where standings.contains(standing) {
        sum += Int(counts[Int(standing.rawValue)]) - Int(replaced[Int(standing.rawValue)])
      }
      return sum
    }

    var isVacant: Bool { Standing.allCases.allSatisfy { counts[Int($0.rawValue)] == 0 } }
  }

  private struct Names: Hashable {
    var owner: CodePoints
    var queue: CodePoints
  }

  /// Of the 512 rows of a piece of the table.
  private struct Piece: Sendable {
    /// A bit for each kind that was ever there since it was empty; several kinds share one.
    var kinds: UInt64 = 0
    /// By standing.
    var counts = InlineArray<10, UInt16>(repeating: 0)
  }

  /// The kind of all that are beyond the number of kinds that are told apart: its tasks are looked at one by one.
  static let mixed: UInt16 = 0x7FFF

  private var kinds: ContiguousArray<Kind> = []
  private var numbers: [Names: UInt16] = [:]
  /// Kinds that no task is of any more, by the last look for them.
  private var vacant: [UInt16] = []
  /// Tasks that found all numbers taken, since the last look for vacant ones.
  private var refused = 0
  /// Those whose names are not told.
  private var others = Kind(owner: "", queue: "")
  /// Most tasks are of the kind of the one before.
  private var last: UInt16?
  private var pieces: ContiguousArray<Piece> = []

  /// The most kinds that are told apart.
  private let maxKinds: Int

  init(maxKinds: Int = Int(mixed)) { self.maxKinds = min(maxKinds, Int(Self.mixed)) }

  // MARK: Kinds

  /// The number of a task's kind, a new one if need be.
  mutating func kind(of spec: TaskSpec) -> UInt16 {
    if let last, kinds[Int(last)].owner.isSame(as: spec.owner), kinds[Int(last)].queue.isSame(as: spec.queue) {
      return last
    }
    let names = Names(owner: CodePoints(spec.owner), queue: CodePoints(spec.queue))
    let number = numbers[names] ?? make(names)
    if number != Self.mixed { last = number }
    return number
  }

  private mutating func make(_ names: Names) -> UInt16 {
    let kind = Kind(owner: names.owner.text, queue: names.queue.text)
    let number: UInt16
    if kinds.count < maxKinds {
      number = UInt16(kinds.count)
      kinds.append(kind)
    } else if let reused = reuse() {
      numbers[Names(owner: CodePoints(kinds[Int(reused)].owner), queue: CodePoints(kinds[Int(reused)].queue))] = nil
      number = reused
      kinds[Int(number)] = kind
    } else {
      return Self.mixed
    }
    numbers[names] = number
    return number
  }

  /// A kind that no task is of; nil: none was found, and the next look for one is some thousand tasks away.
  private mutating func reuse() -> UInt16? {
    while let number = vacant.popLast() { if kinds[Int(number)].isVacant { return number } }
    refused -= 1
    guard refused < 0 else { return nil }
    refused = kinds.count
    vacant = kinds.indices.filter { kinds[$0].isVacant }.map { UInt16($0) }
    return vacant.popLast()
  }

  // MARK: Changes

  /// Tasks of one kind are there, or no longer, that stand in a row.
  mutating func add(_ slots: Range<Slot>, _ kind: UInt16, _ standing: Standing) {
    count(slots.count, kind, standing)
    forEachPiece(slots) { tally, piece, count in
      tally.pieces[piece].kinds |= 1 << UInt64(kind & 63)
      tally.pieces[piece].counts[Int(standing.rawValue)] &+= UInt16(count)
    }
  }

  mutating func remove(_ slots: Range<Slot>, _ kind: UInt16, _ standing: Standing) {
    count(-slots.count, kind, standing)
    forEachPiece(slots) { tally, piece, count in
      tally.pieces[piece].counts[Int(standing.rawValue)] &-= UInt16(count)
      if tally.pieces[piece].counts[Int(standing.rawValue)] == 0, tally.isEmpty(piece) {
        tally.pieces[piece].kinds = 0
      }
    }
  }

  /// A task stands elsewhere now.
  @inline(__always)
  mutating func move(_ slot: Slot, _ kind: UInt16, from old: Standing, to new: Standing, isReplaced: Bool) {
    let piece = Int(slot) / TaskRows.pieceSize
    pieces[piece].counts[Int(old.rawValue)] &-= 1
    pieces[piece].counts[Int(new.rawValue)] &+= 1
    change(kind) {
      $0.counts[Int(old.rawValue)] &-= 1
      $0.counts[Int(new.rawValue)] &+= 1
    }
    if isReplaced {
      replace(kind, old, -1)
      replace(kind, new, 1)
    }
  }

  /// So many more tasks of a kind were tried again.
  mutating func replace(_ kind: UInt16, _ standing: Standing, _ count: Int) {
    change(kind) { kind in
      let number = Int(kind.replaced[Int(standing.rawValue)])
      kind.replaced[Int(standing.rawValue)] = UInt32(clamping: number + count)
    }
  }

  private mutating func count(_ count: Int, _ kind: UInt16, _ standing: Standing) {
    change(kind) { kind in
      let number = Int(kind.counts[Int(standing.rawValue)])
      kind.counts[Int(standing.rawValue)] = UInt32(clamping: number + count)
    }
  }

  @inline(__always) private mutating func change(_ kind: UInt16, _ body: (inout Kind) -> Void) {
    if kind == Self.mixed { body(&others) } else { body(&kinds[Int(kind)]) }
  }

  private func isEmpty(_ piece: Int) -> Bool {
    Standing.allCases.allSatisfy { pieces[piece].counts[Int($0.rawValue)] == 0 }
  }

  private mutating func forEachPiece(_ slots: Range<Slot>, _ body: (inout TaskTally, Int, Int) -> Void) {
    var slot = Int(slots.lowerBound)
    while slot < Int(slots.upperBound) {
      let piece = slot / TaskRows.pieceSize
      let end = min((piece + 1) * TaskRows.pieceSize, Int(slots.upperBound))
      while pieces.count <= piece { pieces.append(Piece()) }
      body(&self, piece, end - slot)
      slot = end
    }
  }

  // MARK: Reading

  /// Whether each task's owner and queue are told by its kind.
  var tellsAllNames: Bool { others.isVacant }

  /// A choice by kinds.
  func kinds(of choice: TaskChoice) -> ChosenKinds {
    var chosen = ChosenKinds(standings: choice.standings, bits: .max, owners: choice.owners, queues: choice.queues)
    guard choice.owners != nil || choice.queues != nil else { return chosen }
    let wanted = kinds.map { chosen.fits(owner: $0.owner, queue: $0.queue) }
    chosen.bits = tellsAllNames ? 0 : 1 << UInt64(Self.mixed & 63)
    for (number, isWanted) in wanted.enumerated() where isWanted { chosen.bits |= 1 << UInt64(number & 63) }
    chosen.kinds = wanted
    return chosen
  }

  /// How many tasks there are of a choice, those that were tried again left out. Only where ``tellsAllNames``, unless
  /// neither owners nor queues are chosen.
  func total(_ chosen: ChosenKinds) -> Int {
    var sum = chosen.kinds == nil ? others.newest(chosen.standings) : 0
    for (number, kind) in kinds.enumerated() where chosen.kinds?[number] ?? true {
      sum += kind.newest(chosen.standings)
    }
    return sum
  }

  /// Every kind that there are tasks of, but those of which no names are told.
  /// - Parameter replaced: those that were tried again count too.
  func totals(replaced: Bool) -> [TaskTotal] {
    kinds.compactMap { kind in
      guard !kind.isVacant else { return nil }
      var counts = kind.counts
      if !replaced { for place in counts.indices { counts[place] &-= kind.replaced[place] } }
      return TaskTotal(owner: kind.owner, queue: kind.queue, counts: counts)
    }
  }

  /// How many tasks of a piece stand where.
  func counts(ofPiece piece: Int) -> [Int] {
    Standing.allCases.map { pieces.indices.contains(piece) ? Int(pieces[piece].counts[Int($0.rawValue)]) : 0 }
  }

  /// How much of a piece is of a choice.
  func part(_ piece: Int, _ chosen: ChosenKinds) -> ChosenPart {
    guard pieces.indices.contains(piece), pieces[piece].kinds & chosen.bits != 0 else { return .nothing }
    var (wanted, others) = (0, 0)
    for standing in Standing.allCases {
      let count = Int(pieces[piece].counts[Int(standing.rawValue)])
      if chosen.standings.contains(standing) { wanted += count } else { others += count }
    }
    if wanted == 0 { return .nothing }
    return others == 0 && chosen.kinds == nil ? .all : .some
  }
}

/// How many tasks of a piece of the table are of a choice.
enum ChosenPart: UInt8 { case nothing, some, all }
