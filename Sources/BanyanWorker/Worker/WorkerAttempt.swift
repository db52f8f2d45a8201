import BanyanCore
import BanyanWire

/// An attempt in a worker's hands, from the claim until the server has acknowledged its end.
struct WorkerAttempt: Sendable, Hashable {
  /// Without program and environment once the keeper has it.
  var order: StartOrder
  /// How far the attempt has come.
  var phase: Phase
  /// How its process was started, also after its end: the server hears of the one before the other.
  var start: ProcessStart?
  /// The server doesn't hold it for this worker (any more): it is stopped, and nobody is told.
  var isRefused = false
  /// The last order to end it, given again to a keeper that may not have heard it.
  var endOrder: EndOrder?
  /// Its end is on the way to the server on the present connection.
  var isReported = false
  /// Its start was told on the present connection.
  var isStartTold = false
  /// What is asked for with its end, where the server has refused what comes of the end itself.
  var insteadState: TaskState?
  /// The most memory that its tree was seen to hold, in bytes.
  var peakMemoryBytes: Int64?
  /// It is made to end because the worker's time is over.
  var isOutOfTime = false
  /// Its end is not sent before this moment of the boot clock, because the server could not take it.
  var reportsAfter: Int64 = .min

  /// Where an attempt stands, as far as its keeper has told.
  enum Phase: Sendable, Hashable {
    /// The keeper was told to start it.
    case starting
    /// Its process was started, and has not ended as far as is known.
    case running(ProcessStart)
    /// Nothing of it runs any more, or it never ran.
    case ended(AttemptEnding)
  }

  /// An order to end an attempt.
  struct EndOrder: Sendable, Hashable {
    var grace: Int64
    var cause: AttemptEnding.Cause
  }

  /// Whether it was made to end because the worker's time was over while it ran.
  private var outlastedItsWorker: Bool { isOutOfTime && start != nil && ending?.cause == .released }

  /// Whether it still holds what it reserves.
  var isLive: Bool {
    if case .ended = phase { false } else { true }
  }

  /// How it ended; nil: it has not.
  var ending: AttemptEnding? {
    if case .ended(let ending) = phase { ending } else { nil }
  }

  /// The ends of its logs, where it may have any.
  var tail: LogTailRequest? {
    guard let ending, start != nil else { return nil }
    let both: [OutputStream] = [.stdout, .stderr]
    guard let log = ending.log else { return LogTailRequest(key: order.key, attempt: order.name, streams: both) }
    let streams = both.filter { log.hasLog($0 == .stderr) }
    // That a log is empty is told, too: nobody has to come here for nothing.
    let empty = both.filter { log.isEmpty($0 == .stderr) }
    guard !streams.isEmpty || !empty.isEmpty else { return nil }
    return LogTailRequest(key: order.key, attempt: order.name, streams: streams, empty: empty)
  }

  /// What the server is told of its end.
  var report: Report? {
    guard let ending, !isRefused else { return nil }
    if insteadState == nil, case .notStarted(let reason) = ending.process, ending.cause == .none {
      return .release(ReleaseMessage.Release(attempt: order.name, reason: reason))
    }
    let state = insteadState ?? ending.state
    if insteadState == .terminated, ending.state == .terminated {
      return .result(
        ReportMessage.Result(
          attempt: order.name, state: state, exitStatus: ending.plainWords, timeTerminated: ending.timeTerminated))
    }
    let words =
      switch state {
      case .cancelled where ending.state != .cancelled: ExitStatus.cancelled
      case .available where outlastedItsWorker: ExitStatus.outOfTime
      default: ending.exitStatus
      }
    return .result(
      ReportMessage.Result(
        attempt: order.name, state: state, exitStatus: words, timeTerminated: ending.timeTerminated,
        usage: usage(of: ending)))
  }

  /// The system counts the largest single process, and what was sampled is the whole tree at some moments: the larger
  /// figure is nearer the truth.
  private func usage(of ending: AttemptEnding) -> AttemptUsage? {
    guard peakMemoryBytes != nil || ending.log != nil else { return ending.usage }
    var usage = ending.usage ?? AttemptUsage()
    if let peak = peakMemoryBytes { usage.peakMemoryBytes = max(peak, usage.peakMemoryBytes ?? 0) }
    usage.printed = ending.log?.printed
    return usage
  }

  /// The two ways to tell an end.
  enum Report: Sendable, Hashable {
    case result(ReportMessage.Result)
    case release(ReleaseMessage.Release)
  }
}
