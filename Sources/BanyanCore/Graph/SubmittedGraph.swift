/// The edges that a submission asks for, its names resolved and its rules checked, before anything is changed.
struct SubmittedGraph {
  /// Tasks by number: those of the request from 0, then those that exist and that it names, in the order of their
  /// first mention.
  typealias Node = Int32

  /// The children that each parent is given, in the order in which they were named, without duplicates; parents in the
  /// order of their numbers.
  private(set) var edges = Adjacency()
  /// The tasks that exist, by number from the count of the request's tasks.
  private(set) var existing: [Slot] = []
  private var existingNumbers: [Slot: Node] = [:]
  private let submission: Submission
  private var issues: [Rejection.Issue] = []
  /// It would change a task that is another's.
  private var forbidden: Rejection?

  init(_ submission: Submission, in tasks: borrowing TaskTable) throws(Rejection) {
    self.submission = submission
    let named = checkNames(tasks)
    let pairs = pairs(named, tasks)
    if let forbidden { throw forbidden }
    edges = Adjacency(pairs, nodes: submission.tasks.count + existing.count)
    if !pairs.isEmpty { checkCounts(tasks) }
    if issues.isEmpty, !pairs.isEmpty, let cycle = cycle(tasks) {
      issues.append(Rejection.Issue(field: "continuations", trouble: "closes a cycle: \(cycle)"))
    }
    guard issues.isEmpty else {
      throw Rejection(.unprocessable, "The request has fields that don't fit; nothing was made.", issues: issues)
    }
  }

  // MARK: Names

  /// Checks each task by itself and against those of the same name; tells the request's tasks by name.
  private mutating func checkNames(_ tasks: borrowing TaskTable) -> [CodePoints: Node] {
    let drafts = submission.tasks
    var named: [CodePoints: Node] = [:]
    // One task has nobody to collide with in its request, and can name only itself, which is told below.
    if drafts.count > 1 || drafts.first?.refersToOthers == true { named.reserveCapacity(drafts.count) }
    for number in drafts.indices {
      for issue in drafts[number].fields.troubles() { refuse(number, issue.field, issue.trouble) }
      guard let name = drafts[number].fields.name else { continue }
      if named.capacity > 0, named.updateValue(Node(number), forKey: CodePoints(name)) != nil {
        refuse(number, "name", "\(name) is given twice in this request; a name is unique among its owner's tasks")
      } else if let other = tasks.open(named: name, owner: submission.by.name) {
        refuse(
          number, "name",
          "\(name) is the name of your task \(tasks[other].id), which has not ended; take another name or wait")
      }
    }
    return named
  }

  // MARK: Edges

  private mutating func pairs(_ named: [CodePoints: Node], _ tasks: borrowing TaskTable) -> [(
    parent: Node, child: Node
  )] {
    var pairs: [(parent: Node, child: Node)] = []
    let drafts = submission.tasks
    for number in drafts.indices where drafts[number].refersToOthers {
      for (place, reference) in drafts[number].continuations.enumerated() {
        let field = "continuations.\(place)"
        guard let child = resolve(reference, number, field, named, tasks) else { continue }
        if let slot = slot(of: child), let refusal = tasks.refusal(ofChanging: slot, by: submission.by) {
          // To wait for another's task (`after`) changes nothing of it; to make it wait does.
          forbidden = forbidden ?? refusal
        } else if let slot = slot(of: child), tasks[slot].state != .inactive {
          refuse(
            number, field, "task \(tasks[slot].id) is \(tasks[slot].state.name); a continuation must be inactive")
        } else if child == number {
          refuse(number, field, "a task can't be its own continuation")
        } else {
          pairs.append((Node(number), child))
        }
      }
      for place in drafts[number].after.indices {
        let field = "after.\(place)"
        guard let parent = resolve(drafts[number].after[place], number, field, named, tasks) else { continue }
        if let slot = slot(of: parent) {
          if tasks[slot].hasSucceeded { continue }
          if tasks[slot].state.isEnded || tasks[slot].state == .pendingCancellation {
            refuse(number, field, "task \(tasks[slot].id) \(tasks[slot].parentEnd); it can't be waited for")
            continue
          }
        }
        if parent == number {
          refuse(number, field, "a task can't be its own continuation")
        } else {
          pairs.append((parent, Node(number)))
        }
      }
    }
    return pairs
  }

