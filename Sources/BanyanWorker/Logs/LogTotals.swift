import BanyanCore
import BanyanJSON

/// What an attempt wrote in all, as far as it went through its worker.
public struct LogTotals: Sendable, Hashable {
  /// Bytes of the log of standard output; nil: the task wrote to a file of its own.
  public var stdoutBytes: Int64?
  /// The same of standard error.
  public var stderrBytes: Int64?
  /// Bytes that are in no log: beyond its limit, or there was no room on the disk.
  public var lostBytes: Int64 = 0

  /// Whether there may be a log to read of a stream.
  func hasLog(_ isStderr: Bool) -> Bool { (isStderr ? stderrBytes : stdoutBytes) ?? 0 > 0 }

  /// The streams that have something to read.
  var printed: PrintedStreams {
    (hasLog(false) ? PrintedStreams.stdout : []).union(hasLog(true) ? .stderr : [])
  }

  /// Whether nothing came on a stream that has a log.
  func isEmpty(_ isStderr: Bool) -> Bool { (isStderr ? stderrBytes : stdoutBytes) == 0 && lostBytes == 0 }
}

extension LogTotals {
  init?(_ node: JSONNode) {
    guard let log = node["log"] else { return nil }
    stdoutBytes = log["stdout"]?.integer
    stderrBytes = log["stderr"]?.integer
    lostBytes = log["lost"]?.integer ?? 0
  }

  func write(to object: inout JSONObjectWriter) {
    object.object("log") { log in
      log.set("stdout", ifPresent: stdoutBytes)
      log.set("stderr", ifPresent: stderrBytes)
      if lostBytes > 0 { log.set("lost", lostBytes) }
    }
  }
}
