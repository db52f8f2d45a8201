/// What a retry copies: which tasks, and which edges the copies get. Worked out and checked before anything is changed.
struct RetryPlan {
  /// The most copies that one request makes.
  static let maxCopies = 1_000_000
  /// Nobody reads more troubles than this.
  private static let maxIssues = 100

  /// The tasks to copy: those that were named, then what was cancelled below them.
  private(set) var originals: [Slot] = []
  /// So many of them were named.
  private(set) var namedCount = 0
  /// Edges between copies, by the parent's place in `originals`.
  private(set) var edges: [(parent: Int, children: [Int])] = []
  /// Edges from tasks that are not copied and have yet to succeed.
  private(set) var outerEdges: [(parent: Slot, children: [Int])] = []

  /// Of the originals those that are ties.
  private var ties: Set<TaskID> = []
  private var places: [Slot: Int] = [:]
  private var issues: [Rejection.Issue] = []

  init(_ retry: Retry, in state: QueueState) throws(Rejection) {
    guard !retry.tasks.isEmpty else { throw .field("tasks", "is empty; name the tasks that shall be tried again") }
    for id in retry.tasks where issues.count < Self.maxIssues {
      guard let slot = state.tasks.slot(id) else { throw Rejection(.notFound, "There is no task \(id).") }
      let entry = state.tasks[slot]
      if !entry.state.isEnded || entry.hasSucceeded {
        refuse(
          id, "state",
          "it \(entry.state.isEnded ? "succeeded" : "is \(entry.state.name)"); what failed or was cancelled can be retried"
        )
      }
      if entry.isReplaced, let newest = state.tasks.newest(of: slot) {
        refuse(id, "_id", "it was tried again, as \(state.tasks[newest].id); retry that one")
      }
      add(slot)
    }
    namedCount = originals.count
    guard issues.isEmpty else { throw refusal }
    try gatherBelow(state, by: retry.by)
    gatherTies(state)
    checkNames(state)
    connect(state)
    checkChanges(RetryChanges(retry.changes, retry.resources), state)
    guard issues.isEmpty else { throw refusal }
    for slot in originals where state.tasks[slot].isTie { ties.insert(state.tasks[slot].id) }
  }

  /// Whether an original is a tie, of which nobody is told.
  func isTie(_ original: TaskID) -> Bool { ties.contains(original) }

  /// The copies have to be tasks that could have been made so.
  private mutating func checkChanges(_ changes: RetryChanges, _ state: QueueState) {
    guard !changes.isEmpty else { return }
    if changes.changesResources, originals.prefix(namedCount).allSatisfy({ state.tasks[$0].spec.isGroup }) {
      issues.append(
        .init(
          field: "changes.\(ProvidedField.resources.name)",
          trouble: "none of these runs anything, and what runs nothing reserves nothing; leave it out"))
    }
    for field in changes.names where field == .name || field == .array {
      issues.append(
        .init(field: "changes.\(field.name)", trouble: "can't be other for what is tried again; leave it out"))
    }
    var specs: Set<ObjectIdentifier> = []
    for slot in originals.prefix(namedCount) where issues.count < Self.maxIssues && !state.tasks[slot].isTie {
      let spec = state.tasks[slot].spec
      guard specs.insert(ObjectIdentifier(spec)).inserted else { continue }
      for issue in changes.applied(to: spec.fields).troubles() {
        refuse(state.tasks[slot].id, issue.field, issue.trouble)
      }
    }
  }

  private var refusal: Rejection {
    Rejection(.unprocessable, "The tasks can't be retried; nothing was made.", issues: issues)
  }

  private mutating func add(_ slot: Slot) {
    guard places[slot] == nil else { return }
    places[slot] = originals.count
    originals.append(slot)
  }

  /// What others had put below is theirs to retry. A tie is looked through: it is copied for those that hang on it, however
  /// often that was done before.
  private mutating func gatherBelow(_ state: QueueState, by asker: Principal) throws(Rejection) {
    var next = 0
    var seen: Set<Slot> = []
    while next < originals.count {
      for child in state.tasks.below(originals[next]) where state.tasks[child].state == .cancelled {
        if state.tasks[child].isTie {
          guard seen.insert(child).inserted else { continue }
          for child in state.tasks[child].children { gather(child, state, by: asker) }
        } else {
          gather(child, state, by: asker)
        }
      }
      next += 1
      guard originals.count <= Self.maxCopies else {
        throw Rejection(.tooLarge, "More than \(Self.maxCopies) tasks would be copied, which is the most at once.")
      }
    }
  }

