import ArgumentParser

/// How every benchmark prints.
struct OutputOptions: ParsableArguments {
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
