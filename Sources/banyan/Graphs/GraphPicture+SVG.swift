import BanyanTerminal

extension GraphPicture {
  /// A picture that stands by itself: a column for each step from the beginning.
  var svg: [String] {
    let layers = layers
    var rows = [Int](repeating: 0, count: (layers.max() ?? 0) + 1)
    let spots = nodes.indices.map { place -> (column: Int, row: Int) in
      defer { rows[layers[place]] += 1 }
      return (layers[place], rows[layers[place]])
    }
    let widest = nodes.map { DisplayWidth.of(Escaping.shown($0.title)) }.max() ?? 0
    let (boxWidth, boxHeight, gap, step) = (min(widest, 40) * 8 + 20, 28, 60, 40)
    let size = (width: rows.count * (boxWidth + gap) - gap + 20, height: (rows.max() ?? 1) * step + 20)
    var lines = [
      #"<svg xmlns="http://www.w3.org/2000/svg" width="\#(size.width)" height="\#(size.height)" "#
        + #"viewBox="0 0 \#(size.width) \#(size.height)" font-family="monospace" font-size="13">"#
    ]
    func corner(_ place: Int) -> (x: Int, y: Int) {
      (10 + spots[place].column * (boxWidth + gap), 10 + spots[place].row * step)
    }
    for (place, node) in nodes.enumerated() {
      let start = corner(place)
      let from = (x: start.x + boxWidth, y: start.y + boxHeight / 2)
      for child in node.children {
        let target = corner(child)
        let (x, y, middle) = (target.x, target.y + boxHeight / 2, (from.x + target.x) / 2)
        lines.append(
          #"<path d="M\#(from.x) \#(from.y)C\#(middle) \#(from.y) \#(middle) \#(y) \#(x) \#(y)" "#
            + #"fill="none" stroke="gray"/>"#)
      }
    }
    for (place, node) in nodes.enumerated() {
      let (x, y) = corner(place)
      let colour = node.state.map { Self.colour(of: $0) } ?? "white"
      let title = Self.entities(DisplayWidth.cut(Escaping.shown(node.title), to: 40))
      lines.append(
        #"<rect x="\#(x)" y="\#(y)" width="\#(boxWidth)" height="\#(boxHeight)" rx="4" fill="\#(colour)" stroke="dimgray">"#
          + "<title>\(Self.entities(node.title))\(node.state.map { ": \($0)" } ?? "")</title></rect>")
      lines.append(#"<text x="\#(x + 10)" y="\#(y + 18)">\#(title)</text>"#)
    }
    return lines + ["</svg>"]
  }
}
