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
    let (out, err) = (Pipe(), Pipe())
    process.standardOutput = out
    process.standardError = err
    let feed = input.map { _ in Pipe() }
    process.standardInput = feed ?? FileHandle.nullDevice
    process.terminationHandler = { [ended] _ in ended.signal() }
    gather(out) { $0.bytes.output.append($1) }
    gather(err) { $0.bytes.errors.append($1) }
    try process.run()
    if let input, let feed {
      feed.fileHandleForWriting.write(Data(input.utf8))
      try feed.fileHandleForWriting.close()
    }
  }

  /// Reads a pipe to its end on a thread of its own.
  private func gather(_ pipe: Pipe, _ take: @escaping @Sendable (Program, Data) -> Void) {
    drained.enter()
    // POSIX: a `FileHandle` waits until it has all that it was asked for.
    Thread.detachNewThread { [self] in
      let descriptor = pipe.fileHandleForReading.fileDescriptor
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { break }
        let data = Data(buffer.prefix(count))
        lock.withLock { take(self, data) }
        lines.signal()
      }
      withExtendedLifetime(pipe) {}
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
