import BanyanClient
import CProcess
import Glibc

/// Carries what attempts print from their pipes into their logs, so that no task ever waits for a disk or is failed by
/// one. It belongs to the keeper, and reads whenever the keeper's poller says that there is something.
///
/// ```
///                     read: something               read: the end
///  add ──▶ open ──────────────────────▶ open ────────────────────────▶ ended
///            └──────────────── finish: what is left is read ─────────────▲
/// ```
///
/// A pipe belongs to one stream of one attempt, which lets go of it once. What is ready is asked for by a token of the
/// poller and what is over by the attempt, never by the number of a descriptor: a task may close its output while it
/// runs, and the number is then another's.
struct LogPump {
  /// Bytes that one read takes: a pipe's usual room.
  private static let chunk = 64 << 10
  /// Reads of one pipe before others, and the keeper's other duties, have their turn.
  private static let turn = 4
  /// Reads at an attempt's end, when all that could write is gone: the largest pipe that a user may make, 1 MiB.
  private static let last = 16

  private let poller: Poller
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: LogPump.chunk, alignment: 1)
  private var logs: [AttemptKey: Log] = [:]
  private var watched: [Poller.Token: Source] = [:]
  /// What a person should know, in words.
  private var trouble: [String] = []

  /// One of the two; its name is that of its log.
  private enum Stream: String, CaseIterable { case stdout, stderr }

  /// The attempt and the stream that a pipe belongs to.
  private struct Source {
    var key: AttemptKey
    var stream: Stream
  }

  /// The log of an attempt: two files, and the index that tells in which order the streams came.
  private struct Log {
    var stdout: Channel
    var stderr: Channel
    var index: LogIndex

    subscript(stream: Stream) -> Channel {
      get { stream == .stdout ? stdout : stderr }
      _modify {
        if stream == .stdout { yield &stdout } else { yield &stderr }
      }
    }
  }

  /// One stream on its way.
  private struct Channel {
    var file: LogFile
    var pipe: Pipe

    /// Bytes of its log; nil: it has none.
    var size: Int64? { if case .none = pipe { nil } else { file.size } }
  }

  /// The end from which a stream is read.
  private enum Pipe {
    /// The task prints into a file of its own.
    case none
    /// It may print more. Without a token nobody says when: it is read at the attempt's end.
    case open(Descriptor, Poller.Token?)
    /// All of it was read, and its descriptor let go of.
    case ended
  }

  init(poller: Poller) { self.poller = poller }

  /// How many attempts have logs open.
  var count: Int { logs.count }

  /// Takes over the pipes of an attempt that was started.
  mutating func add(_ key: AttemptKey, folder: String, limit: Int64, pipes: LogPipes) {
    func channel(_ stream: Stream, _ descriptor: Descriptor?, _ token: Poller.Token?) -> Channel {
      Channel(
        file: LogFile(path: "\(folder)/\(stream.rawValue)", limit: limit),
        pipe: descriptor.map { .open($0, token) } ?? .none)
    }
    let (stdout, stderr) = (watch(pipes.stdout, key, .stdout), watch(pipes.stderr, key, .stderr))
    logs[key] = Log(
      stdout: channel(.stdout, pipes.stdout, stdout), stderr: channel(.stderr, pipes.stderr, stderr),
      index: LogIndex(folder: folder))
  }

  private mutating func watch(_ pipe: Descriptor?, _ key: AttemptKey, _ stream: Stream) -> Poller.Token? {
    guard let pipe else { return nil }
    guard let token = poller.watch(pipe.number) else {
      trouble.append("\(key): its output can't be watched (\(ErrnoText.of(errno))) and is read at its end")
      return nil
    }
    watched[token] = Source(key: key, stream: stream)
    return token
  }

  /// Something is ready: if it is one of its pipes, that has something to read, or has ended. False: it is none of them.
  mutating func read(_ token: Poller.Token) -> Bool {
    guard let source = watched[token] else { return false }
    read(source, times: Self.turn)
    return true
  }

  /// An attempt is over: takes what is left in its pipes and lets go of them, whoever may still hold the other ends.
  mutating func finish(_ key: AttemptKey) -> LogTotals? {
    guard logs[key] != nil else { return nil }
    for stream in Stream.allCases {
      let source = Source(key: key, stream: stream)
      read(source, times: Self.last)
      release(source)
    }
    guard var log = logs.removeValue(forKey: key) else { return nil }
    let now = banyan_boot_milliseconds()
    log.stdout.file.finish(now: now)
    log.stderr.file.finish(now: now)
    log.index.finish()
    return LogTotals(
      stdoutBytes: log.stdout.size, stderrBytes: log.stderr.size,
      lostBytes: log.stdout.file.lost + log.stderr.file.lost)
  }

  /// What a person should know since the last call.
  mutating func takeTrouble() -> [String] {
    defer { trouble = [] }
    return trouble
  }

  private mutating func read(_ source: Source, times: Int) {
    guard case .open(let pipe, _) = logs[source.key]?[source.stream].pipe else { return }
    for _ in 0..<times {
      let count = Glibc.read(pipe.number, buffer.baseAddress, buffer.count)
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN { return }
      guard count > 0 else { return release(source) }
      take(UnsafeRawBufferPointer(rebasing: buffer[..<count]), source)
      // A pipe that was not full is empty now.
      if count < buffer.count { return }
    }
  }

  private mutating func take(_ bytes: UnsafeRawBufferPointer, _ source: Source) {
    let (now, time) = (banyan_boot_milliseconds(), banyan_wall_milliseconds())
    let (key, stream) = (source.key, source.stream)
    let offset = logs[key]?[stream].file.size ?? 0
    if let words = logs[key]?[stream].file.write(bytes, now: now) ?? nil { trouble.append("\(key): \(words)") }
    if let words = logs[key]?.index.note(isStderr: stream == .stderr, offset: offset, time: time) ?? nil {
      trouble.append("\(key): \(words)")
    }
  }

  private mutating func release(_ source: Source) {
    guard case .open(let pipe, let token) = logs[source.key]?[source.stream].pipe else { return }
    if let token { watched[token] = nil }
    poller.close(pipe)
    logs[source.key]?[source.stream].pipe = .ended
  }
}

/// The ends from which a keeper reads what an attempt prints; nil where it prints into a file of its own. Whoever holds
/// the last of them lets go of them.
struct LogPipes {
  var stdout: Descriptor?
  var stderr: Descriptor?
}
