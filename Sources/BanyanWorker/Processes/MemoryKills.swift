/// How many processes the kernel has killed because memory had run out, by its own count for the whole machine.
struct MemoryKills: Sendable {
  /// Where the kernel tells; another place in tests.
  var table = "/proc/vmstat"
  private var seen: Int64?

  init(table: String = "/proc/vmstat") {
    self.table = table
    seen = Self.count(FileReading.bytes(of: table))
  }

  /// Whether there were more since the last look. A kernel that doesn't count says no.
  mutating func haveRisen() -> Bool {
    guard let count = Self.count(FileReading.bytes(of: table)) else { return false }
    defer { seen = count }
    return count > seen ?? count
  }

  /// The line `oom_kill N`.
  static func count(_ text: [UInt8]?) -> Int64? {
    for line in text?.split(separator: UInt8(ascii: "\n")) ?? [] where line.starts(with: "oom_kill ".utf8) {
      return Int64(String(decoding: line.dropFirst(9), as: UTF8.self))
    }
    return nil
  }
}
