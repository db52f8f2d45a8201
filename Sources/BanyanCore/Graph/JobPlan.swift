/// A job that somebody wants to make, checked by itself and against the queue before anything is changed: its families with
/// their places, what of other jobs they wait for, and what it takes over.
struct JobPlan {
  /// Families as they will be, but for the identifier that their limits are kept by.
  private(set) var families: [PlannedFamily] = []
  /// How many members there are.
  private(set) var memberCount = 0
  private(set) var takenOver: [JobMaking.TakenOver] = []
  /// How many ties its edges need.
  private(set) var tieCount = 0
  /// Members that were looked at for edges.
  private var lookedAt = 0

  struct PlannedFamily {
    var draft: FamilyDraft
    var name: String?
    var firstMember: UInt32
    var count: Int
    var after: [FamilyEdge] = []
    /// Tasks that exist and have yet to succeed.
    var outer: [Slot] = []
    var numbered: [UInt32] = []
  }

  private let submission: JobSubmission
  /// Families by name.
  private var numbers: [CodePoints: Int] = [:]
  private var issues: [Rejection.Issue] = []
  /// Nobody reads more troubles than this.
  private static let maxIssues = 100

  init(_ submission: JobSubmission, in state: QueueState) throws(Rejection) {
    self.submission = submission
    checkName()
    try placeFamilies()
    for number in families.indices { resolve(number, state) }
    checkCycle()
    guard issues.isEmpty else { throw refusal }
    for number in families.indices {
      let family = families[number]
      families[number].numbered = FamilyName.ambiguous(family.name, family.draft.parameters, count: family.count)
    }
    try checkEdges()
    if let number = submission.resumes {
      let resumption = try Resumption(number, of: self, by: submission.by, in: state)
      takenOver = resumption.takenOver
    }
  }

  private var refusal: Rejection {
    Rejection(
      .unprocessable, "The job has fields that don't fit; nothing was made.",
      issues: Array(issues.prefix(Self.maxIssues)))
  }

  private mutating func refuse(_ number: Int, _ field: String, _ trouble: String) {
    issues.append(Rejection.Issue(field: "tasks.\(number).\(field)", trouble: trouble))
  }

  // MARK: Names and numbers

  private mutating func checkName() {
    guard let name = submission.name, let trouble = JobSpec.trouble(withName: name) else { return }
    issues.append(Rejection.Issue(field: "name", trouble: trouble))
  }

  private mutating func placeFamilies() throws(Rejection) {
    guard !submission.families.isEmpty else { throw .field("tasks", "is empty; give at least one family") }
    for (number, draft) in submission.families.enumerated() {
      var draft = draft
      for (label, text) in submission.labels where draft.fields.labels[label] == nil {
        draft.fields.labels[label] = text
      }
      // A family alone that has no name is called as its job is.
      let name = draft.fields.name ?? (submission.families.count == 1 ? submission.name : nil)
      if let name {
        if let trouble = Family.trouble(withName: name) { refuse(number, "name", trouble) }
        if let other = numbers.updateValue(number, forKey: CodePoints(name)) {
          refuse(number, "name", "\(name) is the name of the family \(other) too; names are unique within a job")
        }
      }
      for issue in draft.fields.troubles() { refuse(number, issue.field, issue.trouble) }
      let count = count(of: draft, number)
      let (sum, overflow) = memberCount.addingReportingOverflow(count)
      guard !overflow, sum <= Int(JobPlace.maxMembers) else {
        refuse(
          number, draft.parameters.map(Self.field) ?? "name",
          "makes more than \(JobPlace.maxMembers) tasks, which is the most of a job; split it")
        throw refusal
      }
      families.append(
        PlannedFamily(draft: draft, name: name, firstMember: UInt32(memberCount + 1), count: count))
      memberCount = sum
      checkFilledLengths(draft, number)
    }
  }

  private static func field(of parameters: Parameters) -> String {
    switch parameters {
    case .range: "range"
    case .matrix: "matrix"
    case .rows: "rows"
    }
  }

  private mutating func count(of draft: FamilyDraft, _ number: Int) -> Int {
    guard let parameters = draft.parameters else { return 1 }
    let field = Self.field(of: parameters)
    guard let count = parameters.count, count <= Int(JobPlace.maxMembers) else {
      refuse(number, field, "makes more than \(JobPlace.maxMembers) tasks, which is the most of a job")
      return 0
    }
    if count == 0 { refuse(number, field, "makes no task; give at least one value") }
    return count
  }

