/// What may stand at the cursor, as far as the parser's own knowledge tells.
struct CompletionPlan {
  /// What fits there.
  enum Offer: Hashable {
    case nothing
    case files
    case folders
    /// The name of a program.
    case programs
    /// Words that are known here.
    case words([Candidate])
    /// What the server knows.
    case known(Kind)
    /// What the server knows, or a file.
    case knownOrFiles(Kind)
  }

  /// A word, and what it means.
  struct Candidate: Hashable {
    let word: String
    var meaning = ""
  }

  /// Values that live at the server.
  enum Kind: Hashable {
    case jobs, jobNames, queues, workers, users
  }

  let offer: Offer
  /// What of the current word stands before the value: `--queue=`.
  let head: String
  /// What of the value is there.
  let stem: String

  init(_ line: TypedLine) {
    let typed = Array(line.words.dropFirst())
    if let mark = typed.firstIndex(of: "--") {
      (head, stem) = ("", line.current)
      offer = typed.count == mark + 1 ? .programs : .files
      return
    }
    let (page, depth) = CommandPage.found(by: typed)
    let rest = Array(typed.dropFirst(depth))
    if let flag = Self.openFlag(in: rest, of: page) {
      (head, stem) = ("", line.current)
      offer = Self.values(of: flag, at: page)
      return
    }
    if line.current.hasPrefix("-") {
      if line.current.hasPrefix("--"), let sign = line.current.firstIndex(of: "=") {
        let name = String(line.current[..<sign])
        (head, stem) = (name + "=", String(line.current[line.current.index(after: sign)...]))
        let flag = page.arguments.first { $0.names.contains(name) && $0.value != nil }
        offer = flag.map { Self.values(of: $0, at: page) } ?? .nothing
        return
      }
      (head, stem) = ("", line.current)
      offer = .words(Self.flags(of: page, typed: rest))
      return
    }
    (head, stem) = ("", line.current)
    if rest.isEmpty, !page.subcommands.isEmpty {
      offer = .words(page.subcommands.map { Candidate(word: $0.name, meaning: $0.configuration.abstract) })
    } else if depth == 0 {
      offer = .nothing
    } else {
      offer = page.arguments.first { $0.names.isEmpty }.map { Self.values(of: $0, at: page) } ?? .nothing
    }
  }

  /// The flag before the cursor, if its value is still to come.
  private static func openFlag(in words: [String], of page: CommandPage) -> CommandArgument? {
    guard let last = words.last, last.hasPrefix("-") else { return nil }
    return page.arguments.first { $0.value != nil && $0.names.contains(last) }
  }

  /// Flags that were not given yet, or may be given again.
  private static func flags(of page: CommandPage, typed: [String]) -> [Candidate] {
    let given = Set(typed.filter { $0.hasPrefix("-") }.map { String($0.prefix { $0 != "=" }) })
    let flags = page.arguments.filter { argument in
      !argument.names.isEmpty && (argument.isRepeating || given.isDisjoint(with: argument.names))
    }
    return flags.map { Candidate(word: $0.names.last ?? "", meaning: $0.text) } + [
      Candidate(word: "--help", meaning: "What people need."),
      Candidate(word: "--help-all", meaning: "Every flag, and more about it."),
    ]
  }

  // MARK: Values

  private static func values(of argument: CommandArgument, at page: CommandPage) -> Offer {
    if !argument.values.isEmpty { return .words(argument.values.map { Candidate(word: $0) }) }
    let command = page.path.dropFirst().first
    if command == "worker" || command == "server" {
      // Their own: what they are called, and where they keep it.
      if argument.flag == "name" || argument.flag == "state" && command == "worker" {
        return argument.flag == "state" ? .folders : .nothing
      }
    }
    switch argument.flag {
    case "state": return .words(states.map { Candidate(word: $0) })
    case "queue", "queues": return .known(.queues)
    case "owner": return .known(.users)
    case "worker": return .known(.workers)
    case "after", "resume": return .known(.jobs)
    case "name" where command == "list" || command == "tasks": return .known(.jobNames)
    case "role": return .words(["provider", "worker", "viewer"].map { Candidate(word: $0) })
    case "color": return .words(["auto", "always", "never"].map { Candidate(word: $0) })
    case "export": return .words([Candidate(word: "ALL"), Candidate(word: "NONE")])
    case "cwd": return .folders
    case nil:
      if command == "workers" { return .known(.workers) }
      if command == "users" { return page.path.last == "add" ? .nothing : .known(.users) }
    default: break
    }
    let value = argument.value ?? ""
    if value.contains("selector") { return value.contains("yaml") ? .knownOrFiles(.jobs) : .known(.jobs) }
    if value.contains("yaml") || value == "file" || value == "program" || value == "script" { return .files }
    return value == "dir" ? .folders : .nothing
  }

  static let states = ["waiting", "running", "held", "failed", "succeeded", "ended"]
}
