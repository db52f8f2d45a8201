import BanyanWire

/// Somebody asks what there is, rather than for something to be done.
struct HelpRequest {
  let page: CommandPage
  /// With every flag.
  let isFull: Bool

  /// nil: nobody asks. What stands behind `--` is a program's own.
  init?(_ arguments: [String]) throws {
    let typed = arguments.prefix { $0 != "--" }
    var words = Array(typed)
    isFull = typed.contains("--help-all")
    if words.first == "help" {
      words.removeFirst()
      words.removeAll { $0.hasPrefix("-") }
      let found = CommandPage.found(by: words)
      if found.depth < words.count {
        let known = found.page.subcommandNames
        let meant = Spelling.nearest(to: words[found.depth], among: known).map { "did you mean '\($0)'?" }
        let call = found.page.path.joined(separator: " ")
        throw UsageError(
          "'\(words[found.depth])' is no subcommand of \(call); \(meant ?? "`\(call) --help-all` lists them")")
      }
      page = found.page
      return
    }
    guard isFull || typed.contains("--help") || typed.contains("-h") else { return nil }
    page = CommandPage.found(by: words).page
  }

  /// The answer, in lines.
  func lines(width: Int) -> [String] {
    let text = HelpText(page, width: width)
    return isFull ? text.full : text.short
  }
}
