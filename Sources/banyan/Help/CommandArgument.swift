import ArgumentParser
import BanyanJSON

/// A flag, or a word that stands for itself, as the parser knows it.
struct CommandArgument {
  /// As they are typed: `-o`, `--output`. None: it is known by its place.
  let names: [String]
  /// What stands for its value; nil: it has none.
  let value: String?
  /// What it does.
  let text: String
  /// What it is where nobody says.
  let standard: String?
  /// The words that it may be, where they are few.
  let values: [String]
  let isRepeating: Bool
  let isOptional: Bool

  /// The long name without its dashes.
  var flag: String? { names.last.map { String($0.drop { $0 == "-" }) } }

  /// How it is typed: `-o, --output <output>`.
  var label: String {
    let placeholder = value.map { "<\($0)>" }
    return (names.isEmpty ? [] : [names.joined(separator: ", ")]).appending(placeholder).joined(separator: " ")
  }

  /// What it does, the words it may be, and what it is else.
  var explanation: String {
    var notes: [String] = []
    if !values.isEmpty, !values.allSatisfy(text.contains) { notes.append("values: \(values.joined(separator: ", "))") }
    if let standard, value != nil { notes.append("default: \(standard)") }
    return notes.isEmpty ? text : "\(text) (\(notes.joined(separator: "; ")))"
  }

  /// The arguments of a subcommand that people may type; not those by which it is asked about itself.
  static func all(of type: any ParsableCommand.Type) -> [CommandArgument] {
    let dump: JSON
    do {
      dump = try JSON(parsing: Array(type._dumpHelp().utf8))
    } catch {
      // The parser's own words are not JSON: there is nothing to show then.
      return []
    }
    return (dump["command"]?["arguments"]?.array ?? []).compactMap { CommandArgument($0) }
  }

  private init?(_ document: JSON) {
    guard document["shouldDisplay"]?.bool == true else { return nil }
    names = (document["names"]?.array ?? []).compactMap { entry in
      guard let name = entry["name"]?.string else { return nil }
      return entry["kind"]?.string == "long" ? "--\(name)" : "-\(name)"
    }
    if names.contains("--help") || names.contains("--version") { return nil }
    value = document["kind"]?.string == "flag" ? nil : document["valueName"]?.string ?? "value"
    text = document["abstract"]?.string ?? ""
    standard = document["defaultValue"]?.string
    values = (document["allValues"]?.array ?? []).compactMap(\.string)
    isRepeating = document["isRepeating"]?.bool ?? false
    isOptional = document["isOptional"]?.bool ?? true
  }
}

extension Array {
  fileprivate func appending(_ element: Element?) -> [Element] { element.map { self + [$0] } ?? self }
}
