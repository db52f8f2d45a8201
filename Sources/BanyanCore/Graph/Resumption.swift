/// What a new job takes over from an earlier one: each member that succeeded there and is the same here (name, command or
/// arguments, parameters), if all that it waits for is taken over too.
struct Resumption {
  private(set) var takenOver: [JobMaking.TakenOver] = []
  private let plan: JobPlan
  private let tasks: TaskTable
  private let members: [Slot]
  /// Members of the earlier job by name, where it wasn't written as families or says other values.
  private var named: [CodePoints: UInt32]?
  private let earlier: JobSpec?

  init(_ number: JobNumber, of plan: JobPlan, by asker: Principal, in state: QueueState) throws(Rejection) {
    guard let row = state.jobs.row(number) else { throw .field("resume", "there is no job \(number)") }
    let owner = state.tasks.jobRecord(row).owner
    guard owner.isSame(as: asker.name) else {
      throw Rejection(
        .forbidden, "resume: the job \(number) is \(owner)'s, not yours; only your own can be taken over.")
    }
    self.plan = plan
    tasks = state.tasks
    members =
      state.jobs.book(of: row)?.members ?? state.jobs.onlyTask(of: row).map { [$0] } ?? []
    earlier = state.jobs.book(of: row)?.spec
    takeOver(owner: asker.name)
  }

  private mutating func takeOver(owner: String) {
    let families = plan.families.map { $0.family(ownedBy: owner) }
    var origins = families.map { [UInt32](repeating: 0, count: $0.count) }
    for number in Self.order(of: families) {
      // What of another job has yet to succeed is waited for.
      guard plan.families[number].outer.isEmpty else { continue }
      let family = families[number]
      for offset in 0..<family.count { origins[number][offset] = origin(of: family, offset) ?? 0 }
      for edge in family.after {
        for knot in families.knots(of: edge, into: family) {
          let parent = families[edge.parent]
          guard knot.parents.contains(where: { origins[edge.parent][Int($0 - parent.firstMember)] == 0 }) else {
            continue
          }
          for child in knot.children { origins[number][Int(child - family.firstMember)] = 0 }
        }
      }
    }
    for (number, family) in families.enumerated() {
      for offset in 0..<family.count where origins[number][offset] != 0 {
        takenOver.append(family.firstMember + UInt32(offset), from: origins[number][offset])
      }
    }
  }

  /// Families behind those that they wait for.
  private static func order(of families: [Family]) -> [Int] {
    var order: [Int] = []
    var isPlaced = [Bool](repeating: false, count: families.count)
    for start in families.indices where !isPlaced[start] {
      var stack = [start]
      while let number = stack.last {
        if let parent = families[number].after.lazy.map(\.parent).first(where: { !isPlaced[$0] }) {
          stack.append(parent)
        } else {
          stack.removeLast()
          if !isPlaced[number] { order.append(number) }
          isPlaced[number] = true
        }
      }
    }
    return order
  }

  /// The member of the earlier job that is the same and succeeded.
  private mutating func origin(of family: Family, _ offset: Int) -> UInt32? {
    let member = family.firstMember + UInt32(offset)
    guard let name = family.name(of: member) ?? family.name else { return nil }
    guard let other = self.member(named: name, like: family, offset), Int(other) <= members.count else { return nil }
    let slot = members[Int(other) - 1]
    guard slot != .none, tasks[slot].hasSucceeded else { return nil }
    let record = tasks.record(slot)
    guard Self.isSame(record.parameters, family.parameters(of: member)) else { return nil }
    return Self.isSame(record.spec.work, family.spec(of: member, from: family.spec).work) ? other : nil
  }

  /// Mostly the same file is submitted again: then the member stands at the same place of the family of its name.
  private mutating func member(named name: String, like family: Family, _ offset: Int) -> UInt32? {
    if let same = earlier?.families.first(where: { $0.name.isSame(as: family.name) }), offset < same.count {
      let member = same.firstMember + UInt32(offset)
      if let other = same.name(of: member), other.isSame(as: name) { return member }
    }
    if named == nil {
      var names: [CodePoints: UInt32] = [:]
      for (place, slot) in members.enumerated() where slot != .none {
        if let name = tasks.record(slot).spec.name { names[CodePoints(name)] = UInt32(place + 1) }
      }
      named = names
    }
    return named?[CodePoints(name)]
  }

  private static func isSame(_ one: [(name: String, value: String)], _ two: [(name: String, value: String)]) -> Bool {
    one.count == two.count && zip(one, two).allSatisfy { $0.name.isSame(as: $1.name) && $0.value.isSame(as: $1.value) }
  }

  private static func isSame(_ one: Work?, _ two: Work?) -> Bool {
    switch (one, two) {
    case (nil, nil): true
    case (.shell(let line), .shell(let other)): line.isSame(as: other)
    case (.program(let words), .program(let others)):
      words.count == others.count && zip(words, others).allSatisfy { $0.isSame(as: $1) }
    default: false
    }
  }
}
