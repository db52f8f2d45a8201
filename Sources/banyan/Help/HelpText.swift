import BanyanTerminal

/// The help of a subcommand: short, so that it fits a screen, or all of it.
struct HelpText {
  /// A terminal of old has 24 lines, and one of them is the prompt.
  static let maxLines = 23
  static let maxWidth = 80
  private static let column = 26

  let page: CommandPage
  let width: Int

  init(_ page: CommandPage, width: Int = maxWidth) {
    self.page = page
    self.width = min(max(width, 40), Self.maxWidth)
  }

  private var call: String { page.path.joined(separator: " ") }

  // MARK: Short

  /// A sentence, how it is called, an example, and as many of the flags that people need as there is room for.
  var short: [String] {
    page.path.count == 1 ? shortRoot : shortCommand
  }

  private var shortCommand: [String] {
    var lines = TextWrap.lines(page.abstract, width: width) + usage
    if let example = page.examples.first { lines += TextWrap.hanging("Example: ", example, width: width) }
    var rows = page.subcommands.map { row($0.name, $0.configuration.abstract) }
    rows += FlagGroups.byNeed(page).map(shortRow)
    // An empty line in front of the rows, and one behind them.
    var room = Self.maxLines - lines.count - 3
    var shown: [String] = []
    var isAll = true
    for row in rows {
      guard row.count <= room else {
        isAll = false
        break
      }
      shown += row
      room -= row.count
    }
    if !shown.isEmpty { lines += [""] + shown }
    let rest = isAll && page.discussion.isEmpty ? "" : isAll ? "more about it" : "every flag, and more about it"
    if !rest.isEmpty { lines += [""] + TextWrap.lines("`\(call) --help-all`: \(rest).", width: width) }
    return lines
  }

  private var shortRoot: [String] {
    var lines = TextWrap.lines(page.abstract, width: width) + [""]
    lines += page.discussion.prefix(1).flatMap { $0.split(separator: "\n").map(String.init) } + [""]
    for (name, text) in Self.main { lines += row(name, text) }
    let others = page.subcommandNames.filter { name in !Self.main.contains { $0.name == name } }
    lines += [""] + TextWrap.hanging("  and ", others.joined(separator: ", "), width: width)
    let more = "`banyan COMMAND --help` has an example; `banyan --help-all` a line on each."
    return lines + [""] + TextWrap.lines(more, width: width)
  }

  /// The commands that nobody gets by without, in few words.
  static let main: [(name: String, text: String)] = [
    ("run", "Run a graph or a program to its end, here and now."),
    ("submit", "Make a job of a program, or of a graph."),
    ("list", "The jobs; or the tasks of one."),
    ("why", "Why it doesn't run yet, or ended as it did."),
    ("wait", "Follow jobs or tasks to their end."),
    ("logs", "What tasks printed."),
    ("cancel", "Cancel jobs or tasks."),
    ("retry", "Run again what failed."),
    ("server", "Start a server; it prints its URL."),
    ("worker", "Run tasks on this machine, as many as fit."),
  ]

  // MARK: All

  /// Everything, the flags under titles.
  var full: [String] {
    var lines = TextWrap.lines(page.abstract, width: width) + [""] + usage
    for paragraph in page.discussion { lines += [""] + TextWrap.lines(paragraph, width: width) }
    if !page.examples.isEmpty { lines.append("") }
    for example in page.examples { lines += TextWrap.hanging("Example: ", example, width: width) }
    for group in page.groups {
      lines += ["", (group.title.isEmpty ? "Subcommands" : group.title) + ":"]
      lines += group.commands.flatMap { row($0.name, $0.configuration.abstract) }
    }
    for group in FlagGroups.grouped(page) where page.path.count > 1 {
      lines += ["", group.title + ":"]
      lines += group.arguments.flatMap { row($0.label, $0.explanation) }
    }
    lines += ["", "Help:"] + row("-h, --help", "What people need.") + row("--help-all", "This.")
    return lines + row("--version", "Which version it is.")
  }

  // MARK: Parts

  private var usage: [String] {
    page.usage.enumerated().flatMap { place, line in
      TextWrap.hanging(place == 0 ? "Usage: " : "       ", line, width: width)
    }
  }

  /// Of an explanation that goes on and on only what stands before its first colon or semicolon.
  private func shortRow(_ argument: CommandArgument) -> [String] {
    let whole = row(argument.label, argument.explanation)
    guard whole.count > 2, let end = argument.text.firstIndex(where: { $0 == ":" || $0 == ";" }) else { return whole }
    return row(argument.label, argument.text[..<end] + ".")
  }

  private func row(_ label: String, _ text: String) -> [String] {
    TextWrap.row(label, text, column: min(Self.column, width / 2), width: width)
  }
}
