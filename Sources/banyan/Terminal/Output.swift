import BanyanTerminal
import Glibc

/// The two ways out: results on standard output, everything else on standard error.
///
/// By the system's own calls, without a buffer: what was printed is out, in UTF-8 whatever the locale says.
enum Output {
  /// A result, and the end of its line.
  static func result(_ text: String) { write(Array((text + "\n").utf8), to: 1) }

  /// Bytes of a result as they are.
  static func result(bytes: [UInt8]) { write(bytes, to: 1) }

  /// A remark for the person at the terminal.
  static func remark(_ text: String) { write(Array((text + "\n").utf8), to: 2) }

  /// A part of a line for the person at the terminal, as progress is.
  static func progress(_ text: String) { write(Array(text.utf8), to: 2) }

  /// An error that doesn't end the command.
  static func complaint(_ text: String) { remark("banyan: \(Escaping.shown(text, keepingLines: true))") }

  private static func write(_ bytes: [UInt8], to file: Int32) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { systemWrite(file, $0.baseAddress.map { $0 + written }, $0.count - written) }
      if count < 0 {
        if errno == EINTR { continue }
        if errno == EAGAIN {
          var waiting = pollfd(fd: file, events: Int16(POLLOUT), revents: 0)
          _ = poll(&waiting, 1, -1)
          continue
        }
        // Whoever read it is gone (as `head` is), or the disk is full. Without an output there is no way to say so,
        // but by the status.
        if file == 1 { exit(errno == EPIPE ? 141 : 74) }
        return
      }
      written += count
    }
  }
}

private func systemWrite(_ file: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
  write(file, buffer, count)
}
