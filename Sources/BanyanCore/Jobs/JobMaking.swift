/// A job of families as it is made: all that has to be known to make its tasks and its edges, here and at a restart.
public final class JobMaking: Sendable {
  /// What its provider wrote.
  public let spec: JobSpec
  /// The identifier of its first member. Those of the others follow in a row, then those of its ties.
  public let firstTask: TaskID
  /// Members whose success was taken over from the job that it resumes; in their order.
  public let takenOver: [TakenOver]

  /// A job, its identifiers and what it takes over.
  public init(spec: JobSpec, firstTask: TaskID, takenOver: [TakenOver] = []) {
    self.spec = spec
    self.firstTask = firstTask
    self.takenOver = takenOver
  }

  /// Members in a row, and members in a row of the earlier job in whose places they stand.
  public struct TakenOver: Hashable, Sendable {
    /// The first one's number.
    public var member: UInt32
    /// The number of the first one in the earlier job.
    public var from: UInt32
    /// How many they are.
    public var count: UInt32

    /// So many members that were taken over.
    public init(member: UInt32, from: UInt32, count: UInt32) {
      self.member = member
      self.from = from
      self.count = count
    }
  }
}

extension [JobMaking.TakenOver] {
  /// The member of the earlier job whose success stands for this one's; nil: it was not taken over.
  func origin(of member: UInt32) -> UInt32? {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].member <= member { low = middle + 1 } else { high = middle }
    }
    guard low > 0, member - self[low - 1].member < self[low - 1].count else { return nil }
    return self[low - 1].from + (member - self[low - 1].member)
  }

  /// Adds a member, which comes behind all that are there.
  mutating func append(_ member: UInt32, from: UInt32) {
    if let last = self.last, last.member + last.count == member, last.from + last.count == from {
      self[count - 1].count += 1
    } else {
      append(JobMaking.TakenOver(member: member, from: from, count: 1))
    }
  }
}
