import ArgumentParser

/// How a benchmark prints its figures: as a table, or a JSON line each.
struct FigureOutput: ParsableArguments {
  @Flag(name: .long, help: "Print a JSON line for each figure instead of a table.")
  var json = false

  /// Prints figures on standard output.
  func print(_ figures: [Figure]) {
    if json {
      for figure in figures { Swift.print(figure.line) }
    } else {
      Swift.print(FigureTable(figures).text, terminator: "")
    }
  }
}
