import TextTable

/// Figures for people.
struct FigureTable {
  private let figures: [Figure]

  init(_ figures: [Figure]) { self.figures = figures }

  /// The table: the median, and the smallest and largest run beside it.
  var text: String {
    let table = TextTable<Figure> { figure in
      [
        Column(title: "figure", value: "\(figure.bench)/\(figure.name)"),
        Column(title: "median", value: Figure.text(figure.median), align: .right),
        Column(title: "least", value: Figure.text(figure.runs.min() ?? .nan), align: .right),
        Column(title: "most", value: Figure.text(figure.runs.max() ?? .nan), align: .right),
        Column(title: "unit", value: figure.unit),
        Column(title: "runs", value: "\(figure.runs.count)", align: .right),
      ]
    }
    return table.string(for: figures, style: Style.plain) ?? ""
  }
}
