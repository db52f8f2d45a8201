import BanyanStore
import Logging
import NIOCore
import Synchronization

/// Who did what: `audit.jsonl` in the data folder, a line of JSON an entry, readable by its owner alone. When it has
/// grown to 64 MiB it becomes `audit.1.jsonl`, in the place of the one before.
///
/// Entries are made where they happen and written on another thread, all that have gathered at once.
final class AuditLog: Sendable {
  /// Bytes from which on a new file is begun.
  private static let maxFileBytes = 64 << 20

  private let file: Mutex<RotatedFile>
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
  init(
    folder: String, files: any FileSystem = LocalFileSystem(), loop: any EventLoop, clock: any Timekeeper,
    logger: Logger
  ) {
    let file = RotatedFile(folder: folder, name: "audit", maxLength: Self.maxFileBytes, files: files)
    path = file.path
    self.file = Mutex(file)
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

  /// Writes what has gathered. The last entries before the end of the process are written by it too. What can't be
  /// written is lost: nobody waits for the audit log, and a disk that is full has room for none of it.
  func write() {
    file.withLock { file in
      // Behind the lock, so that what was noted first is written first.
      let lines = gathered.withLock { gathered in
        defer { gathered = ([], false) }
        return gathered.lines
      }
      guard !lines.isEmpty else { return }
      do throws(FileError) {
        try file.append(lines)
        isFailing.store(false, ordering: .relaxed)
      } catch {
        guard !isFailing.exchange(true, ordering: .relaxed) else { return }
        logger.error("The audit log can't be written.", metadata: ["path": "\(path)", "error": "\(error)"])
      }
    }
  }
}
