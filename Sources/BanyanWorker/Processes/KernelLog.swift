import Glibc

/// What the kernel says of the processes that it kills because memory has run out, each by its number.
///
/// Its counters for the machine, or for a control group that others are in, say that somebody was killed, not who. So
/// the word is taken from its log (`/dev/kmsg`), where this user may read it, and only where its numbers of processes
/// are this process's own: in a container with numbers of its own another process would be meant.
final class KernelLog {
  /// What becomes ready when the kernel says something; nil: its log can't be read here.
  let descriptor: Descriptor?

  /// The space of process numbers that the kernel's log speaks of (PROC_PID_INIT_INO).
  private static let firstNumberSpace: ino_t = 0xEFFF_FFFC

  /// Reads what is said from now on.
  init(path: String = "/dev/kmsg", numbers: String = "/proc/self/ns/pid") {
    var status = stat()
    guard stat(numbers, &status) == 0, status.st_ino == Self.firstNumberSpace else {
      descriptor = nil
      return
    }
    let number = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    descriptor = number < 0 || lseek(number, 0, SEEK_END) < 0 ? nil : Descriptor(owning: number)
    if descriptor == nil, number >= 0 { close(number) }
  }

  /// The processes that were killed since the last look.
  func takeKilled() -> [Int32] {
    guard let descriptor else { return [] }
    var killed: [Int32] = []
    // A reading gives one record. What is said faster than it is read ends with the turn, and comes with the next.
    for _ in 0..<1_000 {
      var result = 0
      let record = [UInt8](unsafeUninitializedCapacity: 8192) { buffer, count in
        result = read(descriptor.number, buffer.baseAddress, buffer.count)
        count = max(0, result)
      }
      // EPIPE: records were written over before they could be read.
      if result < 0, errno == EINTR || errno == EPIPE { continue }
      guard result > 0 else { break }
      if let pid = Self.killed(in: record), !killed.contains(pid) { killed.append(pid) }
    }
    return killed
  }

  /// The process that a record says is killed: `PRIORITY,NUMBER,TIME,FLAGS;TEXT`, where the text is the choice
  /// (`oom-kill:constraint=...,task=NAME,pid=N,uid=N`) or the deed (`Out of memory: Killed process N (NAME)`).
  ///
  /// A name is a program's own word: what follows it is looked for from the end, and what comes before it from the start.
  static func killed(in record: [UInt8]) -> Int32? {
    let line = record.prefix { $0 != UInt8(ascii: "\n") }
    guard let sign = line.firstIndex(of: UInt8(ascii: ";")) else { return nil }
    // A facility above 0 is not the kernel's.
    guard let comma = line.firstIndex(of: UInt8(ascii: ",")), comma < sign,
      let priority = Int(String(decoding: line[..<comma], as: UTF8.self)), priority < 8
    else { return nil }
    let text = String(decoding: line[(sign + 1)...], as: UTF8.self)
    if text.hasPrefix("oom-kill:") {
      let fields = text.split(separator: ",").suffix(2)
      guard fields.count == 2, let field = fields.first, field.hasPrefix("pid=") else { return nil }
      return Int32(field.dropFirst(4))
    }
    for start in ["Out of memory: Killed process ", "Memory cgroup out of memory: Killed process "]
    where text.hasPrefix(start) {
      return Int32(text.dropFirst(start.count).prefix { $0.isASCII && $0.isNumber })
    }
    return nil
  }
}
