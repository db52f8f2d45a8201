import Foundation

/// A named pipe into which tasks print, and the moment at which a line of it comes.
final class NamedPipe {
  let path: String
  private let descriptor: Int32

  init() throws {
    path = NSTemporaryDirectory() + "/banyan-bench-\(UUID().uuidString)"
    guard mkfifo(path, 0o600) == 0 else { throw ServerProcess.StartError(description: "no named pipe at \(path)") }
    // Open for both, so that the end of a writer is no end of file.
    descriptor = open(path, O_RDWR | O_CLOEXEC)
  }

  deinit {
    close(descriptor)
    unlink(path)
  }

  /// Waits for a line; when it came.
  func line() throws -> ContinuousClock.Instant {
    var byte: UInt8 = 0
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while true {
      guard poll(&waiting, 1, 30_000) == 1, read(descriptor, &byte, 1) == 1 else {
        throw ServerProcess.StartError(description: "a task printed nothing for 30 s")
      }
      if byte == UInt8(ascii: "\n") { return ContinuousClock.now }
    }
  }
}
