import BanyanCore

/// A family as a job's document tells it: `{"name", "count", "parameters", "first_member"}`.
public struct JobFamily: Sendable, Hashable {
  /// Its name; nil: it has none.
  public var name: String?
  /// How many members it has.
  public var count: Int
  /// What they differ in, by name.
  public var parameters: [String]
  /// The member number of its first one.
  public var firstMember: UInt32

  /// A family that was written.
  public init(_ family: Family) {
    name = family.name
    count = family.count
    parameters = family.parameters?.names ?? []
    firstMember = family.firstMember
  }

  private init(of task: TaskRecord, at member: UInt32) {
    name = task.spec.array?.name ?? task.spec.name
    count = 1
    parameters = task.spec.array == nil ? [] : ["index"]
    firstMember = member
  }

  /// So many are told of a job that was not written as families.
  public static let mostDerived = 1000

  /// What single tasks come to: each is a family, and tasks of one array that stand beside each other are one. Of more than
  /// ``mostDerived`` the first. The tasks are the newest ones of a job's members, in their order.
  public static func derived(
    from tasks: some Sequence<TaskRecord>, _ effort: Effort
  ) throws(Rejection) -> [JobFamily] {
    var families: [JobFamily] = []
    var array: TaskID?
    for task in tasks {
      try effort.spend(1)
      if let batch = task.spec.array?.batch, batch == array {
        families[families.count - 1].count += 1
        continue
      }
      guard families.count < mostDerived else { break }
      array = task.spec.array?.batch
      families.append(JobFamily(of: task, at: task.place?.member ?? UInt32(families.count + 1)))
    }
    return families
  }

  var value: FieldValue {
    .object(of: [
      ("name", FieldValue(name)), ("count", .integer(Int64(count))),
      ("parameters", .list(parameters.map(FieldValue.text))), ("first_member", .integer(Int64(firstMember))),
    ])
  }
}
