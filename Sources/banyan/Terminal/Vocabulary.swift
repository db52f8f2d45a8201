import BanyanWire

/// The words that people bring along from other queues: some work as they are, of others the right one is named.
enum Vocabulary {
  static let commands = Banyan.configuration.subcommands.map { $0._commandName } + ["help"]

  /// Words of other queues and shells that mean one command of this one.
  private static let synonyms = [
    "ps": ["list"], "ls": ["list"], "queue": ["list"], "jobs": ["list"], "squeue": ["list"],
    "qstat": ["list"], "add": ["submit"], "sbatch": ["submit"], "qsub": ["submit"], "enqueue": ["submit"],
    "kill": ["cancel"], "scancel": ["cancel"], "qdel": ["cancel"], "stop": ["cancel"], "log": ["logs"],
    "tail": ["logs", "-f"], "follow": ["logs", "-f"], "info": ["show"], "describe": ["show"], "serve": ["server"],
    "release": ["unhold"], "rerun": ["retry"], "requeue": ["retry"], "explain": ["why"], "update": ["edit"],
    "modify": ["edit"],
    "alter": ["edit"], "user": ["users"], "statistics": ["stats"], "htop": ["top"],
    "nodes": ["workers"], "snapshots": ["snapshot"], "sinfo": ["workers"], "clean": ["forget"], "purge": ["forget"],
  ]

  /// HyperQueue's commands of two words.
  private static let pairs: [String: [String: [String]]] = [
    "job": [
      "list": ["list"], "ls": ["list"], "info": ["show"], "cat": ["logs"], "cancel": ["cancel"], "submit": ["submit"],
      "wait": ["wait"], "progress": ["wait"], "forget": ["forget"], "tasks": ["tasks"],
      "task-ids": ["tasks", "-o", "ids"],
    ],
    "task": ["list": ["tasks"], "info": ["show"], "cancel": ["cancel"], "explain": ["why"]],
  ]

  /// Words that may mean several things here: which ones, is told.
  private static let advice = [
    "rm": "`banyan cancel JOB` ends what runs and waits; `banyan forget JOB` takes away what has ended",
    "remove": "`banyan cancel JOB` ends what runs and waits; `banyan forget JOB` takes away what has ended",
    "delete": "`banyan cancel JOB` ends what runs and waits; `banyan forget JOB` takes away what has ended",
    "sacct": "`banyan list --all` tells of what has ended, `banyan show JOB` all of one",
    "scontrol": "`banyan show`, `hold`, `unhold`, `edit` and `workers` do what it does",
    "parallel": "`banyan submit --each FILE -- PROGRAM {}` makes a task of each line (- is standard input)",
    "group": "`banyan submit --queue NAME` puts into a queue, `banyan worker --queues NAME` works on it",
    "groups": "`banyan submit --queue NAME` puts into a queue, `banyan worker --queues NAME` works on it",
    "stash": "`banyan submit --hold` keeps back from the first, `banyan hold JOB` what waits already",
    "job": "`banyan list`, `show`, `logs`, `cancel` and `wait` take a job's number",
    "task": "`banyan tasks JOB` lists them, `banyan show 12.7` tells of one",
    "start": "`banyan server` and `banyan worker` start the two halves; `banyan submit -- PROGRAM` makes a task",
    "pause": "`banyan hold ID` keeps a task back; `banyan workers pause NAME` a worker",
    "resume": "`banyan unhold ID` lets a task go; `banyan workers resume NAME` a worker",
    "watch": "`banyan wait ID` follows a task to its end, `banyan logs -f ID` its output",
    "restart": "`banyan retry ID` makes a task anew that failed or was cancelled",
  ]

  /// The arguments with a brought-along word replaced, and with a note of what stands behind `--`.
  static func understood(_ arguments: [String]) throws -> [String] {
    let understood = joined(try replaced(arguments))
    guard let command = understood.first, withPrograms.contains(command), let mark = understood.firstIndex(of: "--")
    else { return understood }
    // The parser hands on all words alike; which of them are the program is known only here.
    let count = understood.count - mark - 1
    return [command, "--words-behind-terminator", "\(count)"] + understood.dropFirst()
  }

  /// The subcommands that take a program behind `--`.
  private static let withPrograms: Set = ["submit", "edit", "run"]
  /// Flags whose values may begin with a minus: `--sort -_id`, `--limit -1`.
  private static let signed: Set = ["--sort", "--limit", "--tail", "--priority"]

  /// A value that begins with a minus, in one word with its flag: the parser would take it for a flag.
  private static func joined(_ arguments: [String]) -> [String] {
    var words: [String] = []
    var isOwn = true
    for argument in arguments {
      if argument == "--" { isOwn = false }
      if isOwn, let flag = words.last, signed.contains(flag), argument.hasPrefix("-"), !argument.hasPrefix("--") {
        words[words.count - 1] = "\(flag)=\(argument)"
      } else {
        words.append(argument)
      }
    }
    return words
  }

  private static func replaced(_ arguments: [String]) throws -> [String] {
    guard let first = arguments.first, !first.hasPrefix("-"), !commands.contains(first) else { return arguments }
    let rest = Array(arguments.dropFirst())
    // One task's status, or everybody's.
    if first == "status" || first == "stat" { return [rest.contains { !$0.hasPrefix("-") } ? "show" : "list"] + rest }
    if let words = synonyms[first] { return words + rest }
    if let second = rest.first, let words = pairs[first]?[second] { return words + rest.dropFirst() }
    if let words = advice[first] { throw UsageError("'\(first)' is no subcommand: \(words)") }
    if first.hasSuffix(".yaml") || first.hasSuffix(".yml") {
      throw UsageError(
        "'\(first)' is a graph: `banyan run \(first)` runs it here, `banyan submit \(first)` on the server")
    }
    let meant = Spelling.nearest(to: first, among: commands).map { "did you mean '\($0)'?" }
    throw UsageError("'\(first)' is no subcommand; \(meant ?? "`banyan --help` lists them")")
  }
}
