/// How much memory this process may use: the smaller of the machine's and its control group's limit.
enum MemoryAllowance {
  static func bytes(group: ControlGroup = ControlGroup(), table: String = "/proc/meminfo") -> Int64 {
    let machine = MemoryTable.bytes("MemTotal:", in: FileReading.text(of: table) ?? "")
    guard let limit = group.memoryLimit() else { return machine ?? 0 }
    return min(limit, machine ?? limit)
  }
}
