/// How much memory this process may use: the smaller of the machine's and its control group's limit.
enum MemoryAllowance {
  static func bytes(group: ControlGroup = ControlGroup(), table: String = "/proc/meminfo") -> Int64 {
    let machine = total(FileReading.text(of: table) ?? "")
    guard let limit = group.memoryLimit() else { return machine ?? 0 }
    return min(limit, machine ?? limit)
  }

  /// The total of `/proc/meminfo` in bytes.
  static func total(_ table: String) -> Int64? {
    for line in table.split(separator: "\n") where line.hasPrefix("MemTotal:") {
      let words = line.split(separator: " ")
      guard words.count == 3, words[2] == "kB", let kibibytes = Int64(words[1]) else { return nil }
      return kibibytes * 1024
    }
    return nil
  }
}
