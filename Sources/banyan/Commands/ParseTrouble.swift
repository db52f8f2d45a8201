import ArgumentParser
import BanyanJSON
import BanyanWire

/// What is wrong with the words of a command, in a sentence: an unknown flag before everything else, because the word
/// behind it is then taken for something that it isn't.
struct ParseTrouble {
  let message: String
  /// The subcommand that was meant, as it is typed.
  let command: String

  /// What other queues call a flag.
  private static let synonyms = [
    "-J": "--name", "--job-name": "--name", "--title": "--name", "--mem": "--memory", "--ram": "--memory",
    "--time": "--time-limit", "--timeout": "--time-limit", "-t": "--time-limit", "--walltime": "--time-limit",
    "-c": "--cores", "--cpus": "--cores", "--cpu": "--cores", "--ncpus": "--cores", "--cpus-per-task": "--cores",
    "--threads": "--cores", "-p": "--queue", "--partition": "--queue", "-q": "--queue", "-g": "--queue",
    "--group": "--queue", "-d": "--after", "--dependency": "--after", "--depends": "--after", "-a": "--array",
    "-D": "--cwd", "--chdir": "--cwd", "--workdir": "--cwd", "-w": "--wait", "-G": "--gpus", "--gres": "--gpus",
    "--gpu": "--gpus", "--begin": "--not-before", "--delay": "--not-before", "--nice": "--priority",
    "--input": "--stdin", "--error": "--stderr", "-e": "--stderr", "--crash-limit": "--retries",
    "--max-fails": "--stop-after-failures", "--each-line": "--each", "--from-json": "--each", "-u": "--owner",
    "--user": "--owner", "--me": "--mine", "--states": "--state", "-f": "--follow", "-n": "--tail", "--lines": "--tail",
    "--stashed": "--hold", "--label-name": "--label", "--follow": "--wait", "--time-request": "--estimate",
  ]

  /// - Parameters:
  ///   - error: ArgumentParser's.
  ///   - typed: the words that it was given.
  init(_ error: any Error, typed: [String]) {
    let (types, rest) = Self.command(of: typed)
    let type = types.last ?? Banyan.self
    command = types.map { $0._commandName }.joined(separator: " ")
    let name = types.count > 1 ? types.dropFirst().map { $0._commandName }.joined(separator: " ") : "banyan"
    let flags = FlagTable(of: type)
    if let stray = flags.stray(in: rest) {
      let synonym = Self.synonyms[stray].flatMap { flags.names.contains($0) ? $0 : nil }
      let meant = synonym ?? (stray.hasPrefix("--") ? Spelling.nearest(to: stray, among: flags.shown) : nil)
      message = "'\(stray)' is no flag of \(name)\(meant.map { "; did you mean '\($0)'?" } ?? "")"
      return
    }
    if let word = rest.first, !word.hasPrefix("-"), !type.configuration.subcommands.isEmpty {
      let known = type.configuration.subcommands.map { $0._commandName }
      if !known.contains(word) {
        let meant = Spelling.nearest(to: word, among: known).map { "did you mean '\($0)'?" }
        message = "'\(word)' is no subcommand of \(name); \(meant ?? "they are \(known.joined(separator: ", "))")"
        return
      }
    }
    let lines = Banyan.message(for: error).split(separator: "\n", omittingEmptySubsequences: true)
    message = lines.first.map(String.init) ?? "\(error)"
  }

  /// The commands that words lead to, from the whole program on, and the words behind them.
  private static func command(of typed: [String]) -> ([any ParsableCommand.Type], ArraySlice<String>) {
    var types: [any ParsableCommand.Type] = [Banyan.self]
    var rest = typed[...]
    while let word = rest.first, let last = types.last,
      let next = last.configuration.subcommands.first(where: { $0._commandName == word })
    {
      types.append(next)
      rest = rest.dropFirst()
    }
    return (types, rest)
  }
}

/// The flags that a subcommand knows, as the parser itself describes them.
struct FlagTable {
  /// With their dashes.
  private(set) var names: Set<String> = [
    "--help", "-h", "--version", "--help-hidden", "--help-all", "--generate-completion-script",
  ]
  /// Those that people may use.
  private(set) var shown: [String] = []
  private var takingValues: Set<String> = []

  init(of type: any ParsableCommand.Type) {
    guard let description = try? JSON(parsing: type._dumpHelp()) else { return }
    for argument in description["command"]?["arguments"]?.array ?? [] {
      let kind = argument["kind"]?.string
      guard kind == "option" || kind == "flag" else { continue }
      for name in argument["names"]?.array ?? [] {
        guard let text = name["name"]?.string else { continue }
        let word = (name["kind"]?.string == "long" ? "--" : "-") + text
        names.insert(word)
        if argument["shouldDisplay"]?.bool != false { shown.append(word) }
        if kind == "option" { takingValues.insert(word) }
      }
    }
  }

  /// The first word that looks like a flag and is none.
  func stray(in words: some Sequence<String>) -> String? {
    var isValue = false
    for word in words {
      if word == "--" { return nil }
      if isValue {
        // A flag that needs a value takes none that looks like a flag.
        isValue = false
        if !word.hasPrefix("-") { continue }
      }
      guard word.hasPrefix("-"), word != "-", !Self.isNumber(word) else { continue }
      let name = String(word.prefix { $0 != "=" })
      let short = String(name.prefix(2))
      if names.contains(name) {
        isValue = takingValues.contains(name) && !word.contains("=")
      } else if name.hasPrefix("--") || !names.contains(short) {
        return name.hasPrefix("--") ? name : short
      }
    }
    return nil
  }

  private static func isNumber(_ word: String) -> Bool {
    !word.dropFirst().isEmpty && word.dropFirst().utf8.allSatisfy { (0x30...0x39).contains($0) }
  }
}
