import BanyanTerminal

extension GraphPicture {
  /// The lines of the graph in DOT, the language of Graphviz.
  var dot: [String] {
    var lines = ["digraph banyan {", "  rankdir=LR", "  node [shape=box, style=\"rounded,filled\", fillcolor=white]"]
    for (place, node) in nodes.enumerated() {
      let colour = node.state.map { ", fillcolor=\"\(Self.colour(of: $0))\", tooltip=\"\($0)\"" } ?? ""
      lines.append("  n\(place) [label=\"\(Self.quoted(node.title))\"\(colour)]")
    }
    for (place, node) in nodes.enumerated() {
      for child in node.children { lines.append("  n\(place) -> n\(child)") }
    }
    return lines + ["}"]
  }

  /// The lines of the graph as a Mermaid flowchart.
  var mermaid: [String] {
    var lines = ["flowchart LR"]
    for (place, node) in nodes.enumerated() {
      lines.append("  n\(place)[\"\(Self.entities(node.title))\"]")
    }
    for (place, node) in nodes.enumerated() {
      for child in node.children { lines.append("  n\(place) --> n\(child)") }
    }
    for (place, node) in nodes.enumerated() {
      if let state = node.state { lines.append("  style n\(place) fill:\(Self.colour(of: state))") }
    }
    return lines
  }

  /// The colour of a state, pale enough to write on.
  static func colour(of state: String) -> String {
    switch state {
    case "succeeded": "#c8e6c9"
    case "failed", "cancelled": "#ffcdd2"
    case "running", "cancelling": "#b3e5fc"
    default: "#fff9c4"
    }
  }

  private static func quoted(_ text: String) -> String {
    Escaping.shown(text).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
  }

  /// Text inside XML, and inside Mermaid's quotes.
  static func entities(_ text: String) -> String {
    Escaping.shown(text).replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }
}