  /// What a text may come to with the longest values in it has to fit as it would if it had been written so.
  private mutating func checkFilledLengths(_ draft: FamilyDraft, _ number: Int) {
    guard let parameters = draft.parameters else { return }
    let (names, longest) = (parameters.names, parameters.longestValues)
    func length(_ text: String) -> Int {
      var length = 0
      Placeholders.forEachPart(of: text, names) { part in
        switch part {
        case .text(let text): length += text.utf8.count
        case .parameter(let place): length += place < longest.count ? longest[place] : 0
        }
      }
      return length
    }
    func check(_ field: String, _ text: String?, most: Int) {
      guard let text, Placeholders.mayHave(text) else { return }
      let length = length(text)
      if length > most {
        refuse(number, field, "would be up to \(length) bytes long with the values in it; \(most) are allowed")
      }
    }
    switch draft.fields.work {
    case .shell(let line): check("command", line, most: TextRule.command.length.upperBound)
    case .program(let words):
      for word in words { check("arguments", word, most: TextListRule.arguments.maxElementLength) }
    case nil: break
    }
    check("working_directory", draft.fields.workingDirectory, most: TextRule.absolutePath.length.upperBound)
    check("stdin_path", draft.fields.stdinPath, most: TextRule.path.length.upperBound)
    check("stdout_path", draft.fields.stdoutPath, most: TextRule.path.length.upperBound)
    check("stderr_path", draft.fields.stderrPath, most: TextRule.path.length.upperBound)
    if case .program(let words) = draft.fields.work {
      let total = words.reduce(0) { $0 + length($1) }
      if total > TextListRule.arguments.total {
        refuse(
          number, "arguments",
          "would be up to \(total) bytes with the values in them; \(TextListRule.arguments.total) are allowed")
      }
    }
    let labels = draft.fields.labels.reduce(0) { $0 + $1.key.utf8.count + length($1.value) }
    if labels > TextMapRule.labels.total {
      refuse(
        number, "labels",
        "would be up to \(labels) bytes with the values in them; \(TextMapRule.labels.total) are allowed")
    }
    let environment = draft.fields.environment.reduce(0) { $0 + $1.key.utf8.count + length($1.value) }
    if environment > TextMapRule.environment.total {
      refuse(
        number, "environment",
        "would be \(environment) bytes with the values in it; \(TextMapRule.environment.total) are allowed")
    }
  }

  // MARK: Edges

  private mutating func resolve(_ number: Int, _ state: QueueState) {
    var edges: Set<FamilyEdge> = []
    var outer: Set<Slot> = []
    for (place, reference) in families[number].draft.after.enumerated() {
      let field = "after.\(place)"
      switch reference {
      case .name(let text):
        if let edge = edge(from: text, of: number, field) {
          if let edge, edges.insert(edge).inserted { families[number].after.append(edge) }
          continue
        }
        let asker = submission.by.name
        if let slots = state.tasks.find(text, asker: asker) {
          wait(for: slots, number, field, state, &outer)
        } else {
          refuse(
            number, field,
            "\(text) is no family of this job, and you have no task or job of that name\(missing(in: text))")
        }
      case .id(let id):
        guard let slot = state.tasks.slot(id) else {
          refuse(number, field, "there is no task \(id)")
          continue
        }
        wait(for: [state.tasks.newest(of: slot) ?? slot], number, field, state, &outer)
      case .job(let job):
        guard let row = state.jobs.row(job) else {
          refuse(number, field, "there is no job \(job)")
          continue
        }
        wait(for: state.tasks.newestMembers(of: row), number, field, state, &outer)
      case .member(let place):
        guard let row = state.jobs.row(place.job), let slot = state.tasks.newest(of: row, place.member) else {
          refuse(number, field, "there is no member \(place.member) of a job \(place.job)")
          continue
        }
        wait(for: [slot], number, field, state, &outer)
      }
    }
  }

  private mutating func wait(
    for slots: [Slot], _ number: Int, _ field: String, _ state: QueueState, _ known: inout Set<Slot>
  ) {
    for slot in slots where !state.tasks[slot].hasSucceeded {
      let entry = state.tasks[slot]
      if entry.state.isEnded || entry.state == .pendingCancellation {
        let place = state.tasks.place(slot)
        let name = state.tasks.name(of: entry).map { " (\($0))" } ?? ""
        return refuse(
          number, field,
          "the task \(place.job).\(place.member)\(name) \(entry.parentEnd); it can't be waited for: retry it first")
      }
      if known.insert(slot).inserted { families[number].outer.append(slot) }
    }
  }

