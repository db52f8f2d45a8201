import Glibc

/// The folders of attempts, `TASK/ATTEMPT`, in which they ran or in which their logs lie: kept for some days, then
/// removed.
struct WorkFolders: Sendable {
  /// The folder that holds them.
  var folder: String

  /// Deeper trees are left alone: each level costs a descriptor while it is gone through.
  private static let deepest = 64

  /// Removes the folders in which nothing has changed since a moment (milliseconds since 1970), and returns how many.
  /// An attempt that still runs there is recognised by its processes.
  func removeUnused(since moment: Int64) -> Int {
    var removed = 0
    var used: Set<String>?
    for task in FolderReading.names(in: folder) {
      let inner = "\(folder)/\(task)"
      for attempt in FolderReading.names(in: inner) {
        let path = "\(inner)/\(attempt)"
        guard let changed = Self.lastChange(path), changed < moment else { continue }
        let busy = used ?? Self.foldersInUse()
        used = busy
        if busy.contains(where: { $0 == path || $0.hasPrefix(path + "/") }) { continue }
        if Self.remove(attempt, in: inner) { removed += 1 }
      }
      // Only an empty one goes.
      rmdir(inner)
    }
    return removed
  }

  /// The working folders of all processes that can be looked at.
  private static func foldersInUse() -> Set<String> {
    var folders: Set<String> = []
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    for pid in ProcessTable.pids() {
      let length = readlink("/proc/\(pid)/cwd", &buffer, buffer.count)
      guard length > 0 else { continue }
      folders.insert(String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
    return folders
  }

  private static func lastChange(_ path: String) -> Int64? {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return nil }
    var newest = status.st_mtim.tv_sec
    // A file that grows changes nothing of its folder.
    for name in FolderReading.names(in: path) where lstat("\(path)/\(name)", &status) == 0 {
      newest = max(newest, status.st_mtim.tv_sec)
    }
    return Int64(newest) * 1000
  }

  private static func remove(_ name: String, in folder: String) -> Bool {
    let above = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
    guard above >= 0 else { return false }
    defer { close(above) }
    return remove(name, in: above, depth: 0)
  }

  /// By descriptors, so that no link leads out of the tree.
  private static func remove(_ name: String, in above: Int32, depth: Int) -> Bool {
    if unlinkat(above, name, 0) == 0 { return true }
    guard errno == EISDIR, depth < deepest else { return false }
    let inner = openat(above, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
    guard inner >= 0 else { return false }
    guard let folder = fdopendir(inner) else {
      close(inner)
      return false
    }
    for entry in FolderReading.names(in: folder) { _ = remove(entry, in: inner, depth: depth + 1) }
    closedir(folder)
    return unlinkat(above, name, AT_REMOVEDIR) == 0
  }
}
