import BanyanCore

/// What a worker is told when it is started. How to reach the server is its transport's affair.
public struct WorkerConfiguration: Sendable {
  /// Its name under its user; unique there.
  public var name: String
  /// Of its program, for the server to show.
  public var version: String
  /// It claims from these queues; none: from all.
  public var queues: [String] = []
  /// What it offers, as the machine gives it and flags allow it; see ``MachineOffer``.
  public var offer: ResourceOffer
  /// Where it keeps its lock, its keeper's socket and what has to outlive both. Absolute.
  public var stateFolder: String
  /// Whose the state folder is, where it goes by that (``StateFolder/path(in:of:)``); nil: the folder was named, and is
  /// for whatever server this worker has.
  public var stateOwner: StateOwner?
  /// Where logs lie, `TASK/ATTEMPT/{stdout,stderr}`. Absolute; nil: `logs` in the state folder.
  public var logsFolder: String?
  /// Bytes of each stream of an attempt that are kept (`--max-log`); beyond it only the end.
  public var logLimit: Int64 = WorkerConfiguration.defaultLogLimit
  /// It leaves after so long without a task, in milliseconds (`--idle-timeout`).
  public var idleTimeoutMilliseconds: Int64?
  /// It leaves after so long, in milliseconds (`--time-limit`): it takes only tasks that are said to end before, and
  /// gives back what still runs then.
  public var timeLimitMilliseconds: Int64?
  /// How long it takes a task to last that says nothing of its time, where its own time is limited (`--assume`); nil: it
  /// takes none.
  public var assumeMilliseconds: Int64?
  /// How its keeper is started: a program and the first arguments.
  public var keeperCommand: [String] = WorkerConfiguration.ownKeeper
  /// Variables of the worker's own environment that tasks get beside the usual ones (`--pass-env`).
  public var passedEnvironment: [String] = []
  /// The variables that tasks' environments are taken from: the worker's own.
  public var environment: TextMap = ProcessEnvironment.current()
  /// How long a claim stays open while nothing fits.
  public var claimWaitMilliseconds: Int64 = 60_000

  /// How long the folders of attempts stay whose tasks name none, in milliseconds (`--keep-work`): 7 days.
  public var keepWorkMilliseconds: Int64 = 7 * 86_400_000

  /// How long logs of attempts stay in which nothing has changed, in milliseconds (`--keep-logs`): 30 days.
  public var keepLogsMilliseconds: Int64 = 30 * 86_400_000
  /// How much less urgent than the worker its tasks are (`--nice`), 0 to 19.
  public var niceness: Int64 = 0

  /// How many bytes of each stream are kept where no flag says it: 1 GiB.
  public static let defaultLogLimit = StartOrder.defaultLogLimit

  /// The program that runs now, whatever happens to its file meanwhile.
  public static let ownKeeper = ["/proc/self/exe", KeeperMain.subcommand]

  /// A worker of the given name, offer and folder.
  public init(name: String, version: String, offer: ResourceOffer, stateFolder: String) {
    self.name = name
    self.version = version
    self.offer = offer
    self.stateFolder = stateFolder
  }

  /// The folder in which logs lie. Absolute.
  public var logs: String { logsFolder ?? "\(stateFolder)/logs" }
  /// Where attempts run whose tasks name no folder.
  public var work: String { "\(stateFolder)/work" }
}
