/// Tasks and which waits for which, to be drawn.
struct GraphPicture {
  struct Node {
    var title: String
    /// As ``TaskView/stateWord``; nil in a graph that is only a file.
    var state: String?
    /// Places of those that wait for it.
    var children: [Int] = []
  }

  /// What it can be drawn as.
  enum Form: String, CaseIterable, Sendable {
    case text, dot, mermaid, svg
  }

  /// More are no picture any more; `dot` and `mermaid` take them all.
  static let maxDrawn = 2000

  private(set) var nodes: [Node] = []

  /// Adds a node and tells its place.
  @discardableResult
  mutating func add(_ title: String, state: String? = nil) -> Int {
    nodes.append(Node(title: title, state: state))
    return nodes.count - 1
  }

  /// The child waits for the parent. Said twice it is drawn once.
  mutating func connect(_ parent: Int, to child: Int) {
    if !nodes[parent].children.contains(child) { nodes[parent].children.append(child) }
  }

  /// The same, of places that somebody else says.
  mutating func connectIfThere(_ parent: Int, to child: Int) {
    guard nodes.indices.contains(parent), nodes.indices.contains(child) else { return }
    connect(parent, to: child)
  }

  /// How many each waits for.
  var parentCounts: [Int] {
    var counts = [Int](repeating: 0, count: nodes.count)
    for node in nodes { for child in node.children { counts[child] += 1 } }
    return counts
  }

  /// How far each is from the beginning, by its longest way (Kahn's order). In a cycle, which no server takes, 0.
  var layers: [Int] {
    var layers = [Int](repeating: 0, count: nodes.count)
    var waiting = parentCounts
    var ready = nodes.indices.filter { waiting[$0] == 0 }
    while let place = ready.popLast() {
      for child in nodes[place].children {
        layers[child] = max(layers[child], layers[place] + 1)
        waiting[child] -= 1
        if waiting[child] == 0 { ready.append(child) }
      }
    }
    return layers
  }
}
