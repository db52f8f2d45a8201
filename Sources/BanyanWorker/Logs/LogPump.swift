import CProcess
import Glibc

/// Carries what attempts print from their pipes into their logs, so that no task ever waits for a disk or is failed by
/// one. It belongs to the keeper, and reads whenever the keeper's poller says that there is something.
struct LogPump {
  /// Bytes that one read takes: a pipe's usual room.
  private static let chunk = 64 << 10
  /// Reads of one pipe before others, and the keeper's other duties, have their turn.
  private static let turn = 4
  /// Reads at an attempt's end, when all that could write is gone: the largest pipe that a user may make, 1 MiB.
  private static let last = 16

  private let poller: Int32
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: LogPump.chunk, alignment: 1)
  private var logs: [AttemptKey: Log] = [:]
  private var sources: [Int32: Source] = [:]
  /// What a person should know, in words.
  private var trouble: [String] = []

  private struct Source {
    var key: AttemptKey
    var isStderr: Bool
  }

  /// The log of an attempt.
  private struct Log {
    var stdout: LogFile
    var stderr: LogFile
    var index: LogIndex
    var pipes: LogPipes
  }

  init(poller: Int32) { self.poller = poller }

  /// Takes over the pipes of an attempt that was started.
  mutating func add(_ key: AttemptKey, folder: String, limit: Int64, pipes: LogPipes) {
    logs[key] = Log(
      stdout: LogFile(path: "\(folder)/stdout", limit: limit), stderr: LogFile(path: "\(folder)/stderr", limit: limit),
      index: LogIndex(folder: folder), pipes: pipes)
    for (descriptor, isStderr) in [(pipes.stdout, false), (pipes.stderr, true)] {
      guard let descriptor else { continue }
      sources[descriptor] = Source(key: key, isStderr: isStderr)
      if banyan_watch(poller, descriptor, 0) != 0 {
        trouble.append("\(key): its output can't be watched (\(LaunchRefusal.words(errno))) and is read at its end")
      }
    }
  }

  /// Whether a descriptor is one of its pipes.
  func owns(_ descriptor: Int32) -> Bool { sources[descriptor] != nil }

  /// A pipe has something to read, or has ended.
  mutating func read(_ descriptor: Int32) { read(descriptor, times: Self.turn) }

  /// An attempt is over: takes what is left in its pipes and lets go of them, whoever may still hold the other ends.
  mutating func finish(_ key: AttemptKey) -> LogTotals? {
    guard let pipes = logs[key]?.pipes else { return nil }
    for descriptor in [pipes.stdout, pipes.stderr] {
      guard let descriptor, sources[descriptor] != nil else { continue }
      read(descriptor, times: Self.last)
      if sources[descriptor] != nil { release(descriptor) }
    }
    guard var log = logs.removeValue(forKey: key) else { return nil }
    let now = banyan_boot_milliseconds()
    log.stdout.finish(now: now)
    log.stderr.finish(now: now)
    log.index.finish()
    return LogTotals(
      stdoutBytes: pipes.stdout.map { _ in log.stdout.size }, stderrBytes: pipes.stderr.map { _ in log.stderr.size },
      lostBytes: log.stdout.lost + log.stderr.lost)
  }

  /// What a person should know since the last call.
  mutating func takeTrouble() -> [String] {
    defer { trouble = [] }
    return trouble
  }

  private mutating func read(_ descriptor: Int32, times: Int) {
    guard let source = sources[descriptor] else { return }
    for _ in 0..<times {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN { return }
      guard count > 0 else { return release(descriptor) }
      take(UnsafeRawBufferPointer(rebasing: buffer[..<count]), source)
      // A pipe that was not full is empty now.
      if count < buffer.count { return }
    }
  }

  private mutating func take(_ bytes: UnsafeRawBufferPointer, _ source: Source) {
    let (now, time) = (banyan_boot_milliseconds(), banyan_wall_milliseconds())
    let (isStderr, key) = (source.isStderr, source.key)
    let offset = (isStderr ? logs[key]?.stderr.size : logs[key]?.stdout.size) ?? 0
    let words = isStderr ? logs[key]?.stderr.write(bytes, now: now) : logs[key]?.stdout.write(bytes, now: now)
    if let words = words ?? nil { trouble.append("\(key): \(words)") }
    if let words = logs[key]?.index.note(isStderr: isStderr, offset: offset, time: time) ?? nil {
      trouble.append("\(key): \(words)")
    }
  }

  private mutating func release(_ descriptor: Int32) {
    sources[descriptor] = nil
    banyan_unwatch(poller, descriptor)
    close(descriptor)
  }
}

/// The ends from which a keeper reads what an attempt prints; nil where it prints into a file of its own.
struct LogPipes: Sendable, Hashable {
  var stdout: Int32?
  var stderr: Int32?

  /// Closes them, where nobody will read.
  func close() {
    for descriptor in [stdout, stderr] {
      if let descriptor { Glibc.close(descriptor) }
    }
  }
}
