/// Tasks of a job that were written as one: an array, a matrix, a list of rows, or a single task. Immutable, and shared by
/// the live state, its views, journal and snapshots: what the members have in common is there once, however many they are.
public final class Family: Sendable {
  /// Its name within its job; nil: it has none.
  public let name: String?
  /// The member number of its first task.
  public let firstMember: UInt32
  /// How many tasks it has.
  public let count: Int
  /// What its tasks differ in; nil: it is a single task.
  public let parameters: Parameters?
  /// What its tasks share, with placeholders in its texts.
  public let spec: TaskSpec
  /// Its tasks were made on hold.
  public let isHeld: Bool
  /// Its tasks were made to wait for a worker as soon as nothing of the job holds them back.
  public let wantsAvailable: Bool
  /// What its tasks wait for, within the job.
  public let after: [FamilyEdge]
  /// Of its tasks those whose names others have too, by their offsets, sorted: their member numbers stand behind them.
  public let numbered: [UInt32]

  /// A family of a job.
  public init(
    name: String?, firstMember: UInt32, count: Int, parameters: Parameters?, spec: TaskSpec, isHeld: Bool,
    wantsAvailable: Bool, after: [FamilyEdge], numbered: [UInt32]
  ) {
    self.name = name
    self.firstMember = firstMember
    self.count = count
    self.parameters = parameters
    self.spec = spec
    self.isHeld = isHeld
    self.wantsAvailable = wantsAvailable
    self.after = after
    self.numbered = numbered
  }

  /// Its members' numbers.
  public var members: Range<UInt32> { firstMember..<firstMember + UInt32(count) }

  /// The parameters of one of its members, by name; empty: it has none.
  public func parameters(of member: UInt32) -> [(name: String, value: String)] {
    guard let parameters, members.contains(member) else { return [] }
    return zip(parameters.names, parameters.values(at: Int(member - firstMember))).map { ($0, $1) }
  }

  /// What one of its members is called.
  public func name(of member: UInt32) -> String? {
    guard let name, members.contains(member) else { return name }
    guard let parameters else { return name }
    let offset = member - firstMember
    let plain = FamilyName.text(name, parameters.values(at: Int(offset)))
    return numbered.binarySearch(offset) ? FamilyName.text(plain, member: member) : plain
  }
}

/// Tasks of a family wait for tasks of another one of their job.
public struct FamilyEdge: Hashable, Sendable {
  /// The family that is waited for: its place in the job.
  public var parent: Int
  /// Only for those of its members of which all of this is so; empty: for all of them.
  public var conditions: [Condition]

  /// What has to be so of a member that is waited for.
  public struct Condition: Hashable, Sendable {
    /// Which of its parameters, by its place.
    public var parameter: Int
    /// What it has to be.
    public var value: Value

    /// A condition on one parameter of the member that is waited for.
    public init(parameter: Int, value: Value) {
      self.parameter = parameter
      self.value = value
    }
  }

  /// What a parameter has to be.
  public enum Value: Hashable, Sendable {
    /// The value that the waiting task's own parameter at this place has.
    case same(as: Int)
    /// This text.
    case text(String)
  }

  /// An edge to a family, by its place in the job.
  public init(parent: Int, conditions: [Condition] = []) {
    self.parent = parent
    self.conditions = conditions
  }
}

extension [UInt32] {
  /// Whether a sorted list holds a number.
  fileprivate func binarySearch(_ number: UInt32) -> Bool {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < number { low = middle + 1 } else { high = middle }
    }
    return low < count && self[low] == number
  }
}
