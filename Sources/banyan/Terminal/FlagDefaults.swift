import BanyanWire
import Yams

import Glibc

/// What `config.yaml` in the access folder says for flags that nobody typed:
///
/// ```yaml
/// submit: {queue: night, retries: 2, label: [project=x]}
/// worker: {leave-cores: 1}
/// ```
struct FlagDefaults {
  private let file: String
  private let flags: [String: [Flag]]

  /// One flag, where it stands, and as it would have been typed.
  private struct Flag {
    var name: String
    var words: [String]
    var place: TextPlace
  }

  /// No flags.
  static let none = FlagDefaults(file: "", flags: [:])

  /// Those of a file; none where there is no such file.
  init(file: String) throws {
    guard access(file, F_OK) == 0 else {
      self.init(file: file, flags: [:])
      return
    }
    try self.init(yaml: InputFile.text(file), file: file)
  }

  private init(file: String, flags: [String: [Flag]]) {
    self.file = file
    self.flags = flags
  }

  /// - Parameter file: what is named in errors.
  init(yaml: String, file: String) throws {
    var flags: [String: [Flag]] = [:]
    let source = YAMLSource(yaml)
    for (key, value) in try Self.root(yaml, source, file) {
      guard let command = key.string, Vocabulary.commands.contains(command) else {
        let word = key.string ?? "this"
        let meant = Spelling.nearest(to: word, among: Vocabulary.commands).map { "; did you mean '\($0)'?" } ?? ""
        throw Self.error(key, file, "'\(word)' is no subcommand\(meant)")
      }
      guard let mapping = value.mapping else {
        throw Self.error(value, file, "give flags of \(command), as in {queue: night}")
      }
      flags[command] = try mapping.map { try Self.flag($0.key, $0.value, source, file) }
    }
    self.init(file: file, flags: flags)
  }

  /// The words as if the defaults had been typed, before everything else. Flags that were typed are left alone.
  func applied(to arguments: [String]) -> [String] {
    guard let command = arguments.first, let defaults = flags[command] else { return arguments }
    // What stands behind `--` is not the command's own.
    let typed = arguments.prefix { $0 != "--" }
    let words = defaults.filter { flag in
      !typed.contains { $0 == "--\(flag.name)" || $0.hasPrefix("--\(flag.name)=") }
    }
    // What a graph says by default goes before a flag that stands here, not before one that was typed.
    let marks =
      command == "submit" || command == "run"
      ? words.filter { !$0.words.isEmpty }.map { "--given-by-default=\($0.name)" } : []
    return [command] + words.flatMap(\.words) + marks + arguments.dropFirst()
  }

  /// The flag that makes words wrong which would be right without it, with its place; nil: none does.
  /// - Parameter judge: what is wrong with words, if anything is.
  func trouble(in arguments: [String], _ judge: ([String]) -> String?) -> UsageError? {
    guard let command = arguments.first, let flags = flags[command], judge(arguments) == nil else { return nil }
    for flag in flags {
      guard let message = judge([command] + flag.words + arguments.dropFirst()) else { continue }
      return UsageError("\(file):\(flag.place.line):\(flag.place.column): \(flag.name): \(message)")
    }
    return nil
  }

  private static func root(_ yaml: String, _ source: YAMLSource, _ file: String) throws -> [(Node, Node)] {
    let node: Node?
    do {
      node = try YAMLReading.compose(yaml, source)
    } catch {
      let place = error.place.map { ":\($0.line):\($0.column)" } ?? ""
      throw UsageError("\(file)\(place): \(error.message)")
    }
    guard let node else { return [] }
    guard let mapping = node.mapping else {
      throw Self.error(node, file, "give subcommands and their flags, as in submit: {queue: night}")
    }
    return mapping.map { ($0.key, $0.value) }
  }

  private static func flag(_ key: Node, _ value: Node, _ source: YAMLSource, _ file: String) throws -> Flag {
    guard let name = key.string, !name.isEmpty, !name.hasPrefix("-") else {
      throw error(key, file, "give a flag without its dashes, as in queue")
    }
    let place = (value.mark ?? key.mark).map { TextPlace(line: $0.line, column: $0.column) }
    var flag = Flag(name: name, words: [], place: place ?? TextPlace(line: 1, column: 1))
    if let items = value.sequence {
      flag.words = try items.map { "--\(name)=\(try text($0, name, source, file))" }
      return flag
    }
    // Only these two words are no texts: `no` and `off` are names like others.
    switch (value.scalar?.style, value.scalar?.string) {
    case (.plain, "true"): flag.words = ["--\(name)"]
    case (.plain, "false"): flag.words = []
    default: flag.words = ["--\(name)=\(try text(value, name, source, file))"]
    }
    return flag
  }

  private static func text(_ node: Node, _ flag: String, _ source: YAMLSource, _ file: String) throws -> String {
    guard let scalar = node.scalar, !scalar.string.isEmpty else {
      throw error(node, file, "\(flag): give a value, a list of values, or true")
    }
    if source.tag(of: node) != nil {
      throw error(node, file, "\(flag): YAML takes ! for a tag and drops it; write the text in quotes")
    }
    return scalar.string
  }

  private static func error(_ node: Node, _ file: String, _ message: String) -> UsageError {
    UsageError("\(file):\(node.mark.map { "\($0.line):\($0.column)" } ?? "1"): \(message)")
  }
}
