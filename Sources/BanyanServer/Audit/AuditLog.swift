import BanyanStore
import Logging
import NIOCore
import Synchronization

import Glibc

/// Who did what: `audit.jsonl` in the data folder, a line of JSON an entry, readable by its owner alone. When it has
/// grown to 64 MiB it becomes `audit.1.jsonl`, in the place of the one before.
///
/// Entries are made where they happen and written on another thread, all that have gathered at once.
final class AuditLog: Sendable {
  /// Bytes from which on a new file is begun.
  private static let largest = 64 << 20

  private let path: String
  private let loop: any EventLoop
  private let clock: any Timekeeper
  private let logger: Logger
  private let gathered = Mutex<(lines: [UInt8], isScheduled: Bool)>(([], false))
  /// Only the first failure in a row is told.
  private let isFailing = Atomic(false)

  /// - Parameters:
  ///   - folder: the data folder, which exists.
  ///   - loop: where the file is written.
  init(folder: String, loop: any EventLoop, clock: any Timekeeper, logger: Logger) {
    path = "\(folder)/audit.jsonl"
    self.loop = loop
    self.clock = clock
    self.logger = logger
  }

  func note(_ entry: AuditEntry) {
    var line: [UInt8] = []
    entry.write(at: clock.wall, into: &line)
    line.append(UInt8(ascii: "\n"))
    let isFirst = gathered.withLock { gathered in
      gathered.lines.append(contentsOf: line)
      defer { gathered.isScheduled = true }
      return !gathered.isScheduled
    }
    if isFirst { loop.execute { self.write() } }
  }

  /// Writes what has gathered. The last entries before the end of the process are written by it too.
  func write() {
    let lines = gathered.withLock { gathered in
      defer { gathered = ([], false) }
      return gathered.lines
    }
    guard !lines.isEmpty else { return }
    if let trouble = append(lines) {
      if !isFailing.exchange(true, ordering: .relaxed) {
        logger.error("The audit log can't be written.", metadata: ["path": "\(path)", "error": "\(trouble)"])
      }
    } else {
      isFailing.store(false, ordering: .relaxed)
    }
  }

  /// What went wrong, if anything did.
  private func append(_ lines: [UInt8]) -> String? {
    let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { return String(cString: strerror(errno)) }
    defer { close(file) }
    var rest = lines[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        return String(cString: strerror(errno))
      }
      rest = rest.dropFirst(count)
    }
    guard lseek(file, 0, SEEK_END) >= Self.largest else { return nil }
    guard rename(path, path.replacingSuffix(".jsonl", with: ".1.jsonl")) == 0 else {
      return String(cString: strerror(errno))
    }
    return nil
  }
}

extension String {
  fileprivate func replacingSuffix(_ suffix: String, with other: String) -> String {
    hasSuffix(suffix) ? dropLast(suffix.count) + other : self
  }
}
