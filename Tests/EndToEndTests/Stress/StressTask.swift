import BanyanJSON

/// One short task of the stress: what it does, and all that may be said of it afterwards. A function of the seed and of
/// its number alone.
///
/// It writes a line into its ledger when it begins and one when it is done, so that what ran can be told from what is
/// said to have run.
struct StressTask: Sendable, Hashable {
  /// What a task does, and what it is there to find.
  enum Kind: String, Sendable, CaseIterable {
    /// It prints nothing and succeeds.
    case silent
    /// It fails with a status, its own or what a shell makes of its child's signal.
    case status
    /// Lines on both streams, in some order.
    case lines
    /// Any bytes, without a last line's end.
    case bytes
    /// It closes both streams and goes on.
    case closed
    /// It closes one stream and prints on the other.
    case halfClosed
    /// It leaves a child that holds its streams.
    case background
    /// It leaves a child in a session of its own.
    case session
    /// It leaves a small tree, far from itself.
    case daemon
    /// It leaves a child without its environment, in another session.
    case hidden
    /// It leaves a child that is stopped.
    case stopped
    /// Some hundred kilobytes on one stream.
    case flood
    /// The same on both at once.
    case floods
    /// It dies by a signal.
    case signal
    /// It removes its own log.
    case removedLog
    /// It removes the folder in which it runs.
    case removedFolder
    /// It reads its standard input to the end.
    case input
    /// It fails the first time.
    case retried
    /// Its standard output is a file that it names.
    case file
    /// Its program is not there.
    case missing
    /// It runs into its limit of time.
    case limited
    /// It takes a while.
    case long
    /// It has something to say when it is asked to end.
    case trapping
    /// It doesn't care for being asked to end.
    case deaf
  }

  /// What an attempt prints on each stream when it runs to its end.
  struct Streams: Sendable, Hashable {
    var stdout: Output = .bytes([])
    var stderr: Output = .bytes([])

    init(_ stdout: Output, _ stderr: Output = .bytes([])) {
      self.stdout = stdout
      self.stderr = stderr
    }

    init(_ stdout: String = "", _ stderr: String = "") {
      self.init(.bytes(Array(stdout.utf8)), .bytes(Array(stderr.utf8)))
    }
  }

  /// What it prints on one stream.
  enum Output: Sendable, Hashable {
    case bytes([UInt8])
    /// Numbers, a line each: made only where they are looked at, for they are long.
    case numbers(ClosedRange<Int>)

    var bytes: [UInt8] {
      switch self {
      case .bytes(let bytes): return bytes
      case .numbers(let range):
        var bytes: [UInt8] = []
        for number in range {
          bytes += Array("\(number)".utf8)
          bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
      }
    }
  }

  let number: Int
  let kind: Kind
  /// Run by the shell between the ledger's lines; ``missing`` has none.
  let script: String
  /// How an attempt may end by itself, and what it has printed then. The last one is the task's end.
  let ends: [(status: String, streams: Streams)]

  var name: String { "stress-\(number)" }
  /// How the task ends where nobody cancels it.
  var status: String { ends.last?.status ?? "success" }
  /// It leaves a line at its start.
  var hasLedger: Bool { kind != .missing }
  /// It comes to its ledger's last line where it ends by itself.
  var isDone: Bool { kind != .missing && kind != .limited }
  /// Whether its logs are as it wrote them.
  var keepsLog: Bool { kind != .removedLog }

  /// What it printed by an end of its own; nil: it can't end so.
  func streams(at status: String) -> Streams? { ends.first { $0.status == status }?.streams }

  static func == (one: StressTask, other: StressTask) -> Bool {
    one.number == other.number && one.script == other.script && one.kind == other.kind
      && one.ends.map(\.status) == other.ends.map(\.status) && one.ends.map(\.streams) == other.ends.map(\.streams)
  }

  func hash(into hasher: inout Hasher) { hasher.combine(number) }
}

extension StressTask {
  /// Where the tasks of a run find each other.
  struct Place: Sendable {
    /// The folder of ledgers.
    var ledger: String
    /// A folder in which most tasks run; the others get one each.
    var work: String
    /// The folder of files that tasks name.
    var files: String
    /// The folders in which workers keep logs.
    var logs: [String]
    /// So many seconds sleeps what a task leaves behind: nobody else on this machine sleeps as long.
    var sleep: String

    /// Some tasks share a file, to which each of them appends: thousands of files cost more than all that runs.
    func ledger(of number: Int) -> String { "\(ledger)/\(number % 64)" }
  }

  /// The task as it is submitted.
  func document(_ place: Place) -> JSON {
    var task: JSONObject = [
      "name": .string(name), "state": "available", "max_loss_count": 100_000,
      "requested_resources": ["cpu_memory_bytes": 0], "max_shutdown_time_milliseconds": 400,
    ]
    guard kind != .missing else {
      task["arguments"] = ["no-such-program-at-all", "ever"]
      return .object(task)
    }
    let begin = #"echo "$N start $BANYAN_ATTEMPT $BANYAN_TASK_ID" >>"$L""#
    if kind != .removedFolder, number % 3 > 0 { task["working_directory"] = .string(place.work) }
    task["command"] = .string("\(begin)\n\(script)")
    task["environment"] = [
      "L": .string(place.ledger(of: number)), "F": .string("\(place.files)/\(number).failed"),
      "N": .string("\(number)"), "T": .string(place.sleep),
      "LOGS": .string(place.logs.joined(separator: " ")),
    ]
    if kind == .retried { task["max_attempt_count"] = 2 }
    if kind == .limited { task["max_runtime_milliseconds"] = 300 }
    if kind == .file { task["stdout_path"] = .string("\(place.files)/%t-%a") }
    return .object(task)
  }
}
