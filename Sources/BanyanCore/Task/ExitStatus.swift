/// The words of an attempt's end. A status is a string that a person can read; only `success` is success.
public enum ExitStatus {
  /// The command ended with status 0.
  public static let success = "success"
  /// The attempt was ended on request: its task was cancelled.
  public static let cancelled = "cancelled"
  /// Ended by its own limit of time.
  public static let timedOut = "timed out"
  /// Given back, never started.
  public static let released = "released"
  /// The lease ended while nothing was heard.
  public static let unreachable = "abandoned (worker unreachable)"
  /// The worker was unregistered and its grace is over.
  public static let unregistered = "abandoned (worker unregistered)"
  /// A new start of the worker's process that never had this attempt.
  public static let restarted = "abandoned (worker restarted)"
  /// The longest status that a client may report, in characters.
  public static let maxLength = 256

  /// Given back while it ran, because its worker's time was over.
  public static let outOfTime = released("this worker's time was over")

  /// Given back because its worker lacked something, in its words.
  public static func released(_ reason: String) -> String { "released (\(reason.prefix(maxLength - 11)))" }

  /// The words of a worker that gave a task back because it lacked something.
  static func lacksSomething(_ status: String) -> Bool { status.hasPrefix("released (") }

  /// What a worker lacked, in its words; nil: it gave nothing back for that.
  static func reason(_ status: String) -> String? {
    lacksSomething(status) ? String(status.dropFirst("released (".count).dropLast()) : nil
  }

  /// How a release begins that says why the folder of the task could not be entered.
  private static let withoutFolder = ["released (no such folder", "released (not a folder", "released (cannot enter"]

  /// The same, where it was the folder that the task runs in.
  static func lacksFolder(_ status: String) -> Bool {
    withoutFolder.contains { status.hasPrefix($0) }
  }

  /// An attempt that was lost with its worker rather than failed by its command.
  public static func isLoss(_ status: String) -> Bool { status.hasPrefix("abandoned") }
}
