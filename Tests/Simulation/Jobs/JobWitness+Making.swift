import BanyanCore

/// What a submission comes to, worked out member by member.
extension JobWitness {
  struct Planned: Sendable {
    var families: [PlannedFamily] = []
    /// By member: the members that it waits for.
    var parents: [UInt32: Set<UInt32>] = [:]
    /// By member: the task whose success it takes over.
    var origins: [UInt32: TaskID] = [:]
  }

  struct PlannedFamily: Sendable {
    var draft: FamilyDraft
    var name: String?
    var names: [String]
    /// One for each member.
    var values: [[String]]
    var first: UInt32
    var outer: Set<TaskID> = []

    var members: Range<UInt32> { first..<first + UInt32(values.count) }
  }

  /// What a submission has to come to; nil: it has to be refused.
  func plan(_ submission: JobSubmission) -> Planned? {
    if let name = submission.name, name.isEmpty || name.contains("/") || name.allSatisfy(\.isNumber) { return nil }
    var plan = Planned()
    var first: UInt32 = 1
    var known: Set<String> = []
    for draft in submission.families {
      var draft = draft
      for (label, text) in submission.labels where draft.fields.labels[label] == nil {
        draft.fields.labels[label] = text
      }
      let name = draft.fields.name ?? (submission.families.count == 1 ? submission.name : nil)
      if let name, !known.insert(name).inserted { return nil }
      let (names, values) = Self.written(draft.parameters)
      guard !values.isEmpty else { return nil }
      plan.families.append(PlannedFamily(draft: draft, name: name, names: names, values: values, first: first))
      first += UInt32(values.count)
    }
    for number in plan.families.indices {
      for reference in plan.families[number].draft.after {
        guard wait(reference, of: number, in: &plan, by: submission.by) else { return nil }
      }
    }
    guard isWithoutCircles(plan) else { return nil }
    if let earlier = submission.resumes {
      guard let job = jobs[earlier], job.owner == submission.by.name else { return nil }
      takeOver(from: earlier, &plan)
    }
    return plan
  }

  private static func written(_ parameters: Parameters?) -> (names: [String], values: [[String]]) {
    switch parameters {
    case nil: return ([], [[]])
    case .range(let spans):
      return (
        ["index"],
        spans.flatMap { span in stride(from: span.first, through: span.last, by: Int(span.step)).map { ["\($0)"] } }
      )
    case .matrix(let axes):
      var rows: [[String]] = [[]]
      for axis in axes { rows = rows.flatMap { row in axis.values.map { row + [$0] } } }
      return (axes.map(\.name), rows)
    case .rows(let columns, let values):
      return (
        columns, stride(from: 0, to: values.count, by: columns.count).map { Array(values[$0..<$0 + columns.count]) }
      )
    }
  }

  /// One reference of a family; false: it can't be.
  private func wait(_ reference: JobReference, of number: Int, in plan: inout Planned, by asker: Principal) -> Bool {
    var outside: [TaskID] = []
    switch reference {
    case .name(let text):
      if let parent = plan.families.firstIndex(where: { $0.name == text }) {
        return join(parent, [], number, &plan)
      }
      if text.hasSuffix("]"), let open = text.firstIndex(of: "["),
        let parent = plan.families.firstIndex(where: { $0.name == String(text[..<open]) })
      {
        let items = text[text.index(after: open)...].dropLast().split(separator: ",", omittingEmptySubsequences: false)
        return join(parent, items.map(String.init), number, &plan)
      }
      guard let found = find(text, asker.name) else { return false }
      outside = found
    case .id(let id):
      guard let task = tasks[id] else { return false }
      outside = [newest(task.place) ?? id]
    case .job(let job):
      guard jobs[job] != nil else { return false }
      outside = members(of: job)
    case .member(let place):
      guard let id = newest(place) else { return false }
      outside = [id]
    }
    for id in outside {
      guard let task = tasks[id], task.state != .succeeded else { continue }
      guard task.isWaiting || task.state == .running else { return false }
      plan.families[number].outer.insert(id)
    }
    return true
  }

