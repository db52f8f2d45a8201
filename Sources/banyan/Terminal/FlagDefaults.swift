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
  private let flags: [String: [(name: String, words: [String])]]

  /// Those of a file; none where there is no such file.
  init(file: String) throws {
    guard access(file, F_OK) == 0 else {
      self.init(file: file, flags: [:])
      return
    }
    try self.init(yaml: InputFile.text(file), file: file)
  }

  private init(file: String, flags: [String: [(name: String, words: [String])]]) {
    self.file = file
    self.flags = flags
  }

  /// - Parameter file: what is named in errors.
  init(yaml: String, file: String) throws {
    var flags: [String: [(name: String, words: [String])]] = [:]
    for (key, value) in try Self.root(yaml, file) {
      guard let command = key.string, Vocabulary.commands.contains(command) else {
        let word = key.string ?? "this"
        let meant = Spelling.nearest(to: word, among: Vocabulary.commands).map { "; did you mean '\($0)'?" } ?? ""
        throw Self.error(key, file, "'\(word)' is no subcommand\(meant)")
      }
      guard let mapping = value.mapping else {
        throw Self.error(value, file, "give flags of \(command), as in {queue: night}")
      }
      flags[command] = try mapping.map { try Self.flag($0.key, $0.value, file) }
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
    // A flag of one program is refused beside a graph if it was typed, and passed over if it stands here.
    let marks = command == "submit" ? words.filter { !$0.words.isEmpty }.map { "--given-by-default=\($0.name)" } : []
    return [command] + words.flatMap(\.words) + marks + arguments.dropFirst()
  }

  private static func root(_ yaml: String, _ file: String) throws -> [(Node, Node)] {
    let node: Node?
    do {
      node = try Yams.compose(yaml: yaml)
    } catch {
      throw UsageError("\(file): this is not YAML: \(error)")
    }
    guard let node else { return [] }
    guard let mapping = node.mapping else {
      throw Self.error(node, file, "give subcommands and their flags, as in submit: {queue: night}")
    }
    return mapping.map { ($0.key, $0.value) }
  }

  private static func flag(_ key: Node, _ value: Node, _ file: String) throws -> (name: String, words: [String]) {
    guard let name = key.string, !name.isEmpty, !name.hasPrefix("-") else {
      throw error(key, file, "give a flag without its dashes, as in queue")
    }
    if let items = value.sequence {
      return (name, try items.map { "--\(name)=\(try text($0, name, file))" })
    }
    switch value.bool {
    case true?: return (name, ["--\(name)"])
    case false?: return (name, [])
    case nil: return (name, ["--\(name)=\(try text(value, name, file))"])
    }
  }

  private static func text(_ node: Node, _ flag: String, _ file: String) throws -> String {
    guard let scalar = node.scalar, !scalar.string.isEmpty else {
      throw error(node, file, "\(flag): give a value, a list of values, or true")
    }
    return scalar.string
  }

  private static func error(_ node: Node, _ file: String, _ message: String) -> UsageError {
    UsageError("\(file):\(node.mark.map { "\($0.line):\($0.column)" } ?? "1"): \(message)")
  }
}
