/// Columns that fit the terminal: those that can be cut are cut, the least important are left out, and no cell ever
/// wraps.
package struct Table {
  /// A column and what it gives up when the room is short.
  package struct Column {
    package var title: String
    /// Numbers stand at the right.
    package var isRight = false
    /// Cells may be cut down to this; nil: never.
    package var minWidth: Int?
    /// The smallest go first when there is no room; 0 never goes.
    package var importance = 0

    package init(title: String, isRight: Bool = false, minWidth: Int? = nil, importance: Int = 0) {
      self.title = title
      self.isRight = isRight
      self.minWidth = minWidth
      self.importance = importance
    }
  }

  /// A cell: what stands there, and how it is coloured.
  package struct Cell: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    package var text: String
    package var style: Style

    package init(_ text: String, _ style: Style = .plain) {
      self.text = Escaping.shown(text)
      self.style = style
    }

    package init(stringLiteral value: String) { self.init(value) }
  }

  package var columns: [Column]
  package var rows: [[Cell]] = []

  package init(_ columns: [Column]) { self.columns = columns }

  /// Takes out columns that say nothing in any row; of a table without rows none.
  package mutating func removeEmptyColumns() {
    guard !rows.isEmpty else { return }
    let said = columns.indices.filter { place in rows.contains { place < $0.count && !$0[place].text.isEmpty } }
    columns = said.map { columns[$0] }
    rows = rows.map { row in said.map { $0 < row.count ? row[$0] : "" } }
  }

  /// The lines, the titles first.
  /// - Parameters:
  ///   - width: columns of the terminal; no line is wider.
  ///   - hasColour: whether cells are put between the escapes of their styles.
  package func lines(width: Int, hasColour: Bool) -> [String] {
    let (places, widths) = fitted(to: width)
    let titles = columns.map { Cell($0.title, .faint) }
    return ([titles] + rows).map { row in
      var line = ""
      for (place, columnWidth) in zip(places, widths) {
        let cell = place < row.count ? row[place] : ""
        let text = DisplayWidth.cut(cell.text, to: columnWidth)
        if !line.isEmpty { line += "  " }
        let isLast = place == places.last
        let padded =
          isLast && !columns[place].isRight
          ? text : DisplayWidth.padded(text, to: columnWidth, right: columns[place].isRight)
        line += hasColour ? cell.style.applied(to: padded) : padded
      }
      return line
    }
  }

  /// Which columns stay, and how wide.
  private func fitted(to width: Int) -> (places: [Int], widths: [Int]) {
    let natural = columns.indices.map { place in
      rows.reduce(DisplayWidth.of(columns[place].title)) { widest, row in
        place < row.count ? max(widest, DisplayWidth.of(row[place].text)) : widest
      }
    }
    var places = Array(columns.indices)
    while true {
      var widths = places.map { natural[$0] }
      let gaps = max(0, places.count - 1) * 2
      var excess = widths.reduce(gaps, +) - width
      // The widest that can give way gives way, down to the next widest, and so on.
      while excess > 0 {
        let open = places.indices.filter { place in columns[places[place]].minWidth.map { widths[place] > $0 } ?? false
        }
        guard let widest = open.max(by: { widths[$0] < widths[$1] }) else { break }
        let next = open.filter { widths[$0] < widths[widest] }.map { widths[$0] }.max() ?? 0
        let floor = max(columns[places[widest]].minWidth ?? 0, next)
        let step = max(1, min(excess, widths[widest] - floor))
        widths[widest] -= step
        excess -= step
      }
      if excess <= 0 { return (places, widths) }
      let removable = places.filter { columns[$0].importance > 0 }
      guard let least = removable.min(by: { columns[$0].importance < columns[$1].importance }) else {
        // Nothing more can go: what is too wide is cut, the rightmost first.
        for place in widths.indices.reversed() where excess > 0 {
          let step = min(excess, max(0, widths[place] - 1))
          widths[place] -= step
          excess -= step
        }
        return (places, widths)
      }
      places.removeAll { $0 == least }
    }
  }
}