  /// The edge that a text means within the job: `.some(nil)`: it was refused; nil: it names no family of the job.
  private mutating func edge(from text: String, of number: Int, _ field: String) -> FamilyEdge?? {
    if let parent = family(named: text) { return edge(to: parent, [], of: number, field) }
    guard text.hasSuffix("]"), let open = text.firstIndex(of: "["), let parent = family(named: String(text[..<open]))
    else { return nil }
    let inside = text[text.index(after: open)...].dropLast()
    let items = inside.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    return edge(to: parent, items, of: number, field)
  }

  /// What was forgotten in a text that looks like a family with values behind it.
  private func missing(in text: String) -> String {
    guard let open = text.firstIndex(of: "["), !text.hasSuffix("]"), family(named: String(text[..<open])) != nil else {
      return ""
    }
    return "; a ] is missing at the end"
  }

  private func family(named name: String) -> Int? { numbers[CodePoints(name)] }

  private mutating func edge(to parent: Int, _ items: [String], of number: Int, _ field: String) -> FamilyEdge? {
    guard parent != number else {
      refuse(number, field, "the family waits for itself")
      return nil
    }
    guard !items.isEmpty else { return FamilyEdge(parent: parent) }
    let names = families[parent].draft.parameters?.names ?? []
    let own = families[number].draft.parameters?.names ?? []
    var conditions: [FamilyEdge.Condition] = []
    let isInOrder = items.count == names.count
    for (place, item) in items.enumerated() {
      if item.hasPrefix("{"), item.hasSuffix("}") {
        let name = String(item.dropFirst().dropLast())
        guard let ownPlace = own.firstIndex(where: { $0.isSame(as: name) }) else {
          refuse(number, field, "{\(name)} is no parameter of this family\(Self.choices(own))")
          return nil
        }
        guard let other = names.firstIndex(where: { $0.isSame(as: name) }) else {
          refuse(number, field, "{\(name)} is no parameter of the family that is waited for\(Self.choices(names))")
          return nil
        }
        conditions.append(.init(parameter: other, value: .same(as: ownPlace)))
      } else if isInOrder {
        conditions.append(.init(parameter: place, value: .text(item)))
      } else {
        refuse(
          number, field,
          "has \(items.count) values in brackets; the family that is waited for has \(names.count) parameters: give as many, or {name}"
        )
        return nil
      }
    }
    return FamilyEdge(parent: parent, conditions: conditions)
  }

  private static func choices(_ names: [String]) -> String {
    names.isEmpty ? "; it has none" : "; it has \(names.joined(separator: ", "))"
  }

  private mutating func checkCycle() {
    let families = families
    let search = CycleSearch<Int> { number in families[number].after.map(\.parent) }
    guard let path = search.first(from: families.indices.lazy.map { $0 }) else { return }
    let words = path.reversed().map { families[$0].name ?? "family \($0)" }.joined(separator: " → ")
    issues.append(Rejection.Issue(field: "tasks", trouble: "wait for each other in a circle: \(words)"))
  }

  /// Looking for those of certain values may cost so much: members that are looked at, for all edges of a job.
  private static let maxLookedAt = 20_000_000
  /// Single edges of a job; what waits for whole families makes none.
  private static let maxEdges = 4_000_000

  /// Each task that waits for those of certain values has to have some to wait for.
  private mutating func checkConditions(_ number: Int, _ all: [Family]) {
    for edge in families[number].after where !edge.conditions.isEmpty {
      let parent = all[edge.parent]
      lookedAt += edge.isFoundByNumber(in: parent) ? 1 : parent.count + (edge.namesMembers ? 0 : all[number].count)
      guard lookedAt <= Self.maxLookedAt else {
        return refuse(
          number, "after", "tells too many tasks apart to be looked for; wait for whole families, or by {parameter}")
      }
      if edge.namesMembers {
        guard parent.members(namedBy: edge).isEmpty else { continue }
        return refuse(number, "after", Self.trouble(of: edge, to: parent, own: families[number].draft.parameters))
      }
      for knot in all.knots(of: edge, into: all[number]) where knot.parents.isEmpty {
        let member = knot.children[0]
        let name = all[number].name(of: member) ?? "member \(member)"
        return refuse(
          number, "after",
          "\(name) waits for tasks of \(parent.name ?? "family \(edge.parent)") that there are none of")
      }
    }
  }

