/// What is known of one attempt: the execution data of the task model. Kept as long as its task.
///
/// Times are milliseconds since 1970 on the worker's clock: its word, shown, never compared with the server's.
public struct AttemptRecord: Hashable, Sendable {
  /// The record's own identifier.
  public var id: RecordID
  /// The number among the attempts that count.
  public var attemptCount: UInt32
  /// Rises with every claim, for ever: `BANYAN_ATTEMPT`.
  public var claimNumber: UInt32
  /// The server's start in which it was claimed; with the claim number it is what a fencing token is made of.
  public var epoch: UInt32
  /// Who holds or held it.
  public var workerID: WorkerID
  /// Cores reserved, fixed at the claim.
  public var cores: Int64
  /// The GPUs that it is pinned to.
  public var gpus: [Int64]
  /// Server's clock: when it was claimed.
  public var timeClaimed: Int64
  /// The folder that it ran in, on its worker; nil: the worker hasn't said.
  public var workingDirectory: String?
  /// In words; nil while it is live.
  public var exitStatus: String?
  /// The state that its worker asked for at its end: a repeat of that report is told from another word by it.
  public var reported: TaskState?
  /// When the process was started.
  public var timeStarted: Int64?
  /// When it had ended.
  public var timeTerminated: Int64?
  /// Server's clock: when anything was last reported of it.
  public var lastUpdate: Int64
  /// What it used, as last reported.
  public var usage: AttemptUsage {
    get { figures?.value ?? AttemptUsage() }
    set { figures = newValue == AttemptUsage() ? nil : Boxed(newValue) }
  }
  private var figures: Boxed<AttemptUsage>?

  /// How long its process ran, in milliseconds on its worker's clock; nil: it was not started, or nobody saw its end.
  public var runtime: Int64? {
    guard let timeStarted, let timeTerminated else { return nil }
    return max(0, timeTerminated &- timeStarted)
  }

  /// A live attempt, just claimed.
  public init(
    id: RecordID, attemptCount: UInt32, claimNumber: UInt32, epoch: UInt32, workerID: WorkerID, cores: Int64,
    gpus: [Int64], timeClaimed: Int64
  ) {
    self.id = id
    self.attemptCount = attemptCount
    self.claimNumber = claimNumber
    self.epoch = epoch
    self.workerID = workerID
    self.cores = cores
    self.gpus = gpus
    self.timeClaimed = timeClaimed
    lastUpdate = timeClaimed
  }

  /// Takes what is known of its end.
  mutating func finish(_ end: AttemptEnd, at time: Int64) {
    exitStatus = end.exitStatus
    timeTerminated = end.timeTerminated
    reported = end.reported
    lastUpdate = time
    if let usage = end.usage { self.usage.merge(usage) }
  }
}

/// What an attempt's processes used. Each figure is nil until somebody reported it.
public struct AttemptUsage: Hashable, Sendable {
  /// Main memory in bytes.
  public var residentMemoryBytes: Int64?
  /// Address space in bytes.
  public var virtualMemoryBytes: Int64?
  /// 100 is one core.
  public var cpuPercent: Double?
  /// Used memory by GPU.
  public var gpus: [GPUUsage] = []
  /// The most that was resident at once, in bytes.
  public var peakMemoryBytes: Int64?
  /// Processor time in seconds.
  public var cpuSeconds: Double?
  /// On which of the streams that its worker kept something came by its end; nil: nobody said. A log that is empty on its
  /// worker is told by it from one that was removed there.
  public var printed: PrintedStreams?

  /// Figures of which none was reported yet.
  public init() {}

  /// Takes every figure that the other one has.
  public mutating func merge(_ other: AttemptUsage) {
    residentMemoryBytes = other.residentMemoryBytes ?? residentMemoryBytes
    virtualMemoryBytes = other.virtualMemoryBytes ?? virtualMemoryBytes
    cpuPercent = other.cpuPercent ?? cpuPercent
    if !other.gpus.isEmpty { gpus = other.gpus }
    // A peak stays, whatever is measured later.
    if let peak = other.peakMemoryBytes { peakMemoryBytes = max(peak, peakMemoryBytes ?? 0) }
    // Nor is it below what is resident, whoever told the one and the other.
    if let peak = peakMemoryBytes, let resident = residentMemoryBytes { peakMemoryBytes = max(peak, resident) }
    cpuSeconds = other.cpuSeconds ?? cpuSeconds
    printed = other.printed ?? printed
  }
}

/// Streams to which an attempt wrote.
public struct PrintedStreams: OptionSet, Hashable, Sendable {
  /// One bit a stream.
  public var rawValue: UInt8
  /// The streams whose bits are set, as records on the disk keep them.
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// Standard output.
  public static let stdout = PrintedStreams(rawValue: 1)
  /// Standard error.
  public static let stderr = PrintedStreams(rawValue: 2)
}

/// The memory that a task uses on one GPU.
public struct GPUUsage: Hashable, Sendable {
  /// The GPU's index on its worker (``GPUDevice/ordinal``).
  public var ordinal: Int64
  /// Memory that the task uses on it, in bytes.
  public var usedMemoryBytes: Int64

  /// A figure for one GPU.
  public init(ordinal: Int64, usedMemoryBytes: Int64) {
    self.ordinal = ordinal
    self.usedMemoryBytes = usedMemoryBytes
  }
}
