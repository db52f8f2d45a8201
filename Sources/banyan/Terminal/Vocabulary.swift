import BanyanWire

/// The words that people bring along from other queues: some work as they are, of others the right one is named.
enum Vocabulary {
  static let commands = [
    "run", "submit", "list", "tasks", "show", "why", "wait", "cancel", "logs", "results", "hold", "unhold", "edit",
    "graph",
    "retry",
    "abandon",
    "server",
    "worker", "workers", "users", "stats", "top", "snapshot", "help",
    "login", "completions", "dashboard",
  ]

  /// Words of other queues and shells that mean one command of this one.
  private static let synonyms = [
    "ps": ["list"], "ls": ["list"], "queue": ["list"], "jobs": ["list"], "squeue": ["list"],
    "qstat": ["list"], "add": ["submit"], "sbatch": ["submit"], "qsub": ["submit"], "enqueue": ["submit"],
    "kill": ["cancel"], "scancel": ["cancel"], "qdel": ["cancel"], "stop": ["cancel"], "log": ["logs"],
    "tail": ["logs", "-f"], "follow": ["logs", "-f"], "info": ["show"], "describe": ["show"], "serve": ["server"],
    "release": ["unhold"], "rerun": ["retry"], "requeue": ["retry"], "explain": ["why"], "update": ["edit"],
    "modify": ["edit"],
    "alter": ["edit"], "user": ["users"], "statistics": ["stats"], "htop": ["top"],
    "nodes": ["workers"], "snapshots": ["snapshot"],
  ]

  /// Words that may mean several things here: which ones, is told.
  private static let advice = [
    "rm": "`banyan cancel ID` ends a task; one that has ended stays for its record",
    "remove": "`banyan cancel ID` ends a task; one that has ended stays for its record",
    "delete": "`banyan cancel ID` ends a task; one that has ended stays for its record",
    "start": "`banyan server` and `banyan worker` start the two halves; `banyan submit -- PROGRAM` makes a task",
    "pause": "`banyan hold ID` keeps a task back; `banyan workers pause NAME` a worker",
    "resume": "`banyan unhold ID` lets a task go; `banyan workers resume NAME` a worker",
    "watch": "`banyan wait ID` follows a task to its end, `banyan logs -f ID` its output",
    "restart": "`banyan retry ID` makes a task anew that failed or was cancelled",
  ]

  /// The arguments with a brought-along word replaced, and with a note of what stands behind `--`.
  static func understood(_ arguments: [String]) throws -> [String] {
    let understood = try replaced(arguments)
    guard let first = understood.first, first == "submit" || first == "run",
      let mark = understood.firstIndex(of: "--")
    else { return understood }
    // The parser hands on all words alike; which of them are the program is known only here.
    let count = understood.count - mark - 1
    return [first, "--words-behind-terminator", "\(count)"] + understood.dropFirst()
  }

  private static func replaced(_ arguments: [String]) throws -> [String] {
    guard let first = arguments.first, !first.hasPrefix("-"), !commands.contains(first) else { return arguments }
    let rest = Array(arguments.dropFirst())
    // One task's status, or everybody's.
    if first == "status" || first == "stat" { return [rest.contains { !$0.hasPrefix("-") } ? "show" : "list"] + rest }
    if let words = synonyms[first] { return words + rest }
    if let words = advice[first] { throw UsageError("'\(first)' is no subcommand: \(words)") }
    if first.hasSuffix(".yaml") || first.hasSuffix(".yml") {
      throw UsageError(
        "'\(first)' is a graph: `banyan run \(first)` runs it here, `banyan submit \(first)` on the server")
    }
    let meant = Spelling.nearest(to: first, among: commands).map { "did you mean '\($0)'?" }
    throw UsageError("'\(first)' is no subcommand; \(meant ?? "`banyan --help` lists them")")
  }
}