  /// What a name that is no family's means: one's own that has not ended, or the newest.
  private func find(_ name: String, _ asker: String) -> [TaskID]? {
    let posted = tasks.values.filter { $0.family == nil && $0.owner == asker && $0.name == name }
    if let open = posted.first(where: { !$0.isEnded }) { return [open.id] }
    let named = jobs.values.filter { $0.owner == asker && $0.shownName == name }.map(\.number).sorted(by: >)
    if let open = named.first(where: { job in members(of: job).contains { tasks[$0]?.isEnded == false } }) {
      return members(of: open)
    }
    if let newest = posted.map(\.id).max() { return [newest] }
    return named.first.map { members(of: $0) }
  }

  private func join(_ parent: Int, _ items: [String], _ child: Int, _ plan: inout Planned) -> Bool {
    guard parent != child else { return false }
    let (upper, lower) = (plan.families[parent], plan.families[child])
    var wanted: [(place: Int, value: ([String]) -> String)] = []
    for (place, item) in items.enumerated() {
      if item.hasPrefix("{"), item.hasSuffix("}") {
        let name = String(item.dropFirst().dropLast())
        guard let own = lower.names.firstIndex(of: name), let other = upper.names.firstIndex(of: name) else {
          return false
        }
        wanted.append((other, { $0[own] }))
      } else {
        guard items.count == upper.names.count else { return false }
        wanted.append((place, { _ in item }))
      }
    }
    for (offset, own) in lower.values.enumerated() {
      let parents = upper.values.enumerated().filter { row in
        wanted.allSatisfy { row.element[$0.place].unicodeScalars.elementsEqual($0.value(own).unicodeScalars) }
      }
      if parents.isEmpty { return false }
      plan.parents[lower.first + UInt32(offset), default: []].formUnion(parents.map { upper.first + UInt32($0.offset) })
    }
    return true
  }

  /// Families that wait for each other in a circle can't be.
  private func isWithoutCircles(_ plan: Planned) -> Bool {
    func number(_ member: UInt32) -> Int { plan.families.lastIndex { $0.first <= member } ?? 0 }
    var waits = [Set<Int>](repeating: [], count: plan.families.count)
    for (child, parents) in plan.parents { waits[number(child)].formUnion(parents.map(number)) }
    var left = Set(plan.families.indices)
    while let free = left.first(where: { waits[$0].isDisjoint(with: left) }) { left.remove(free) }
    return left.isEmpty
  }

  static func name(_ family: PlannedFamily, _ offset: Int) -> String? {
    guard let name = family.name, family.draft.parameters != nil else { return family.name }
    func plain(_ values: [String]) -> String {
      let shown = values.map { value in
        value.unicodeScalars.count > 40
          ? String(String.UnicodeScalarView(value.unicodeScalars.prefix(39))) + "…" : value
      }
      return "\(name)[\(shown.joined(separator: ","))]"
    }
    let own = plain(family.values[offset])
    if case .range = family.draft.parameters { return own }
    let isShared = family.values.indices.contains { other in
      other != offset && plain(family.values[other]).unicodeScalars.elementsEqual(own.unicodeScalars)
    }
    return isShared ? "\(own)#\(family.first + UInt32(offset))" : own
  }

  private func takeOver(from earlier: JobNumber, _ plan: inout Planned) {
    var succeeded: [CodePoints: Task] = [:]
    for id in members(of: earlier) {
      if let task = tasks[id], let name = task.name { succeeded[CodePoints(name)] = task }
    }
    var known: [UInt32: TaskID?] = [:]
    func origin(_ member: UInt32) -> TaskID? {
      if let origin = known[member] { return origin }
      var found: TaskID?
      if let number = plan.families.lastIndex(where: { $0.first <= member }), plan.families[number].outer.isEmpty {
        let family = plan.families[number]
        let new = Self.task(member, of: family, number, id: TaskID(seconds: 0, rest: 0), JobNumber(0), owner: "")
        if let name = new.name, let old = succeeded[CodePoints(name)], old.state == .succeeded,
          old.parameters == new.parameters, Self.words(old) == Self.words(new),
          (plan.parents[member] ?? []).allSatisfy({ origin($0) != nil })
        {
          found = old.id
        }
      }
      known[member] = .some(found)
      return found
    }
    var origins: [UInt32: TaskID] = [:]
    for family in plan.families { for member in family.members { origins[member] = origin(member) } }
    plan.origins = origins
  }

