/// The memory of the machine, or of the control group that bounds this process, by what the kernel tells.
struct MemoryTable: Sendable {
  var group = ControlGroup()
  /// Where the kernel shows it; tests give a file of their own.
  var table = "/proc/meminfo"

  /// All memory and what is free of it, caches that give way included, in bytes; nil where the kernel doesn't say.
  func read() -> (total: Int64, available: Int64)? {
    let text = FileReading.text(of: table) ?? ""
    guard let total = Self.bytes("MemTotal:", in: text), let available = Self.bytes("MemAvailable:", in: text) else {
      return nil
    }
    guard let limit = group.memoryLimit(), limit < total else { return (total, available) }
    let used = group.memoryUse() ?? 0
    return (limit, max(0, min(available, limit - used)))
  }

  /// A line of the table in bytes.
  static func bytes(_ title: String, in table: String) -> Int64? {
    for line in table.split(separator: "\n") where line.hasPrefix(title) {
      let words = line.split(separator: " ")
      guard words.count == 3, words[2] == "kB", let kibibytes = Int64(words[1]) else { return nil }
      return kibibytes * 1024
    }
    return nil
  }
}
