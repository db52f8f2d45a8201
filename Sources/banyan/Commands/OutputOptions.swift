import ArgumentParser
import BanyanJSON
import BanyanTerminal

/// The flags that say how a result is printed.
struct OutputOptions: ParsableArguments {
  /// The words of `-o`.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case table, wide, json, jsonl, ids
  }

  @Option(name: [.customShort("o"), .customLong("output")], help: "How to print: table, wide, json, jsonl or ids.")
  var format = Format.table

  @Option(name: .customLong("color"), help: "Colours: auto, always or never.")
  var colour = Terminal.Colour.auto

  func terminal(_ surroundings: Surroundings) -> Terminal {
    Terminal.current(environment: surroundings.environment, colour: colour)
  }

  /// Prints the items in a format for programs; false where the format is one for people.
  func printed(_ items: [JSON]) -> Bool {
    switch format {
    case .json: Output.result(JSON.array(items).encodedString(pretty: true))
    case .jsonl: for item in items { Output.result(item.encodedString()) }
    // A job's handle is its number.
    case .ids: for item in items { Output.result(item["_id"]?.string ?? item["number"]?.integer.map { "\($0)" } ?? "") }
    case .table, .wide: return false
    }
    return true
  }
}

extension Terminal.Colour: ExpressibleByArgument {}

extension Table {
  /// Prints it as wide as the terminal is; `isWide`: as wide as it is itself.
  func print(on terminal: Terminal, isWide: Bool = false) {
    for line in lines(width: isWide ? .max / 2 : terminal.width, hasColour: terminal.hasColour) { Output.result(line) }
  }
}
