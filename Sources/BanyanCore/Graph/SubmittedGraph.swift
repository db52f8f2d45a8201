/// The edges that a submission asks for, its names resolved and its rules checked, before anything is changed.
struct SubmittedGraph {
  /// A task of the request, or one that exists.
  enum Node: Hashable {
    case new(Int)
    case old(Slot)
  }

  /// By parent, in the order in which they were named, without duplicates.
  private(set) var edges: [(parent: Node, children: [Node])] = []
  private var places: [Node: Int] = [:]
  private var issues: [Rejection.Issue] = []

  init(_ submission: Submission, in state: QueueState) throws(Rejection) {
    let owner = submission.by.name
    var named: [String: Int] = [:]
    for (number, draft) in submission.tasks.enumerated() {
      for issue in draft.fields.troubles() { refuse(number, submission, issue.field, issue.trouble) }
      guard let name = draft.fields.name else { continue }
      if named.updateValue(number, forKey: name) != nil {
        refuse(
          number, submission, "name", "\(name) is given twice in this request; a name is unique among its owner's tasks"
        )
      } else if let other = state.tasks.open(named: name, owner: owner) {
        refuse(
          number, submission, "name",
          "\(name) is the name of your task \(state.tasks[other].id), which has not ended; take another name or wait")
      }
    }
    var seen: Set<Edge> = []
    for (number, draft) in submission.tasks.enumerated() {
      for (place, reference) in draft.continuations.enumerated() {
        let field = "continuations.\(place)"
        guard let child = resolve(reference, number, field, submission, named, state) else { continue }
        if case .old(let slot) = child, state.tasks[slot].state != .inactive {
          refuse(
            number, submission, field,
            "task \(state.tasks[slot].id) is \(state.tasks[slot].state.name); a continuation must be inactive")
        } else {
          add(.new(number), child, number, field, submission, &seen)
        }
      }
      for (place, reference) in draft.after.enumerated() {
        let field = "after.\(place)"
        guard let parent = resolve(reference, number, field, submission, named, state) else { continue }
        if case .old(let slot) = parent {
          let entry = state.tasks[slot]
          if entry.hasSucceeded { continue }
          if entry.state.isEnded || entry.state == .pendingCancellation {
            refuse(number, submission, field, "task \(entry.id) \(entry.whyNoParent); it can't be waited for")
            continue
          }
        }
        add(parent, .new(number), number, field, submission, &seen)
      }
    }
    if issues.isEmpty, let cycle = cycle(submission, state) {
      issues.append(Rejection.Issue(field: "continuations", trouble: "closes a cycle: \(cycle)"))
    }
    guard issues.isEmpty else {
      throw Rejection(.unprocessable, "The request has fields that don't fit; nothing was made.", issues: issues)
    }
  }

  private struct Edge: Hashable {
    var parent: Node
    var child: Node
  }

  /// The task that a reference means: one of the request by name, else one that exists.
  private mutating func resolve(
    _ reference: TaskReference, _ number: Int, _ field: String, _ submission: Submission, _ named: [String: Int],
    _ state: QueueState
  ) -> Node? {
    switch reference {
    case .id(let id):
      if let slot = state.tasks.slot(id) { return .old(slot) }
      refuse(number, submission, field, "there is no task \(id)")
    case .name(let name):
      if let other = named[name] { return .new(other) }
      if let slot = state.tasks.find(named: name, asker: submission.by.name) { return .old(slot) }
      refuse(number, submission, field, "there is no task named \(name), neither in this request nor on the server")
    }
    return nil
  }

  private mutating func add(
    _ parent: Node, _ child: Node, _ number: Int, _ field: String, _ submission: Submission, _ seen: inout Set<Edge>
  ) {
    guard parent != child else {
      refuse(number, submission, field, "a task can't be its own continuation")
      return
    }
    guard seen.insert(Edge(parent: parent, child: child)).inserted else { return }
    if let place = places[parent] {
      edges[place].children.append(child)
    } else {
      places[parent] = edges.count
      edges.append((parent, [child]))
    }
  }

  private mutating func refuse(_ number: Int, _ submission: Submission, _ field: String, _ trouble: String) {
    let path = submission.tasks.count == 1 ? field : "\(number).\(field)"
    issues.append(Rejection.Issue(field: path, trouble: trouble))
  }

  // MARK: Cycles

  /// The first cycle that the new edges close, in words; nil: none. A cycle runs through a new task; it leaves the
  /// request only if the request is entered again by an edge from a task that exists.
  private func cycle(_ submission: Submission, _ state: QueueState) -> String? {
    let reentered = edges.contains { edge in
      if case .old = edge.parent { true } else { false }
    }
    let search = CycleSearch<Node> { node in
      let added = places[node].map { edges[$0].children } ?? []
      guard reentered, case .old(let slot) = node else { return added }
      return added + state.tasks[slot].children.map(Node.old)
    }
    guard let path = search.first(from: (0..<submission.tasks.count).lazy.map(Node.new)) else { return nil }
    return path.map { node in
      switch node {
      case .new(let number): submission.tasks[number].fields.name ?? "task \(number) of the request"
      case .old(let slot): state.tasks[slot].spec.name ?? "\(state.tasks[slot].id)"
      }
    }.joined(separator: " → ")
  }
}

extension TaskEntry {
  var whyNoParent: String {
    switch state {
    case .cancelled: "was cancelled"
    case .pendingCancellation: "is being cancelled"
    default: wasCancelledTooLate ? "was to be cancelled" : "failed"
    }
  }
}
