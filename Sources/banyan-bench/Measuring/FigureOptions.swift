import ArgumentParser

/// The flags that say which figures of a command are measured, and how often.
struct FigureOptions: ParsableArguments {
  @Option(help: "Figures to measure, with commas between them; all if not given.")
  var only: String?

  @Option(help: "How often each is measured; the median counts.")
  var runs = 5

  func validate() throws {
    guard (1...1000).contains(runs) else { throw ValidationError("--runs \(runs): give 1 to 1000") }
  }

  /// Those that are wanted of all that there are.
  func wanted(of names: [String]) -> [String] { only?.split(separator: ",").map(String.init) ?? names }

  /// Refuses names that are none.
  func check(_ names: [String]) throws {
    for name in wanted(of: names) where !names.contains(name) {
      throw ValidationError("--only \(name): give some of \(names.joined(separator: ", "))")
    }
  }
}