  private mutating func gather(_ child: Slot, _ state: QueueState, by asker: Principal) {
    let entry = state.tasks[child]
    if entry.state == .cancelled, !entry.isReplaced, asker.mayChange(ownedBy: entry.spec.owner) { add(child) }
  }

  /// Through a tie that was cut nothing is released any more: what is copied waits through a copy of it.
  private mutating func gatherTies(_ state: QueueState) {
    for slot in originals {
      for parent in state.tasks[slot].parents where state.tasks[parent].isTie {
        if state.tasks[parent].state == .cancelled { add(parent) }
      }
    }
  }

  /// What is told of a tie is told of a task that waits through it.
  private func subject(_ entry: TaskEntry, _ state: QueueState) -> TaskID {
    guard entry.isTie, let child = entry.children.first(where: { places[$0] != nil }) else { return entry.id }
    return state.tasks[child].id
  }

  private struct OwnedName: Hashable {
    var owner: CodePoints
    var name: CodePoints
  }

  private mutating func checkNames(_ state: QueueState) {
    var seen: [OwnedName: TaskID] = [:]
    for slot in originals where issues.count < Self.maxIssues {
      let entry = state.tasks[slot]
      // Of a member of a family the name is its job's business.
      guard !entry.isFamilial, let name = entry.spec.name else { continue }
      let owner = entry.spec.owner
      if let other = seen.updateValue(entry.id, forKey: OwnedName(owner: CodePoints(owner), name: CodePoints(name))) {
        refuse(
          entry.id, "name", "\(name) is the name of the task \(other) too, which is retried with it; retry one of them")
      } else if let other = state.tasks.open(named: name, owner: owner) {
        refuse(
          entry.id, "name", "\(name) is in use again, by \(owner)'s task \(state.tasks[other].id), which has not ended")
      }
    }
  }

  private mutating func connect(_ state: QueueState) {
    var outerPlaces: [Slot: Int] = [:]
    for (place, slot) in originals.enumerated() where issues.count < Self.maxIssues {
      let entry = state.tasks[slot]
      let children = state.tasks.below(slot).compactMap { places[$0] }
      if !children.isEmpty { edges.append((place, children)) }
      if entry.state == .cancelled, !entry.isTie, let parent = entry.cause?.parent, state.tasks.slot(parent) == nil {
        refuse(entry.id, "after", "its parent \(parent) did not succeed and was forgotten since; submit the task anew")
      }
      // Edges run between what stands at the places now.
      for parent in entry.parents.map({ state.tasks.newest(of: $0) ?? $0 }) where places[parent] == nil {
        let outer = state.tasks[parent]
        if outer.hasSucceeded { continue }
        if outer.state.isEnded || outer.state == .pendingCancellation {
          refuse(subject(entry, state), "after", "its parent \(outer.id) \(outer.parentEnd); retry that one with it")
        } else if let known = outerPlaces[parent] {
          outerEdges[known].children.append(place)
        } else if outer.isTie,
          let stopping = outer.parents.first(where: { state.tasks[$0].state == .pendingCancellation })
        {
          let stopping = state.tasks[stopping]
          refuse(entry.id, "after", "its parent \(stopping.id) \(stopping.parentEnd); retry that one with it")
        } else {
          outerPlaces[parent] = outerEdges.count
          outerEdges.append((parent, [place]))
        }
      }
    }
    for (parent, children) in outerEdges where !state.tasks[parent].isTie {
      guard let trouble = state.tasks[parent].troubleOfContinuations(adding: children.count) else { continue }
      refuse(state.tasks[parent].id, "continuations", trouble)
    }
  }

  private mutating func refuse(_ task: TaskID, _ field: String, _ trouble: String) {
    issues.append(.init(field: "\(task).\(field)", trouble: trouble))
  }
}
