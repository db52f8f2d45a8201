/// Depth-first search for a cycle, with a stack of its own: a chain of a million nodes needs no deep recursion.
/// Each node and edge is looked at once.
struct CycleSearch<Node: Hashable> {
  let successors: (Node) -> [Node]

  private enum Mark {
    case onPath, done
  }

  /// The first cycle that can be reached, its first node again at its end; nil: there is none.
  func first(from starts: some Sequence<Node>) -> [Node]? {
    var marks: [Node: Mark] = [:]
    for start in starts where marks[start] == nil {
      var path = [(node: start, next: successors(start)[...])]
      marks[start] = .onPath
      while let (node, rest) = path.last {
        guard let child = rest.first else {
          marks[node] = .done
          path.removeLast()
          continue
        }
        path[path.count - 1].next = rest.dropFirst()
        switch marks[child] {
        case .done: continue
        case .onPath:
          let cycle = path.map(\.node).drop { $0 != child }
          return Array(cycle) + [child]
        case nil:
          marks[child] = .onPath
          path.append((child, successors(child)[...]))
        }
      }
    }
    return nil
  }
}
