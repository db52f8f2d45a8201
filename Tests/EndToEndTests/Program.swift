import Foundation

/// A process that the test started: what it prints is gathered, and it can be killed.
final class Program: @unchecked Sendable {
  // Safe: the gathered bytes are only touched under `lock`.
  private let process = Process()
  private let lock = NSLock()
  private var bytes: (output: Data, errors: Data) = (Data(), Data())
  private let ended = DispatchSemaphore(value: 0)
  private let lines = DispatchSemaphore(value: 0)
  private let drained = DispatchGroup()

  init(
    _ program: String, _ arguments: [String], environment: [String: String], folder: URL, input: String?
  ) throws {
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = environment
    process.currentDirectoryURL = folder
    process.terminationHandler = { [ended] _ in ended.signal() }
    let (out, err, feed) = (try Channel(), try Channel(), try input.map { _ in try Channel() })
    process.standardOutput = out.handle(out.writeEnd)
    process.standardError = err.handle(err.writeEnd)
    process.standardInput = feed.map { $0.handle($0.readEnd) } ?? FileHandle.nullDevice
    gather(out.readEnd) { $0.bytes.output.append($1) }
    gather(err.readEnd) { $0.bytes.errors.append($1) }
    defer { [out.writeEnd, err.writeEnd, feed?.readEnd].forEach { if let end = $0 { close(end) } } }
    do { try process.run() } catch {
      if let feed { close(feed.writeEnd) }
      throw error
    }
    if let input, let feed {
      try FileHandle(fileDescriptor: feed.writeEnd, closeOnDealloc: true).write(contentsOf: Data(input.utf8))
    }
  }

  /// A pipe by its plain descriptors: each is closed at a place that can be read here. (Ends that Foundation's objects hold
  /// stay open as long as something holds these, and a run of many tests comes to thousands.)
  private struct Channel {
    let readEnd: Int32
    let writeEnd: Int32

    init() throws {
      var ends: [Int32] = [-1, -1]
      guard pipe(&ends) == 0 else { throw Site.Trouble("no pipe: \(String(cString: strerror(errno)))") }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      (readEnd, writeEnd) = (ends[0], ends[1])
    }

    func handle(_ end: Int32) -> FileHandle { FileHandle(fileDescriptor: end, closeOnDealloc: false) }
  }

  /// Reads a pipe to its end on a thread of its own, which closes it then.
  private func gather(_ descriptor: Int32, _ take: @escaping @Sendable (Program, Data) -> Void) {
    drained.enter()
    // POSIX: a `FileHandle` waits until it has all that it was asked for.
    Thread.detachNewThread { [self] in
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { break }
        let data = Data(buffer.prefix(count))
        lock.withLock { take(self, data) }
        lines.signal()
      }
      close(descriptor)
      drained.leave()
      lines.signal()
    }
  }

  var id: Int32 { process.processIdentifier }
  var isRunning: Bool { process.isRunning }
  var output: String { lock.withLock { String(decoding: bytes.output, as: UTF8.self) } }
  var errors: String { lock.withLock { String(decoding: bytes.errors, as: UTF8.self) } }

  /// The exit status, or 128 and the signal's number.
  var status: Int32 {
    process.terminationReason == .uncaughtSignal ? 128 + process.terminationStatus : process.terminationStatus
  }

  /// The first line of its output; nil: none came.
  func firstLine(within seconds: Double) -> String? {
    let end = DispatchTime.now() + seconds
    while true {
      if let index = output.firstIndex(of: "\n") { return String(output[..<index]) }
      guard lines.wait(timeout: end) == .success else { return nil }
    }
  }

  /// True if it ended in time, with all its output read.
  func waits(for seconds: Double) -> Bool {
    guard ended.wait(timeout: .now() + seconds) == .success else { return false }
    ended.signal()
    // A child that it left behind may hold the pipes open: what has come by now is all.
    _ = drained.wait(timeout: .now() + 2)
    return true
  }

  func kill(_ signal: Int32 = SIGKILL) {
    if process.isRunning { Foundation.kill(process.processIdentifier, signal) }
  }
}
