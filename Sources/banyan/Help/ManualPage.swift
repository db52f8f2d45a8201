/// A page of the manual, in the language of man(7).
struct ManualPage {
  let page: CommandPage
  let version: String

  /// What the page is called: `banyan-users-add`.
  var name: String { page.path.joined(separator: "-") }

  /// All pages: of the program, of its subcommands, and of theirs.
  static func all(version: String) -> [ManualPage] {
    func below(_ page: CommandPage) -> [CommandPage] { [page] + page.pages.flatMap(below) }
    return below(.root).map { ManualPage(page: $0, version: version) }
  }

  var text: String {
    var lines = [#".TH "\#(name.uppercased())" 1 "" "banyan \#(version)" "Banyan""#]
    lines += [".SH NAME", "\(escaped(name)) \\- \(escaped(headline))"]
    lines += [".SH SYNOPSIS", ".nf"] + page.usage.map(line) + [".fi"]
    lines += [".SH DESCRIPTION", line(page.abstract)]
    for paragraph in page.discussion { lines += paragraphLines(paragraph) }
    for group in page.groups {
      lines += [".SH " + (group.title.isEmpty ? "SUBCOMMANDS" : heading(group.title))]
      for command in group.commands {
        lines += [".TP", #"\fB\#(escaped(command.name))\fR"#, line(command.configuration.abstract)]
      }
    }
    if page.path.count > 1 { lines += options }
    if !page.examples.isEmpty { lines += [".SH EXAMPLES", ".nf"] + page.examples.map(line) + [".fi"] }
    if page.path.count == 1 { lines += common }
    lines += [".SH SEE ALSO", related.map { #"\fB\#(escaped($0))\fR(1)"# }.joined(separator: ",\n")]
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: Parts

  /// Behind a name stands what it is, as a part of a sentence.
  private var headline: String {
    let text = page.abstract.hasSuffix(".") ? String(page.abstract.dropLast()) : page.abstract
    return text.prefix(1).lowercased() + text.dropFirst()
  }

  private var options: [String] {
    var lines: [String] = [".SH OPTIONS"]
    for group in FlagGroups.grouped(page) {
      lines.append(".SS \(escaped(group.title))")
      for argument in group.arguments {
        let names = argument.names.map { #"\fB\#(escaped($0))\fR"# }.joined(separator: ", ")
        let value = argument.value.map { #"\fI\#(escaped($0))\fR"# }
        lines += [".TP", [names, value].compactMap(\.self).filter { !$0.isEmpty }.joined(separator: " ")]
        lines.append(line(argument.explanation.isEmpty ? "As it says." : argument.explanation))
      }
    }
    lines += [".SS Help", ".TP", #"\fB\-h\fR, \fB\-\-help\fR"#, "What people need, on a screen."]
    lines += [".TP", #"\fB\-\-help\-all\fR"#, "Every flag."]
    return lines + [".TP", #"\fB\-\-version\fR"#, "Which version it is."]
  }

  /// Of the program's own page alone.
  private var common: [String] {
    var lines = [".SH EXIT STATUS"]
    for (status, meaning) in Self.statuses { lines += [".TP", #"\fB\#(status)\fR"#, line(meaning)] }
    lines.append(".SH ENVIRONMENT")
    for (name, meaning) in Self.variables { lines += [".TP", #"\fB\#(name)\fR"#, line(meaning)] }
    lines.append(".SH FILES")
    for (name, meaning) in Self.files { lines += [".TP", #"\fI\#(escaped(name))\fR"#, line(meaning)] }
    return lines
  }

  private static let statuses: [(CommandStatus.RawValue, String)] = [
    (CommandStatus.success.rawValue, "What was asked for was done; every task that was waited for succeeded."),
    (CommandStatus.someFailed.rawValue, "Some tasks did not succeed, or something failed here."),
    (CommandStatus.usage.rawValue, "What was typed, or a file that was given, is wrong."),
    (CommandStatus.noSuchThing.rawValue, "There is no such job, task, user, worker or file."),
    (CommandStatus.unreachable.rawValue, "The server can't be reached."),
    (CommandStatus.notAllowed.rawValue, "This user may not do that."),
    (CommandStatus.interrupted.rawValue, "Interrupted."),
  ]

  private static let variables = [
    ("BANYAN_SERVER", "The server's URL."), ("BANYAN_TOKEN", "This user's token."),
    ("BANYAN_HOME", "The access folder, instead of ~/.banyan."),
    ("NO_COLOR", "No colours, whatever the terminal takes."),
  ]

  private static let files = [
    ("~/.banyan/access.json", "Where the server is, and how its certificate is known."),
    ("~/.banyan/provider.token", "This user's token."),
    ("~/.banyan/worker.token", "The token of workers."),
    ("~/.banyan/config.yaml", "Flags that are always given, as in submit: {queue: night}."),
  ]

  private var related: [String] {
    let above = page.path.count > 1 ? [page.path.dropLast().joined(separator: "-")] : []
    let below = page.subcommands.map { (page.path + [$0.name]).joined(separator: "-") }
    return above + below
  }

  private func paragraphLines(_ paragraph: String) -> [String] {
    let lines = paragraph.split(separator: "\n").map(String.init)
    guard lines.first?.hasPrefix(" ") == true else { return [".PP"] + lines.map(line) }
    return [".PP", ".nf"] + lines.map(line) + [".fi"]
  }

  private func heading(_ title: String) -> String { "\"\(escaped(title.uppercased()))\"" }

  // MARK: Escapes

  /// A line of text: one that begins with a dot or a quote would be a request.
  private func line(_ text: String) -> String {
    let text = escaped(text)
    return text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" + text : text
  }

  private func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text {
      switch character {
      case "\\": escaped += "\\e"
      case "-": escaped += "\\-"
      case "'": escaped += "\\(aq"
      case "`": escaped += "\\(ga"
      case "\"": escaped += "\\(dq"
      case "~": escaped += "\\(ti"
      case "^": escaped += "\\(ha"
      default: escaped.append(character)
      }
    }
    return escaped
  }
}
