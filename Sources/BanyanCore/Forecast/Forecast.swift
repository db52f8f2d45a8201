/// When tasks and jobs begin and end, as far as the queue's own rules and what is known of run times tell.
///
/// It is made of a copy of the queue that is played forward (`Rehearsal`) three times: with the run times that are
/// likely, with short ones and with long ones. Nobody submits anything meanwhile, nothing fails, and no worker comes or goes
/// but those that said so.
public struct Forecast: Sendable {
  /// So many tasks are told of at most: those whose turns come first, beside those that run.
  public static let maxStarts = 10_000

  /// When it was made, milliseconds since 1970.
  public let time: Int64
  /// The sequence number of the last event that it knows.
  public let sequence: UInt64
  /// Tasks that run or wait, by identifier.
  public internal(set) var tasks: [TaskID: Expectation] = [:]
  /// Jobs that have not ended, and of which something is known.
  public internal(set) var jobs: [JobNumber: JobExpectation] = [:]
  /// Tasks of ``tasks``: first those that run, then the others as they are to start.
  public internal(set) var order: [TaskID] = []
  /// It ends before all that could start has, since there are too many tasks or the time that it may take was over.
  public internal(set) var isCut = false

  /// Of a queue in which nothing is to be expected.
  init(time: Int64, sequence: UInt64) {
    self.time = time
    self.sequence = sequence
  }

  /// A moment that is not known exactly, milliseconds since 1970.
  public struct Estimate: Hashable, Sendable {
    /// Not before.
    public var earliest: Int64
    /// Most likely.
    public var likely: Int64
    /// Not later; nil: nobody knows.
    public var latest: Int64?

    /// A moment, as it is expected.
    public init(earliest: Int64, likely: Int64, latest: Int64?) {
      self.earliest = earliest
      self.likely = likely
      self.latest = latest
    }
  }

  /// What is expected of a task.
  public struct Expectation: Hashable, Sendable {
    /// When it starts; nil: it runs.
    public var start: Estimate?
    /// When it ends; nil: nothing tells how long it takes.
    public var end: Estimate?
    /// What it waits for until it starts; nil: for nothing but its worker's next claim, or it runs.
    public var hold: Hold?
  }

  /// What is expected of a job.
  public struct JobExpectation: Hashable, Sendable {
    /// When its first task starts; nil: one has.
    public var start: Estimate?
    /// When its last task ends; nil: of some task nobody knows when, or it is held, or comes too late to be looked at.
    public var end: Estimate?
  }

  /// What has to come about before a task can start.
  public enum Hold: Hashable, Sendable {
    /// The last of its parents ends.
    case parent(TaskID)
    /// The time has come that its provider, or the delay between attempts, asks for.
    case delay
    /// One of its array ends, as many of which run as may.
    case limit(TaskID)
    /// This one ends on this worker, and leaves room.
    case room(TaskID, on: WorkerID)
    /// This worker takes something again, which is paused now.
    case worker(WorkerID)
  }
}

extension Forecast.Estimate {
  /// A moment of what three rehearsals say (`Int64.max`: never, as far as is known). Short run times may put a task later
  /// than long ones do, where others get before it.
  /// - Parameters:
  ///   - likely: by run times that are likely; without it there is no moment.
  ///   - quick: by short ones; nil: it was not played so far.
  ///   - slow: by long ones; nil: it was not played so far.
  ///   - now: nothing that is to come is before.
  init?(likely: Int64, quick: Int64?, slow: Int64?, now: Int64) {
    guard likely < .max else { return nil }
    let latest = slow.map { max($0, likely, quick ?? likely) }
    self.init(
      earliest: quick.map { min($0, likely, slow ?? likely) } ?? now, likely: likely,
      latest: latest.flatMap { $0 < .max ? $0 : nil })
  }
}
