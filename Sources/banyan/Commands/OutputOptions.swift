import ArgumentParser
import BanyanJSON
import BanyanTerminal

/// The flags that say how a result is printed.
struct OutputOptions: ParsableArguments {
  /// The words of `-o`.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case table, wide, json, jsonl, csv, ids
  }

  @Option(
    name: [.customShort("o"), .customLong("output")], help: "How to print: table, wide, json, jsonl, csv or ids.")
  var format = Format.table

  @Option(name: .customLong("color"), help: "Colours: auto, always or never.")
  var colour = Terminal.Colour.auto

  func terminal(_ surroundings: Surroundings) -> Terminal {
    Terminal.current(environment: surroundings.environment, colour: colour)
  }

  /// Whether it is for a person.
  var isTable: Bool { format == .table || format == .wide }

  /// Prints the items in a format for programs; false where the format is one for people.
  func printed(_ items: [JSON]) -> Bool {
    switch format {
    case .json: Output.result(JSON.array(items).encodedString(pretty: true))
    case .jsonl, .ids, .csv: for line in lines(of: items) { Output.result(line) }
    case .table, .wide: return false
    }
    return true
  }

  /// The same of a single thing, which as JSON is one object.
  func printed(_ item: JSON) -> Bool {
    guard format == .json else { return printed([item]) }
    Output.result(item.encodedString(pretty: true))
    return true
  }

  /// Items in a format that has a line for each.
  private func lines(of items: [JSON]) -> [String] {
    switch format {
    case .jsonl: items.map { $0.encodedString() }
    case .csv: CSVRows.lines(of: items)
    // What a person types for it: a job's number, a worker's name.
    case .ids:
      items.map { $0["_id"]?.string ?? $0["number"]?.integer.map { "\($0)" } ?? $0["name"]?.string ?? "" }
    case .json, .table, .wide: []
    }
  }
}

extension Terminal.Colour: ExpressibleByArgument {}

extension Table {
  /// Prints it as wide as the terminal is; `isWide`: as wide as it is itself.
  func print(on terminal: Terminal, isWide: Bool = false) {
    for line in lines(width: isWide ? .max / 2 : terminal.width, hasColour: terminal.hasColour) { Output.result(line) }
  }
}