  /// No task gets more continuations than it may have, however they come.
  private mutating func checkCounts(_ tasks: borrowing TaskTable) {
    for number in 0..<submission.tasks.count + existing.count {
      let count = edges[number].count
      guard let slot = slot(of: Node(number)) else {
        if count > TaskFields.maxContinuations {
          refuse(number, "continuations", TaskEntry.troubleOfContinuations(count))
        }
        continue
      }
      guard count > 0, let trouble = tasks[slot].troubleOfContinuations(adding: count) else { continue }
      issues.append(Rejection.Issue(field: "after", trouble: trouble))
    }
  }

  /// The task that a reference means: one of the request by name, else one that exists.
  private mutating func resolve(
    _ reference: TaskReference, _ number: Int, _ field: @autoclosure () -> String, _ named: [CodePoints: Node],
    _ tasks: borrowing TaskTable
  ) -> Node? {
    switch reference {
    case .id(let id):
      if let slot = tasks.slot(id) { return node(of: slot) }
      refuse(number, field(), "there is no task \(id)")
    case .name(let name):
      if let other = named[CodePoints(name)] { return other }
      if let slot = tasks.find(named: name, asker: submission.by.name) { return node(of: slot) }
      refuse(
        number, field(),
        "there is no task named \(name) in this request, and you have none; name another's by its identifier")
    }
    return nil
  }

  private mutating func node(of slot: Slot) -> Node {
    if let known = existingNumbers[slot] { return known }
    let number = Node(submission.tasks.count + existing.count)
    existingNumbers[slot] = number
    existing.append(slot)
    return number
  }

  /// The slot of a task that exists; nil for one of the request.
  func slot(of node: Node) -> Slot? {
    let place = Int(node) - submission.tasks.count
    return place < 0 ? nil : existing[place]
  }

  private mutating func refuse(_ number: Int, _ field: String, _ trouble: String) {
    let path = submission.tasks.count == 1 ? field : "\(number).\(field)"
    issues.append(Rejection.Issue(field: path, trouble: trouble))
  }

  // MARK: Cycles

  /// The first cycle that the new edges close, in words; nil: none. A cycle runs through a new task; it leaves the
  /// request only if the request is entered again by an edge from a task that exists.
  private func cycle(_ tasks: borrowing TaskTable) -> String? {
    let isReentered = existing.indices.contains { !edges[submission.tasks.count + $0].isEmpty }
    if !isReentered, edges.isAcyclic { return nil }
    // Rare: there is a cycle to be named, or the continuations of tasks that exist have to be followed too.
    return cycleInWords(copy tasks)
  }

  private enum Step: Hashable {
    case new(Node)
    case old(Slot)
  }

  private func cycleInWords(_ tasks: TaskTable) -> String? {
    let search = CycleSearch<Step> { step in
      switch step {
      case .new(let node): edges[Int(node)].map(self.step)
      case .old(let slot):
        (existingNumbers[slot].map { edges[Int($0)].map(self.step) } ?? []) + tasks[slot].children.map(Step.old)
      }
    }
    guard let path = search.first(from: (0..<Node(submission.tasks.count)).lazy.map(Step.new)) else { return nil }
    return path.map { step in
      switch step {
      case .new(let number): submission.tasks[Int(number)].fields.name ?? "task \(number) of the request"
      case .old(let slot): tasks.name(of: tasks[slot]) ?? "\(tasks[slot].id)"
      }
    }.joined(separator: " → ")
  }

  private func step(_ node: Node) -> Step { slot(of: node).map(Step.old) ?? .new(node) }
}

extension TaskDraft {
  /// It names other tasks.
  fileprivate var refersToOthers: Bool { !continuations.isEmpty || !after.isEmpty }
}
