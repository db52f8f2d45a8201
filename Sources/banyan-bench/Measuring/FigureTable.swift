import BanyanTerminal

/// Figures as a table for people.
struct FigureTable {
  private let figures: [Figure]

  init(_ figures: [Figure]) { self.figures = figures }

  /// The table: the median, and the smallest and largest run beside it.
  var text: String {
    var table = Table([
      Table.Column(title: "figure"), Table.Column(title: "median", isRight: true),
      Table.Column(title: "least", isRight: true), Table.Column(title: "most", isRight: true),
      Table.Column(title: "unit"), Table.Column(title: "runs", isRight: true),
    ])
    table.rows = figures.map { figure in
      [
        "\(figure.bench)/\(figure.name)", Table.Cell(Figure.text(figure.median)),
        Table.Cell(Figure.text(figure.runs.min() ?? .nan)), Table.Cell(Figure.text(figure.runs.max() ?? .nan)),
        Table.Cell(figure.unit), "\(figure.runs.count)",
      ]
    }
    // As wide as it is: figures are compared, and nothing of them may be cut.
    return table.lines(width: .max / 2, hasColour: false).map { "\($0)\n" }.joined()
  }
}
