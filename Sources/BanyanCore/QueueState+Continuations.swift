/// Adding and removing edges between inactive tasks, both of them the asker's to change: an edge makes the child wait, and
/// takes it along when the parent fails.
extension QueueState {
  mutating func addContinuations(
    _ additions: [(target: TaskReference, values: [TaskReference])], by asker: Principal, at now: Int64
  ) throws(Rejection) {
    var added: [(parent: Slot, children: [Slot])] = []
    var issues: [Rejection.Issue] = []
    for (target, values) in additions {
      guard let parent = try inactive(target, "targets", asker, &issues) else { continue }
      var known = Set(tasks[parent].children)
      var children: [Slot] = []
      for value in values {
        guard let child = try inactive(value, "continuations", asker, &issues) else { continue }
        if child == parent {
          issues.append(.init(field: "continuations", trouble: "a task can't be its own continuation"))
        } else if known.insert(child).inserted {
          children.append(child)
        }
      }
      if !children.isEmpty { added.append((parent, children)) }
      if let trouble = tasks[parent].troubleOfContinuations(adding: children.count) {
        issues.append(.init(field: "continuations", trouble: trouble))
      }
    }
    if issues.isEmpty, let cycle = cycle(adding: added) {
      issues.append(.init(field: "continuations", trouble: "closes a cycle: \(cycle)"))
    }
    guard issues.isEmpty else {
      throw Rejection(.unprocessable, "The continuations can't be added; nothing was changed.", issues: issues)
    }
    for (parent, children) in added {
      emit(.continuationsAdded(tasks[parent].id, children: children.map { tasks[$0].id }), at: now)
    }
  }

  mutating func removeContinuations(
    _ removals: [(target: TaskReference, values: [TaskReference])], by asker: Principal, at now: Int64
  ) throws(Rejection) {
    var issues: [Rejection.Issue] = []
    var removed: [(parent: Slot, children: [Slot])] = []
    for (target, values) in removals {
      guard let parent = try inactive(target, "targets", asker, &issues) else { continue }
      var known = Set(tasks[parent].children)
      var children: [Slot] = []
      for value in values {
        guard let child = try inactive(value, "continuations", asker, &issues) else { continue }
        guard known.remove(child) != nil else {
          issues.append(
            .init(
              field: "continuations", trouble: "\(tasks[child].id) is no continuation of \(tasks[parent].id)"))
          continue
        }
        children.append(child)
      }
      if !children.isEmpty { removed.append((parent, children)) }
    }
    guard issues.isEmpty else {
      throw Rejection(.unprocessable, "The continuations can't be removed; nothing was changed.", issues: issues)
    }
    for (parent, children) in removed {
      emit(.continuationsRemoved(tasks[parent].id, children: children.map { tasks[$0].id }), at: now)
    }
  }

  /// Makes a task's continuations these and no others. To name those that it has, in any order, is a no-op in every
  /// state; anything else is adding, then removing.
  mutating func setContinuations(
    of parent: TaskID, to wanted: [TaskReference], by asker: Principal, at now: Int64
  ) throws(Rejection) {
    guard let slot = tasks.slot(parent) else { throw Rejection(.notFound, "There is no task \(parent).") }
    let shown = tasks[slot].children.filter { tasks[$0].state != .cancelled && !tasks[$0].isTie }
    let known = Set(shown)
    var named: Set<Slot> = []
    var added: [TaskReference] = []
    for reference in wanted {
      let child: Slot? =
        switch reference {
        case .id(let id): tasks.slot(id)
        case .name(let name): tasks.find(named: name, asker: asker.name)
        }
      if let child, known.contains(child) { named.insert(child) } else { added.append(reference) }
    }
    let removed = shown.filter { !named.contains($0) }.map { TaskReference.id(tasks[$0].id) }
    if !added.isEmpty { try addContinuations([(.id(parent), added)], by: asker, at: now) }
    if !removed.isEmpty { try removeContinuations([(.id(parent), removed)], by: asker, at: now) }
  }

  private func inactive(
    _ reference: TaskReference, _ field: String, _ asker: Principal, _ issues: inout [Rejection.Issue]
  ) throws(Rejection) -> Slot? {
    let found: Slot?
    switch reference {
    case .id(let id):
      found = tasks.slot(id)
      if found == nil { issues.append(.init(field: field, trouble: "there is no task \(id)")) }
    case .name(let name):
      found = tasks.find(named: name, asker: asker.name)
      if found == nil { issues.append(.init(field: field, trouble: "you have no task named \(name)")) }
    }
    guard let slot = found else { return nil }
    try checkMayChange(slot, by: asker)
    guard tasks[slot].state == .inactive else {
      issues.append(
        .init(
          field: field,
          trouble:
            "task \(tasks[slot].id) is \(tasks[slot].state.name); edges can be changed between inactive tasks only"))
      return nil
    }
    return slot
  }

  /// The first cycle that these edges close, in words.
  private func cycle(adding added: [(parent: Slot, children: [Slot])]) -> String? {
    var more: [Slot: [Slot]] = [:]
    for (parent, children) in added { more[parent, default: []] += children }
    let search = CycleSearch<Slot> { slot in tasks[slot].children + (more[slot] ?? []) }
    return search.first(from: added.map(\.parent))?
      .map { tasks[$0].spec.name ?? "\(tasks[$0].id)" }.joined(separator: " → ")
  }
}

extension TaskEntry {
  /// What is wrong with adding so many continuations; nil: nothing.
  func troubleOfContinuations(adding count: Int) -> String? {
    let sum = children.count + count
    guard count > 0, sum > TaskFields.maxContinuations else { return nil }
    return "of the task \(id): " + Self.troubleOfContinuations(sum)
  }

  static func troubleOfContinuations(_ count: Int) -> String {
    "\(count) would be more than the \(TaskFields.maxContinuations) that a task may have; put groups between"
  }
}
