import BanyanCore
import BanyanWire

/// Everything that a keeper needs to run an attempt. The worker has worked it all out; the keeper looks up the program,
/// opens the files and starts the process.
public struct StartOrder: Sendable, Hashable {
  /// The attempt that is started.
  public var key: AttemptKey
  /// Its fencing token, for whoever takes the keeper over. It reaches no process.
  public var token: String
  /// The program and its arguments.
  public var arguments: [String]
  /// The whole environment, each `NAME=value`.
  public var environment: [String]
  /// The folder to run in; nil: ``freshFolder`` is made.
  public var workingDirectory: String?
  /// The folder that is made for the attempt where none is given.
  public var freshFolder: String
  /// The file of its standard input; nil: `/dev/null`.
  public var stdinPath: String?
  /// Standard output; nil: a file in ``logFolder``.
  public var stdoutPath: String?
  /// Standard error; nil: a file in ``logFolder``.
  public var stderrPath: String?
  /// Where the log files of this attempt are made.
  public var logFolder: String
  /// How many bytes of each stream are kept.
  public var logLimit: Int64 = StartOrder.defaultLogLimit
  /// How much less urgent it is than the keeper.
  public var niceness: Int64 = 0
  /// It is stopped then, as `timed out`.
  public var maxRuntimeMilliseconds: Int64?
  /// The time between SIGTERM and SIGKILL that its task asks for.
  public var graceMilliseconds: Int64
  /// What becomes of it while the server stays away.
  public var onLostContact: LostContact
  /// What it reserves, for whoever takes the keeper over.
  public var resources: ResourceRequest
  /// The GPUs that it is pinned to, for whoever takes the keeper over.
  public var gpus: [Int64]

  /// The task and the token, as messages name the attempt.
  public var name: AttemptName { AttemptName(task: key.task, token: token) }

  /// The limit of a log that no flag sets: 1 GiB, in bytes.
  public static let defaultLogLimit: Int64 = 1 << 30

  /// The order without what only the start needs: what is kept on the disk and handed over holds no environment.
  var afterStart: StartOrder {
    var rest = self
    rest.arguments = []
    rest.environment = []
    return rest
  }
}
