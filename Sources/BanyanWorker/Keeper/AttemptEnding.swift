import BanyanCore
import BanyanJSON
import BanyanWire
import Glibc

/// How an attempt ended, as facts: the words are made by ``exitStatus``.
public struct AttemptEnding: Sendable, Hashable {
  /// How its main process ended.
  public enum Process: Sendable, Hashable {
    /// It ended by itself, with this exit status.
    case exited(Int32)
    /// A signal of this number ended it.
    case signalled(Int32)
    /// It never ran, through the task's own fault; in words, `no such program`.
    case couldNotStart(String)
    /// It never ran, through this machine's fault (no such folder, out of descriptors); in words.
    case notStarted(String)
  }

  /// Why it was made to end.
  public enum Cause: String, Sendable {
    /// Nobody ended it: it came to its end by itself.
    case none
    /// The server asked for it.
    case cancelled
    /// Its own limit of time.
    case timedOut = "timed_out"
    /// The server stayed away for too long, or the keeper was told to go.
    case lost
    /// The keeper that held it was killed: nobody saw how it ended.
    case vanished
    /// The worker gives it back.
    case released
    /// The server doesn't hold it for this worker: nobody is told.
    case refused
  }

  /// How its main process ended.
  public var process: Process
  /// Why it was made to end.
  public var cause: Cause
  /// SIGKILL was sent to it.
  public var killed: Bool
  /// When its main process ended, or was known not to begin, in milliseconds since 1970.
  public var timeTerminated: Int64
  /// Processor time of its main process and what that waited for, in seconds.
  public var cpuSeconds: Double?
  /// The largest resident set among them, in bytes.
  public var peakMemoryBytes: Int64?
  /// How many processes of its tree were left when its command had ended, and were killed.
  public var leftBehind: Int = 0
  /// What it wrote; nil: that is not known.
  public var log: LogTotals?
  /// The kernel has killed it, or a process of its tree, because memory had run out.
  public var isOutOfMemory = false

  /// An ending without figures of what it used: they are set where they are known.
  public init(process: Process, cause: Cause, killed: Bool = false, timeTerminated: Int64) {
    self.process = process
    self.cause = cause
    self.killed = killed
    self.timeTerminated = timeTerminated
  }
}

extension AttemptEnding {
  /// The words of the task model.
  public var exitStatus: String {
    switch cause {
    case .cancelled, .refused: killed ? "cancelled (SIGKILL)" : ExitStatus.cancelled
    case .timedOut: ExitStatus.timedOut
    case .lost: ExitStatus.unreachable
    case .vanished: ExitStatus.restarted
    case .released: ExitStatus.released
    case .none: isOutOfMemory ? process.wordsOfMemory : process.words
    }
  }

  /// The same without anything that comes from the task.
  var plainWords: String {
    if cause == .none, case .couldNotStart = process { return "could not start" }
    return exitStatus
  }

  /// What the worker asks for with it.
  public var state: TaskState {
    switch cause {
    case .cancelled, .refused: .cancelled
    case .lost, .vanished, .released: .available
    case .none, .timedOut:
      if case .notStarted = process { .available } else { .terminated }
    }
  }

  /// The last figures, for the report.
  public var usage: AttemptUsage? {
    guard cpuSeconds != nil || peakMemoryBytes != nil else { return nil }
    var usage = AttemptUsage()
    usage.cpuSeconds = cpuSeconds
    usage.peakMemoryBytes = peakMemoryBytes
    return usage
  }
}

extension AttemptEnding.Process {
  var words: String {
    switch self {
    case .exited(0): ExitStatus.success
    // A shell passes its child's signal on as 128 and the number: said, not turned into one.
    case .exited(let status): "failure (exit \(status))"
    case .signalled(let signal): "failure (\(SignalName.of(signal)))"
    // A path in it may be long; the server takes so much.
    case .couldNotStart(let reason):
      "could not start (\(String(String.UnicodeScalarView(reason.unicodeScalars.prefix(ExitStatus.maxLength - 18)))))"
    case .notStarted: ExitStatus.released
    }
  }

  /// The same where memory had run out, as the kernel says.
  var wordsOfMemory: String {
    switch self {
    case .signalled(SIGKILL): "failure (SIGKILL, out of memory)"
    case .exited(let status) where status == 128 + SIGKILL: "failure (exit \(status), out of memory)"
    default: words
    }
  }

  /// It, or what a shell passes on, was ended by SIGKILL.
  var isKilled: Bool {
    switch self {
    case .signalled(let signal): signal == SIGKILL
    case .exited(let status): status == 128 + SIGKILL
    case .couldNotStart, .notStarted: false
    }
  }
}

extension AttemptEnding {
  init(_ node: JSONNode) throws(KeeperError) {
    guard let cause = node["cause"]?.string.flatMap(Cause.init(rawValue:)),
      let timeTerminated = node["time_terminated"]?.integer
    else { throw KeeperError("an ending has a cause and time_terminated") }
    if let status = node["status"]?.integer {
      process = .exited(Int32(clamping: status))
    } else if let signal = node["signal"]?.integer {
      process = .signalled(Int32(clamping: signal))
    } else if let reason = node["could_not_start"]?.string {
      process = .couldNotStart(reason)
    } else if let reason = node["not_started"]?.string {
      process = .notStarted(reason)
    } else {
      throw KeeperError("an ending has a status, a signal, could_not_start or not_started")
    }
    self.cause = cause
    self.timeTerminated = timeTerminated
    killed = node["killed"]?.bool ?? false
    cpuSeconds = node["cpu_seconds"]?.double
    peakMemoryBytes = node["peak_memory_bytes"]?.integer
    leftBehind = Int(clamping: node["left_behind"]?.integer ?? 0)
    log = LogTotals(node)
    isOutOfMemory = node["out_of_memory"]?.bool ?? false
  }

  func write(to object: inout JSONObjectWriter) {
    object.set("cause", cause.rawValue)
    switch process {
    case .exited(let status): object.set("status", Int64(status))
    case .signalled(let signal): object.set("signal", Int64(signal))
    case .couldNotStart(let reason): object.set("could_not_start", reason)
    case .notStarted(let reason): object.set("not_started", reason)
    }
    object.set("killed", killed)
    object.set("time_terminated", timeTerminated)
    object.set("cpu_seconds", ifPresent: cpuSeconds)
    object.set("peak_memory_bytes", ifPresent: peakMemoryBytes)
    if leftBehind > 0 { object.set("left_behind", leftBehind) }
    log?.write(to: &object)
    if isOutOfMemory { object.set("out_of_memory", true) }
  }
}
