/// Edges by parent in one array: nodes are numbers, a node's children a stretch of it. For a graph of a million nodes it is
/// two arrays, where a dictionary of arrays would be a million.
struct Adjacency: Sendable {
  typealias Node = Int32

  private var children: [Node] = []
  /// Where each node's children begin; one more at the end.
  private var starts: [Int32] = []

  init() {}

  /// Keeps the order in which a parent's edges come; an edge that comes again is left out.
  init(_ edges: [(parent: Node, child: Node)], nodes: Int) {
    guard !edges.isEmpty else { return }
    var starts = [Int32](repeating: 0, count: nodes + 1)
    for edge in edges { starts[Int(edge.parent) + 1] += 1 }
    for node in 0..<nodes { starts[node + 1] += starts[node] }
    var ends = starts
    var sorted = [Node](repeating: 0, count: edges.count)
    for edge in edges {
      sorted[Int(ends[Int(edge.parent)])] = edge.child
      ends[Int(edge.parent)] += 1
    }
    // The last parent that each child was seen under: whoever comes again under the same one is a repeat.
    var seenUnder = [Node](repeating: -1, count: nodes)
    children.reserveCapacity(sorted.count)
    self.starts.reserveCapacity(nodes + 1)
    for node in 0..<nodes {
      self.starts.append(Int32(children.count))
      for child in sorted[Int(starts[node])..<Int(starts[node + 1])] where seenUnder[Int(child)] != Node(node) {
        seenUnder[Int(child)] = Node(node)
        children.append(child)
      }
    }
    self.starts.append(Int32(children.count))
  }

  /// The children of a node, each once, in the order of their edges.
  subscript(node: Int) -> ArraySlice<Node> {
    starts.isEmpty ? [] : children[Int(starts[node])..<Int(starts[node + 1])]
  }

  /// True if no path comes back to where it began: nodes are taken away that no edge leads to, until none is left
  /// (Kahn, Topological sorting of large networks, 1962).
  var isAcyclic: Bool {
    let count = max(0, starts.count - 1)
    var incoming = [Int32](repeating: 0, count: count)
    for child in children { incoming[Int(child)] += 1 }
    var free = (0..<count).filter { incoming[$0] == 0 }
    var taken = 0
    while let node = free.popLast() {
      taken += 1
      for child in self[node] {
        incoming[Int(child)] -= 1
        if incoming[Int(child)] == 0 { free.append(Int(child)) }
      }
    }
    return taken == count
  }
}