  /// What is wrong with an edge that names tasks by values that none has.
  private static func trouble(of edge: FamilyEdge, to parent: Family, own: Parameters?) -> String {
    let texts = edge.conditions.compactMap { if case .text(let text) = $0.value { text } else { nil } }
    let name = parent.name ?? "family \(edge.parent)"
    let words = "\(name)[\(texts.joined(separator: ","))] names no task: \(name) has none with these values"
    guard let broken = texts.first(where: { $0.hasPrefix("{") != $0.hasSuffix("}") }) else { return words }
    let inside = broken.filter { $0 != "{" && $0 != "}" }
    let example = own?.names.first { $0.isSame(as: inside) } ?? own?.names.first ?? "name"
    return "\(words); a parameter stands in both braces, as {\(example)}"
  }

  private mutating func checkEdges() throws(Rejection) {
    guard families.contains(where: { !$0.after.isEmpty }) else { return }
    let all = families.map { $0.family(ownedBy: submission.by.name) }
    for number in families.indices { checkConditions(number, all) }
    guard issues.isEmpty else { throw refusal }
    let knots = all.knots
    let edges = knots.reduce(0) { $0 + ($1.isTied ? 0 : $1.parents.count * $1.children.count) }
    guard edges <= Self.maxEdges else {
      throw .field("tasks", "have \(edges) single edges; \(Self.maxEdges) are allowed: wait for whole families")
    }
    tieCount = knots.count { $0.isTied }
  }
}

extension FamilyEdge {
  /// Whether the member that it names is reckoned rather than looked for.
  fileprivate func isFoundByNumber(in parent: Family) -> Bool {
    if namesMembers, case .range? = parent.parameters { true } else { false }
  }
}

extension JobPlan.PlannedFamily {
  /// The family as it will be.
  /// - Parameters:
  ///   - owner: who owns the job.
  ///   - batch: the identifier of its first member, by which its limits are kept.
  func family(ownedBy owner: String, batch: TaskID? = nil) -> Family {
    var fields = draft.fields
    fields.name = name
    let isTemplate = draft.parameters != nil
    if isTemplate {
      fields.array = ArrayPlace(
        name: name ?? "", index: 0, maxRunning: draft.maxRunning, stopAfterFailures: draft.stopAfterFailures,
        batch: batch)
    }
    return Family(
      name: name, firstMember: firstMember, count: count, parameters: draft.parameters,
      spec: TaskSpec(owner: owner, fields: fields, isTemplate: isTemplate), isHeld: draft.isHeld,
      wantsAvailable: draft.wantsAvailable, after: after, numbered: numbered)
  }
}

extension Parameters {
  /// The length of the longest value of each parameter, in bytes.
  fileprivate var longestValues: [Int] {
    switch self {
    case .range(let spans): [spans.map { "\($0.last)".utf8.count }.max() ?? 0]
    case .matrix(let axes): axes.map { $0.values.lazy.map(\.utf8.count).max() ?? 0 }
    case .rows(let columns, let values):
      columns.indices.map { column in
        stride(from: column, to: values.count, by: columns.count).lazy.map { values[$0].utf8.count }.max() ?? 0
      }
    }
  }
}

extension JobSpec {
  /// What is wrong with a job's name; nil: nothing.
  public static func trouble(withName name: String) -> String? {
    let count = name.unicodeScalars.count
    guard (1...128).contains(count) else { return "\(count) characters long; give 1 to 128" }
    if name.utf8.contains(UInt8(ascii: "/")) {
      return "has a / in it, which stands between a job and its tasks; leave it out"
    }
    if name.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
      return "is digits alone, which is how a number looks; add a letter"
    }
    if let control = name.unicodeScalars.first(where: { $0.properties.generalCategory == .control }) {
      return "has the control character U+\(control.codePoint) in it, which terminals can't show; leave it out"
    }
    return nil
  }
}

extension Unicode.Scalar {
  /// Its number as Unicode writes it.
  fileprivate var codePoint: String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}

extension Family {
  /// What is wrong with a family's name; nil: nothing.
  public static func trouble(withName name: String) -> String? {
    if let trouble = TextRule.name.trouble(in: name) { return "\(trouble); \(TextRule.name.remedy)" }
    return nil
  }
}
