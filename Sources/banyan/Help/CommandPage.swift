import ArgumentParser
import BanyanJSON

/// What the help, the manual and the completions say of a subcommand: all three are read off what the parser knows.
struct CommandPage {
  /// The words that call it, from `banyan` on.
  let path: [String]
  let abstract: String
  /// How it is called, a line a way.
  let usage: [String]
  /// Paragraphs, without the examples.
  let discussion: [String]
  let examples: [String]
  /// Those that people may type; the subcommand's default's, too, where it has subcommands.
  let arguments: [CommandArgument]
  let groups: [Group]

  /// Subcommands that belong together.
  struct Group {
    let title: String
    let commands: [any ParsableCommand.Type]
  }

  /// The page of `banyan` itself.
  static var root: CommandPage { CommandPage(Banyan.self, path: ["banyan"]) }

  init(_ type: any ParsableCommand.Type, path: [String]) {
    let configuration = type.configuration
    self.path = path
    abstract = configuration.abstract
    usage = (configuration.usage ?? path.joined(separator: " ")).split(separator: "\n").map(String.init)
    let paragraphs = Self.paragraphs(configuration.discussion)
    let mark = "Example: "
    examples = paragraphs.filter { $0.hasPrefix(mark) }.map { String($0.dropFirst(mark.count)) }
    discussion = paragraphs.filter { !$0.hasPrefix(mark) }
    arguments = CommandArgument.all(of: configuration.defaultSubcommand ?? type)
    let loose = Group(title: "", commands: configuration.ungroupedSubcommands)
    groups = ([loose] + configuration.groupedSubcommands.map { Group(title: $0.name, commands: $0.subcommands) })
      .map { Group(title: $0.title, commands: $0.commands.filter { $0.configuration.shouldDisplay }) }
      .filter { !$0.commands.isEmpty }
  }

  /// All subcommands, in their order.
  var subcommands: [any ParsableCommand.Type] { groups.flatMap(\.commands) }

  var subcommandNames: [String] { subcommands.map { $0.name } }

  /// The page of a subcommand, or nil where there is none of that name.
  func subcommand(_ name: String) -> CommandPage? {
    subcommands.first { $0.name == name }.map { CommandPage($0, path: path + [name]) }
  }

  /// The pages of all subcommands.
  var pages: [CommandPage] { subcommands.map { CommandPage($0, path: path + [$0.name]) } }

  /// The page that the first words lead to, and how many they were.
  static func found(by words: some Sequence<String>) -> (page: CommandPage, depth: Int) {
    var page = root
    var depth = 0
    for word in words {
      guard let next = page.subcommand(word) else { break }
      page = next
      depth += 1
    }
    return (page, depth)
  }

  private static func paragraphs(_ text: String) -> [String] {
    var paragraphs: [String] = []
    var lines: [Substring] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) + [Substring("")] {
      guard line.isEmpty else {
        lines.append(line)
        continue
      }
      if !lines.isEmpty { paragraphs.append(lines.joined(separator: "\n")) }
      lines = []
    }
    return paragraphs
  }
}

extension ParsableCommand {
  /// The word that calls it.
  static var name: String { configuration.commandName ?? "" }
}
