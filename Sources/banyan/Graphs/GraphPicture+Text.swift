import BanyanTerminal

extension GraphPicture {
  /// A tree for the terminal: each task below the first of those that it waits for; where it comes again it is named only.
  func text(hasColour: Bool) -> [String] {
    let parents = parentCounts
    var lines: [String] = []
    var told = [Bool](repeating: false, count: nodes.count)
    // Without recursion: a chain may be as long as it likes.
    var open: [(place: Int, prefix: String, branch: String)] = nodes.indices.reversed()
      .filter { parents[$0] == 0 }.map { ($0, "", "") }
    while let (place, prefix, branch) = open.popLast() {
      let node = nodes[place]
      var line = prefix + branch + Escaping.shown(node.title)
      if told[place] {
        lines.append(line + " ↑")
        continue
      }
      told[place] = true
      if let state = node.state { line += "  " + (hasColour ? Self.style(of: state).applied(to: state) : state) }
      if parents[place] > 1 { line += "  (after \(parents[place]))" }
      lines.append(line)
      let inner = prefix + (branch.isEmpty ? "" : branch == "└─ " ? "   " : "│  ")
      for (number, child) in node.children.enumerated().reversed() {
        open.append((child, inner, number == node.children.count - 1 ? "└─ " : "├─ "))
      }
    }
    return lines
  }

  static func style(of state: String) -> Style {
    switch state {
    case "succeeded": .good
    case "failed", "cancelled": .bad
    case "running", "cancelling": .busy
    default: .waiting
    }
  }
}
