import BanyanClient
import Glibc

/// One stream of an attempt on its way into its file. Whatever happens to the file or its disk, the stream is taken:
/// what can't be kept is counted, and the file says where it is missing.
///
/// The file is made with the first byte. Beyond the limit the last ``keptEnd`` bytes are remembered, and written when
/// the stream ends: how a run that printed too much came to its end is what a person wants to read.
struct LogFile {
  /// Of what does not fit, the last so many bytes are kept.
  static let keptEnd = 64 << 10
  /// How often, in milliseconds, it is looked whether the file is still there, and whether a full disk has room again.
  static let lookInterval: Int64 = 1_000

  private let path: String
  private let limit: Int64
  private var descriptor: Int32 = -1
  /// How many bytes are in the file.
  private(set) var size: Int64 = 0
  /// How many bytes are in no file.
  private(set) var lost: Int64 = 0
  private var gap: Gap?
  private var lookedAt: Int64 = .min

  /// Why the stream is not written at present.
  private struct Gap {
    var reason: String
    /// It may end by itself, as that of a full disk; a limit doesn't.
    var mayEnd: Bool
    /// The newest bytes of it.
    var end: [UInt8] = []
    /// How many bytes went before those, and are lost.
    var left: Int64 = 0
    var triedAt: Int64
  }

  /// A stream that has not begun. Nothing is made.
  init(path: String, limit: Int64) {
    self.path = path
    self.limit = limit
  }

  /// Takes bytes. Returns what a person should know, in words, once for each trouble.
  /// - Parameter now: milliseconds on the boot clock.
  mutating func write(_ bytes: UnsafeRawBufferPointer, now: Int64) -> String? {
    if gap != nil {
      let isTime = gap.map { $0.mayEnd && now - $0.triedAt >= Self.lookInterval } ?? false
      guard isTime, mend(now: now) else {
        hold(bytes[...])
        return nil
      }
    }
    if descriptor >= 0, lookedAt.clampedSum(Self.lookInterval) <= now { look(now: now) }
    if descriptor < 0, let error = open(now: now) { return begin(error, bytes[...], now: now) }
    let room = bytes.prefix(Int(clamping: max(0, limit - size)))
    let (written, error) = append(room)
    let rest = bytes[(bytes.startIndex + written)...]
    if let error { return begin(ErrnoText.of(error), rest, now: now) }
    guard !rest.isEmpty else { return nil }
    gap = Gap(reason: "the log is limited to \(limit) bytes", mayEnd: false, triedAt: now)
    hold(rest)
    return "\(path) is longer than \(limit) bytes: of what follows only the end is kept"
  }

  /// The stream has ended: the end of what did not fit is written, if it can be.
  mutating func finish(now: Int64) {
    if gap != nil, !mend(now: now) {
      lost += (gap?.left ?? 0) + Int64(gap?.end.count ?? 0)
      gap = nil
    }
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
  }

  // MARK: Gaps

  private mutating func begin(_ reason: String, _ bytes: Slice<UnsafeRawBufferPointer>, now: Int64) -> String {
    gap = Gap(reason: reason, mayEnd: true, triedAt: now)
    hold(bytes)
    return "\(path) cannot be written (\(reason)): the output is dropped until it can"
  }

  private mutating func hold(_ bytes: Slice<UnsafeRawBufferPointer>) {
    guard var gap else { return }
    // Twice the room, so that not every write moves what is kept.
    gap.end.append(contentsOf: bytes.suffix(Self.keptEnd))
    gap.left += Int64(max(0, bytes.count - Self.keptEnd))
    if gap.end.count > 2 * Self.keptEnd {
      let surplus = gap.end.count - Self.keptEnd
      gap.end.removeFirst(surplus)
      gap.left += Int64(surplus)
    }
    self.gap = gap
  }

  /// Writes down what is missing and what follows it. False: it can't be written yet.
  private mutating func mend(now: Int64) -> Bool {
    guard var gap else { return true }
    self.gap = nil
    gap.triedAt = now
    let surplus = max(0, gap.end.count - Self.keptEnd)
    gap.end.removeFirst(surplus)
    gap.left += Int64(surplus)
    if descriptor < 0, open(now: now) != nil {
      self.gap = gap
      return false
    }
    let word = gap.left > 0 ? "\n[banyan: \(gap.left) bytes are missing here: \(gap.reason)]\n" : ""
    let (written, error) = append(Array(word.utf8) + gap.end)
    guard error == nil else {
      // Half a remark is no gap: what was written of it stays, and the rest comes with the next try.
      gap.end.removeFirst(max(0, written - word.utf8.count))
      self.gap = gap
      return false
    }
    lost += gap.left
    return true
  }

  // MARK: The file

  /// Opens the file, making it where it is missing; the trouble in words.
  private mutating func open(now: Int64) -> String? {
    let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW
    lookedAt = now
    descriptor = Glibc.open(path, flags, 0o600)
    if descriptor < 0, errno == ENOENT, let slash = path.lastIndex(of: "/") {
      if let error = Folders.make(String(path[..<slash])) { return ErrnoText.of(error) }
      descriptor = Glibc.open(path, flags, 0o600)
    }
    return descriptor < 0 ? ErrnoText.of(errno) : nil
  }

  /// Whoever removes or cuts a log wants the room back: a removed file is let go of, and another made.
  private mutating func look(now: Int64) {
    lookedAt = now
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return }
    let remark: String
    if status.st_nlink == 0 {
      close(descriptor)
      descriptor = -1
      remark = "[banyan: \(size) bytes are missing here: the log was removed]\n"
      size = 0
      guard open(now: now) == nil else { return }
    } else if Int64(status.st_size) < size {
      remark = "[banyan: \(size - Int64(status.st_size)) bytes are missing here: the log was cut]\n"
      size = Int64(status.st_size)
    } else {
      return
    }
    _ = append(Array(remark.utf8))
  }

  /// How many bytes were written, and the error that kept the rest out.
  private mutating func append(_ bytes: some Collection<UInt8>) -> (written: Int, error: Int32?) {
    let result: (Int, Int32?)? = bytes.withContiguousStorageIfAvailable { write($0) }
    let (written, error) = result ?? Array(bytes).withUnsafeBufferPointer { write($0) }
    size += Int64(written)
    return (written, error)
  }

  private func write(_ bytes: UnsafeBufferPointer<UInt8>) -> (Int, Int32?) {
    var written = 0
    while written < bytes.count {
      let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
      if count < 0 {
        if errno == EINTR { continue }
        return (written, errno)
      }
      written += count
    }
    return (written, nil)
  }
}
