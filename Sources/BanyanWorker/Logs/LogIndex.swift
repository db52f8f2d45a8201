import BanyanClient
import Glibc

/// When which stream of an attempt went on, and where: by it both can be read in the order in which they were written.
///
/// A text file of its own beside the two: the first line is `banyan-log-index 1`; each further one is
/// `TIME o|e OFFSET`: at TIME (milliseconds since 1970) standard output (o) or error (e) went on at OFFSET of its log.
/// What came up to the next line of the same stream came then. An index of a single line is not written: it would say
/// no more than the log does.
struct LogIndex {
  static let name = "index"
  static let header = "banyan-log-index 1\n"
  /// What follows in the same stream within so many milliseconds gets no line of its own.
  static let resolution: Int64 = 10
  /// After so many lines there are no more: the last one covers the rest.
  static let maxLines = 1 << 20

  private let path: String
  private var descriptor: Int32 = -1
  private var lines = 0
  private var last: (time: Int64, isStderr: Bool)?
  private var first = ""

  init(folder: String) { path = "\(folder)/\(Self.name)" }

  /// A stream went on at an offset. Returns what a person should know, in words, once.
  mutating func note(isStderr: Bool, offset: Int64, time: Int64) -> String? {
    if let last, last.isStderr == isStderr, (0..<Self.resolution).contains(time - last.time) { return nil }
    guard lines < Self.maxLines else { return nil }
    last = (time, isStderr)
    lines += 1
    let line = "\(time) \(isStderr ? "e" : "o") \(offset)\n"
    if lines == 1 {
      first = line
      return nil
    }
    if lines == 2 {
      descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
      guard descriptor >= 0 else { return give(up: errno) }
      return append(Self.header + first + line)
    }
    return append(line)
  }

  mutating func finish() {
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
  }

  private mutating func append(_ text: String) -> String? {
    var text = text
    let (count, wanted) = text.withUTF8 { (write(descriptor, $0.baseAddress, $0.count), $0.count) }
    if count < 0, errno == EINTR { return append(text) }
    return count == wanted ? nil : give(up: count < 0 ? errno : ENOSPC)
  }

  /// An index with a hole would put what follows into the wrong place.
  private mutating func give(up error: Int32) -> String {
    finish()
    lines = Self.maxLines
    return "\(path) cannot be written (\(ErrnoText.of(error))): the order of the streams is lost from here on"
  }
}
