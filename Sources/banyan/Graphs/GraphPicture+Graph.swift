import BanyanCore

extension GraphPicture {
  /// Of more tasks than these those that were written as one are drawn as one.
  static let maxUnfolded = 40

  /// A graph as its file says it.
  init(_ graph: Graph) {
    self.init()
    add(graph)
  }

  /// Adds the tasks of a graph.
  mutating func add(_ graph: Graph) {
    let isFolded = graph.taskCount > Self.maxUnfolded
    var places: [[Int]] = []
    for task in graph.tasks {
      if isFolded {
        places.append([add(task.count > 1 ? "\(task.form.name ?? "") (\(task.count))" : task.form.name ?? "")])
      } else {
        places.append((0..<task.count).map { add(task.name(at: $0)) })
      }
    }
    for (index, task) in graph.tasks.enumerated() {
      for edge in task.edges {
        for (place, child) in places[index].enumerated() {
          for (offset, parent) in places[edge.parent].enumerated()
          where isFolded || edge.holds(parent: graph.tasks[edge.parent], offset, child: task, place) {
            connect(parent, to: child)
          }
        }
      }
    }
  }
}

extension FamilyEdge {
  /// Whether a task of the one family waits for a task of the other.
  fileprivate func holds(parent: Graph.Task, _ offset: Int, child: Graph.Task, _ place: Int) -> Bool {
    guard !conditions.isEmpty else { return true }
    let theirs = parent.form.parameters?.core.values(at: offset) ?? []
    let own = child.form.parameters?.core.values(at: place) ?? []
    return conditions.allSatisfy { condition in
      guard condition.parameter < theirs.count else { return false }
      switch condition.value {
      case .text(let text): return theirs[condition.parameter].isSame(as: text)
      case .same(let same): return same < own.count && theirs[condition.parameter].isSame(as: own[same])
      }
    }
  }
}
