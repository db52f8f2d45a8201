/// Which tasks are wanted, by what is kept of all of them: lists, counts and figures find those without a look at others.
public struct TaskChoice: Sendable {
  /// However they stand.
  public var standings = Standings.all
  /// Of these owners; nil: of all.
  public var owners: Set<CodePoints>?
  /// Of these queues; nil: of all.
  public var queues: Set<CodePoints>?
  /// Of these jobs; nil: of all.
  public var jobs: Set<JobNumber>?

  /// All tasks.
  public init() {}
}

/// How many tasks of one owner in one queue there are: of each member its newest.
public struct TaskTotal: Sendable {
  /// Whose they are.
  public let owner: String
  /// The queue that they wait in.
  public let queue: String
  private let counts: InlineArray<10, UInt32>

  init(owner: String, queue: String, counts: InlineArray<10, UInt32>) {
    self.owner = owner
    self.queue = queue
    self.counts = counts
  }

  /// How many stand so.
  public subscript(standing: Standing) -> Int { Int(counts[Int(standing.rawValue)]) }
}

/// A choice as the table looks for it: kinds instead of names.
struct ChosenKinds: Sendable {
  var standings: Standings
  /// By the number of a kind: whether it is wanted; nil: all are.
  var kinds: [Bool]?
  /// Pieces of the table that have none of these bits have no task of a wanted kind.
  var bits: UInt64
  /// For tasks whose kind tells no names.
  var owners: Set<CodePoints>?
  var queues: Set<CodePoints>?

  /// Whether the names are what is wanted.
  func fits(owner: String, queue: String) -> Bool {
    (owners?.contains(CodePoints(owner)) ?? true) && (queues?.contains(CodePoints(queue)) ?? true)
  }
}
