import Glibc

/// The control group of this process, as far as it bounds cores and memory.
///
/// A limit holds for a group and all below it, so every group up to the root is looked at. Both hierarchies are known:
/// version 2, and the controllers of version 1.
struct ControlGroup: Sendable {
  /// Where the file system of groups is mounted, and that of processes; other places in tests.
  var mount = "/sys/fs/cgroup"
  var process = "/proc/self/cgroup"

  /// The strictest quota of processor time, in cores; nil: none.
  func coreQuota() -> Double? {
    var quotas: [Double] = []
    for folder in folders(controller: nil) {
      guard let words = FileReading.text(of: "\(folder)/cpu.max")?.split(separator: " "), words.count == 2,
        let quota = Double(words[0]), let period = Double(words[1]), period > 0
      else { continue }
      quotas.append(quota / period)
    }
    for folder in folders(controller: "cpu") {
      guard let quota = FileReading.text(of: "\(folder)/cpu.cfs_quota_us").flatMap(Double.init), quota > 0,
        let period = FileReading.text(of: "\(folder)/cpu.cfs_period_us").flatMap(Double.init), period > 0
      else { continue }
      quotas.append(quota / period)
    }
    return quotas.min()
  }

  /// The strictest limit of memory in bytes; nil: none.
  func memoryLimit() -> Int64? {
    var limits: [Int64] = []
    for folder in folders(controller: nil) {
      if let limit = FileReading.text(of: "\(folder)/memory.max").flatMap(Int64.init) { limits.append(limit) }
    }
    for folder in folders(controller: "memory") {
      if let limit = FileReading.text(of: "\(folder)/memory.limit_in_bytes").flatMap(Int64.init) {
        limits.append(limit)
      }
    }
    return limits.min()
  }

  /// What the group that is bounded most strictly uses in bytes, without caches that give way; nil: no bound, or the
  /// kernel doesn't say.
  func memoryUse() -> Int64? {
    var strictest: (limit: Int64, used: Int64)?
    func consider(_ folder: String, _ limitName: String, _ useName: String, _ cacheTitle: String) {
      guard let limit = FileReading.text(of: "\(folder)/\(limitName)").flatMap(Int64.init),
        let use = FileReading.text(of: "\(folder)/\(useName)").flatMap(Int64.init),
        limit <= strictest?.limit ?? .max
      else { return }
      let stat = FileReading.text(of: "\(folder)/memory.stat") ?? ""
      let cache = stat.split(separator: "\n").first { $0.hasPrefix(cacheTitle + " ") }?.split(separator: " ").last
      strictest = (limit, max(0, use - (cache.flatMap { Int64($0) } ?? 0)))
    }
    for folder in folders(controller: nil) { consider(folder, "memory.max", "memory.current", "inactive_file") }
    for folder in folders(controller: "memory") {
      consider(folder, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
    }
    return strictest?.used
  }

  /// The folder of this process's group in version 2; nil: it is not there, or not to be seen.
  func unifiedFolder() -> String? {
    let line = FileReading.text(of: process)?.split(separator: "\n").first { $0.hasPrefix("0::") }
    guard let path = line.map({ String($0.dropFirst(3)) }) else { return nil }
    return [mount, "\(mount)/unified"].map { path == "/" ? $0 : $0 + path }.first { folder in
      access("\(folder)/cgroup.controllers", F_OK) == 0
    }
  }

  /// The folders of this process's group and of those above it; without a controller those of version 2.
  private func folders(controller: String?) -> [String] {
    guard let text = FileReading.text(of: process) else { return [] }
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let controllers = parts[1].split(separator: ",")
      if let controller {
        guard controllers.contains(where: { $0 == controller }) else { continue }
        return Self.upwards(from: String(parts[2]), below: "\(mount)/\(controller)")
      }
      guard parts[0] == "0", parts[1].isEmpty else { continue }
      return Self.upwards(from: String(parts[2]), below: mount)
        + Self.upwards(from: String(parts[2]), below: "\(mount)/unified")
    }
    return []
  }

  private static func upwards(from path: String, below root: String) -> [String] {
    var folders = [root]
    var folder = root
    for part in path.split(separator: "/") {
      folder += "/\(part)"
      folders.append(folder)
    }
    return folders
  }
}