  private static func task(
    _ member: UInt32, of family: PlannedFamily, _ number: Int, id: TaskID, _ job: JobNumber, owner: String
  ) -> Task {
    let offset = Int(member - family.first)
    var task = Task(
      id: id, owner: owner, place: JobPlace(job: job, member: member), family: number, name: name(family, offset),
      fields: family.draft.fields)
    task.parameters = zip(family.names, family.values[offset]).map { Parameter(name: $0, text: CodePoints($1)) }
    task.isHeld = family.draft.isHeld
    return task
  }

  /// What a task runs, text by text.
  private static func words(_ task: Task) -> [CodePoints] {
    switch whole(task).work {
    case nil: []
    case .shell(let line): [CodePoints("shell"), CodePoints(line)]
    case .program(let words): [CodePoints("program")] + words.map { CodePoints($0) }
    }
  }

  /// A job was made as planned.
  mutating func make(_ plan: Planned, _ submission: JobSubmission, _ receipt: JobReceipt) {
    let next = nextJob
    require(receipt.number.value == next, .jobs, "the job \(receipt.number) was made; the next is \(next)")
    let count = plan.families.reduce(0) { $0 + $1.values.count }
    require(receipt.taskCount == count, .answers, "job \(receipt.number) has \(count) tasks, not \(receipt.taskCount)")
    require(
      receipt.takenOver == plan.origins.count, .resumes,
      "job \(receipt.number) took over \(receipt.takenOver), and \(plan.origins.count) are the same")
    nextJob = receipt.number.value + 1
    var job = Job(
      number: receipt.number, owner: submission.by.name, name: submission.name, labels: submission.labels,
      memberCount: UInt32(count), resumes: submission.resumes)
    job.shownName = submission.name ?? (count == 1 ? plan.families.first?.name : nil)
    for family in plan.families {
      job.families.append(
        Family(
          members: family.members, isArray: family.draft.parameters != nil, maxRunning: family.draft.maxRunning,
          stopAfterFailures: family.draft.stopAfterFailures))
    }
    jobs[job.number] = job
    touchedJobs.insert(job.number)
    let ids = Array(receipt.tasks)
    for (number, family) in plan.families.enumerated() {
      for member in family.members {
        var task = Self.task(
          member, of: family, number, id: ids[Int(member) - 1], receipt.number, owner: submission.by.name)
        if let origin = plan.origins[member] {
          task.origin = origin
          task.state = .succeeded
        }
        add(task)
      }
    }
    for (number, family) in plan.families.enumerated() {
      for member in family.members where plan.origins[member] == nil {
        let id = ids[Int(member) - 1]
        for parent in plan.parents[member] ?? [] where plan.origins[parent] == nil { connect(ids[Int(parent) - 1], id) }
        for parent in plan.families[number].outer { connect(parent, id) }
      }
    }
    for family in plan.families where family.draft.wantsAvailable {
      for member in family.members {
        guard let task = tasks[ids[Int(member) - 1]], task.state == .inactive, !waitsForParents(task) else { continue }
        letGo(task.id)
      }
    }
  }

  /// Tasks that were posted by themselves, each behind the one before it if `isChain`.
  mutating func make(_ ids: [TaskID], _ submission: Submission) {
    let job = JobNumber(nextJob)
    nextJob += 1
    jobs[job] = Job(number: job, owner: submission.by.name, memberCount: UInt32(ids.count))
    for (offset, (id, draft)) in zip(ids, submission.tasks).enumerated() {
      var task = Task(
        id: id, owner: submission.by.name, place: JobPlace(job: job, member: UInt32(offset + 1)),
        name: draft.fields.name,
        fields: draft.fields)
      task.isHeld = draft.isHeld
      add(task)
    }
    for (id, draft) in zip(ids, submission.tasks) {
      for case .name(let name) in draft.after {
        if let parent = zip(ids, submission.tasks).first(where: { $0.1.fields.name == name })?.0 { connect(parent, id) }
      }
    }
    for (id, draft) in zip(ids, submission.tasks) where draft.wantsAvailable {
      if let task = tasks[id], task.state == .inactive, !waitsForParents(task) { letGo(id) }
    }
  }
}
