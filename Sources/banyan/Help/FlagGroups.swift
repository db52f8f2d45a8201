/// How the flags of a subcommand are gathered under titles, and which of them people need first.
enum FlagGroups {
  /// Flags under a title; a flag that stands nowhere goes to ``others``.
  private typealias Titles = [(title: String, flags: Set<String>)]

  static let others = "Options"
  private static let connection: Titles = [("The server", ["server", "token-file"])]

  private static let making: Titles = [
    ("What runs", ["name", "shell", "label", "env", "export", "cwd", "stdin", "stdout", "stderr", "command"]),
    ("What it needs", ["cores", "memory", "gpus", "gpu-memory", "resource", "queue"]),
    (
      "When and how often",
      ["after", "not-before", "priority", "hold", "time-limit", "estimate", "grace", "retries", "retry-delay"]
    ),
    ("Many tasks", ["array", "each", "max-running", "stop-after-failures", "set", "resume"]),
  ]

  private static let serving: Titles = [
    ("Where it listens", ["host", "port", "base-path", "allow-origin", "open"]),
    ("TLS", ["tls-cert", "tls-key", "tls-self-signed"]),
    ("What it keeps", ["data", "durability", "snapshot-every", "keep-finished", "access", "force"]),
    ("How it decides", ["lease", "rest-lease", "fair", "reserve-after"]),
  ]

  private static let working: Titles = [
    ("What it offers", ["cores", "memory", "gpus", "resource", "leave-cores", "leave-memory", "max-tasks", "queues"]),
    ("How long it stays", ["idle-timeout", "time-limit", "assume"]),
    ("What tasks get", ["nice", "pass-env", "max-log", "keep-logs", "keep-work", "logs"]),
  ]

  private static let choosing: Titles = [
    (
      "Which ones",
      [
        "state", "name", "mine", "owner", "label", "where", "since", "worker", "queue", "all", "all-users", "failed",
        "replaced",
      ]
    ),
    ("How it is shown", ["output", "color", "sort", "limit", "times", "tail"]),
  ]

  /// The arguments under their titles, in the order of the titles; what has none first.
  static func grouped(_ page: CommandPage) -> [(title: String, arguments: [CommandArgument])] {
    let titles = titles(of: page.path) + connection
    let places = page.arguments.filter(\.names.isEmpty)
    let flags = page.arguments.filter { !$0.names.isEmpty }
    let known = titles.reduce(into: Set<String>()) { $0.formUnion($1.flags) }
    var groups: [(title: String, arguments: [CommandArgument])] = [("Arguments", places)]
    groups += titles.dropLast().map { group in (group.title, flags.filter { group.flags.contains($0.flag ?? "") }) }
    groups.append((others, flags.filter { !known.contains($0.flag ?? "") }))
    groups += connection.map { group in (group.title, flags.filter { group.flags.contains($0.flag ?? "") }) }
    return groups.filter { !$0.arguments.isEmpty }
  }

  private static func titles(of path: [String]) -> Titles {
    switch path.dropFirst().first {
    case "submit", "edit", "retry", "run": making
    case "server": serving
    case "worker": working
    default: choosing
    }
  }

  /// The arguments as people look for them: by their places, then those that are needed first, then the others; those that
  /// every subcommand has come last.
  static func byNeed(_ page: CommandPage) -> [CommandArgument] {
    let first = needed[page.path.dropFirst().joined(separator: " ")] ?? []
    let last = ["color", "server", "token-file"]
    func rank(_ argument: CommandArgument) -> Int {
      guard let flag = argument.flag else { return -1 }
      if let place = first.firstIndex(of: flag) { return place }
      return first.count + 1 + (last.firstIndex(of: flag) ?? -1)
    }
    return page.arguments.enumerated().sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
      .map(\.element)
  }

  /// What people need of those subcommands that have many flags.
  static let needed: [String: [String]] = [
    "submit": [
      "name", "cores", "memory", "gpus", "after", "array", "each", "time-limit", "retries", "queue", "wait",
    ],
    "run": ["data", "server", "name", "cores", "memory", "gpus", "time-limit", "retries", "env", "cwd"],
    "edit": ["priority", "queue", "cores", "memory", "gpus", "time-limit", "after", "not-before", "name", "label"],
    "retry": ["memory", "cores", "time-limit", "queue"],
    "server": [
      "data", "host", "port", "open", "tls-self-signed", "tls-cert", "tls-key", "base-path", "keep-finished",
      "access",
    ],
    "worker": [
      "name", "queues", "cores", "memory", "gpus", "resource", "leave-cores", "leave-memory", "idle-timeout",
      "time-limit",
    ],
    "list": ["mine", "state", "name", "owner", "output", "limit"],
    "tasks": ["state", "mine", "name", "output", "limit"],
    "logs": ["f", "follow", "tail", "stdout", "stderr", "failed", "attempt"],
    "cancel": ["now", "yes", "all", "where", "grace"],
  ]
}
