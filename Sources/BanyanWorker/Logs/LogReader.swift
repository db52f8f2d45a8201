import BanyanClient
import BanyanWire
import Glibc

/// Reads parts of tasks' log files for `request_log`. Nothing but the files of an attempt can be reached: the path is
/// made of an identifier and a number, and no link is followed. A log is made with its first byte, so one that is not
/// there is an empty one.
struct LogReader: Sendable {
  /// The most bytes in one answer: a worker's message may be 1 MiB, and base64 adds a third.
  static let maxBytes: Int64 = 512 << 10

  /// The folder that holds the logs.
  var folder: String

  /// The answer to a request; `isLive`: the attempt may still write.
  func answer(_ request: RequestLogPush, isLive: Bool) -> WorkerMessage {
    switch read(request) {
    case .success(let part):
      let isEnd = !isLive && part.offset + Int64(part.bytes.count) >= part.size
      return .log(LogMessage(id: request.id, data: part.bytes, offset: part.offset, size: part.size, end: isEnd))
    case .failure(let error):
      return .error(ErrorMessage(id: request.id, code: error.code, message: error.words))
    }
  }

  private struct Part {
    var bytes: [UInt8]
    var offset: Int64
    var size: Int64
  }

  private struct Refusal: Error {
    var code: Int
    var words: String
  }

  private func read(_ request: RequestLogPush) -> Result<Part, Refusal> {
    let key = AttemptKey(task: request.task, claimNumber: request.claimNumber)
    let attempt: Int32
    switch openFolder(key) {
    case .success(let descriptor?): attempt = descriptor
    case .success(nil): return .success(Part(bytes: [], offset: 0, size: 0))
    case .failure(let refusal): return .failure(refusal)
    }
    defer { close(attempt) }
    let file = openat(attempt, request.stream.rawValue, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard file >= 0 else {
      if errno == ENOENT { return .success(Part(bytes: [], offset: 0, size: 0)) }
      return .failure(Refusal(code: 404, words: "the log of \(key) can't be opened: \(ErrnoText.of(errno))"))
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return .failure(Refusal(code: 404, words: "the log of \(key) is no file"))
    }
    let size = Int64(status.st_size)
    let wanted = request.offset < 0 ? max(0, size.clampedSum(request.offset)) : request.offset
    // Beyond the end there is nothing yet: the reader hears how long the file is, and asks again.
    let offset = min(wanted, size)
    let count = Int(min(request.limit, Self.maxBytes, size - offset))
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let got = bytes.withUnsafeMutableBytes { room in
        pread(file, room.baseAddress.map { $0 + filled }, count - filled, off_t(offset) + off_t(filled))
      }
      if got < 0, errno == EINTR { continue }
      if got < 0 {
        return .failure(Refusal(code: 500, words: "the log of \(key) can't be read: \(ErrnoText.of(errno))"))
      }
      if got == 0 { break }  // It was cut meanwhile.
      filled += got
    }
    bytes.removeLast(count - filled)
    return .success(Part(bytes: bytes, offset: offset, size: size))
  }

  /// Step by step, so that a link in the middle isn't followed either.
  private func openFolder(_ key: AttemptKey) -> Result<Int32?, Refusal> {
    let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
    let top = open(folder, flags)
    guard top >= 0 else { return Self.missing("the folder of logs", key) }
    defer { close(top) }
    let task = openat(top, key.task.description, flags | O_NOFOLLOW)
    guard task >= 0 else { return Self.missing("the task's folder of logs", key) }
    defer { close(task) }
    let attempt = openat(task, "\(key.claimNumber)", flags | O_NOFOLLOW)
    guard attempt >= 0 else { return Self.missing("the attempt's folder of logs", key) }
    return .success(attempt)
  }

  /// One that nobody had to make yet holds nothing.
  private static func missing(_ what: String, _ key: AttemptKey) -> Result<Int32?, Refusal> {
    if errno == ENOENT { return .success(nil) }
    return .failure(Refusal(code: 404, words: "\(key): \(what) can't be opened: \(ErrnoText.of(errno))"))
  }
}
