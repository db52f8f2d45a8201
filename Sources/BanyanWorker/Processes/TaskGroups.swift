import CProcess
import Glibc

/// The control groups (version 2) in which attempts run, each in one of its own, where this user may make them: as root,
/// or in a unit of systemd with `Delegate=yes`.
///
/// By its group a process shows whose it is however it hides its descent, a whole tree is killed in one step that no
/// fork can outrun, and its processor time is counted by the kernel. Where no group can be made, sessions, parents and
/// environments tell nearly as much.
struct TaskGroups {
  /// The folder that holds them; nil: none can be made here.
  let folder: String?
  private var groups: Set<AttemptKey> = []
  /// Those that held a process that was still on its way out when their attempts were over.
  private var lingering: Set<AttemptKey> = []

  /// The folder, locked for as long as this keeper lives: whoever would take it away sees so.
  private let lock: Descriptor?

  private static let prefix = "banyan-"

  /// Makes the folder in the group of this process, and takes away those that keepers have left which are gone.
  init(own: ControlGroup = ControlGroup()) {
    let ticks = ProcessStat(pid: getpid())?.startTicks ?? 0
    let base = own.unifiedFolder()
    if let base { Self.removeLeft(in: base) }
    folder = base.flatMap { base in
      let folder = "\(base)/\(Self.prefix)\(getpid())-\(ticks)"
      guard mkdir(folder, 0o755) == 0 else { return nil }
      // The kernel before Linux 5.14 has groups, and no way to kill one.
      guard access("\(folder)/cgroup.kill", W_OK) == 0 else {
        rmdir(folder)
        return nil
      }
      return folder
    }
    lock = folder.flatMap(Self.locked)
    // Where the kernel counts memory for this folder, it shall do so for each attempt's.
    if let folder { Self.write("+memory", to: "\(folder)/cgroup.subtree_control") }
  }

  /// The folder, locked; nil: it can't be, or somebody else has.
  private static func locked(_ folder: String) -> Descriptor? {
    let number = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
    guard number >= 0 else { return nil }
    let descriptor = Descriptor(owning: number)
    return flock(number, LOCK_EX | LOCK_NB) == 0 ? descriptor : nil
  }

  /// Takes away what this user's keepers have left in a group that were killed and never started again. Those of
  /// keepers that live stay, as their locks say, or (of older versions) their processes; and so does a folder in which
  /// something runs, which its own keeper's next start ends.
  static func removeLeft(in base: String) {
    for name in FolderReading.names(in: base) where name.hasPrefix(prefix) {
      let numbers = name.dropFirst(prefix.count).split(separator: "-", omittingEmptySubsequences: false)
      guard numbers.count == 2, let pid = Int32(numbers[0]), let ticks = UInt64(numbers[1]) else { continue }
      let folder = "\(base)/\(name)"
      var status = stat()
      guard lstat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(),
        ProcessStat(pid: pid)?.startTicks != ticks, let lock = locked(folder)
      else { continue }
      _ = removeTree(folder)
      lock.close()
    }
  }

  /// Makes the group of an attempt. Whoever gets the descriptor of its folder closes it; 0: there is none.
  mutating func make(_ key: AttemptKey) -> Int32 {
    guard let path = path(of: key) else { return 0 }
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else { return 0 }
    groups.insert(key)
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor < 0 { remove(key) }
    return max(0, descriptor)
  }

  /// Where the group of an attempt is, if it has one.
  func place(of key: AttemptKey) -> String? { groups.contains(key) ? path(of: key) : nil }

  /// The attempt in whose group a process is.
  func attempt(of pid: Int32) -> AttemptKey? {
    guard let folder, let name = folder.split(separator: "/").last,
      let text = FileReading.text(of: "/proc/\(pid)/cgroup")
    else { return nil }
    for line in text.split(separator: "\n") where line.hasPrefix("0::") {
      let parts = line.dropFirst(3).split(separator: "/")
      guard let place = parts.firstIndex(of: name), parts.indices.contains(place + 1) else { return nil }
      // A task may have made groups in its own.
      return groups.first { Self.name(of: $0) == parts[place + 1] }
    }
    return nil
  }

  /// Kills all that is in the group of an attempt, in one step.
  func kill(_ key: AttemptKey) {
    guard let path = place(of: key) else { return }
    Self.write("1", to: "\(path)/cgroup.kill")
  }

  /// Processor time of all that ever ran in the group of an attempt, in seconds.
  func cpuSeconds(of key: AttemptKey) -> Double? { place(of: key).flatMap(Self.cpuSeconds(inGroup:)) }

  /// The same of a group by its folder.
  static func cpuSeconds(inGroup path: String) -> Double? {
    let title = "usage_usec "
    let line = FileReading.text(of: "\(path)/cpu.stat")?.split(separator: "\n").first { $0.hasPrefix(title) }
    return line.flatMap { Int64($0.dropFirst(title.count)) }.map { Double($0) / 1e6 }
  }

  /// How many processes the kernel has killed in a group because memory had run out. It counts this where the memory
  /// controller is handed down to the group; 0 elsewhere.
  static func memoryKills(inGroup path: String) -> Int64 {
    let title = "oom_kill "
    let text = FileReading.text(of: "\(path)/memory.events")
    let line = text?.split(separator: "\n").first { $0.hasPrefix(title) }
    return line.flatMap { Int64($0.dropFirst(title.count)) } ?? 0
  }

  /// The processes in a group by its folder, those in groups below it aside.
  static func processes(inGroup path: String) -> [Int32] {
    FileReading.text(of: "\(path)/cgroup.procs")?.split(separator: "\n").compactMap { Int32($0) } ?? []
  }

  /// An attempt is over: its group goes, now or, where something still dies in it, with a later one.
  mutating func remove(_ key: AttemptKey) {
    for key in lingering where path(of: key).map(Self.removeTree) ?? true { lingering.remove(key) }
    guard groups.remove(key) != nil, let path = path(of: key) else { return }
    if rmdir(path) != 0, !Self.removeTree(path) { lingering.insert(key) }
  }

  /// The keeper is done: all groups go, and the folder that holds them.
  func close() {
    if let folder { _ = Self.removeTree(folder) }
  }

  private func path(of key: AttemptKey) -> String? { folder.map { "\($0)/\(Self.name(of: key))" } }

  private static func name(of key: AttemptKey) -> String { "\(key.task)-\(key.claimNumber)" }

  // MARK: What a killed keeper has left

  /// Ends all that is in the groups of a keeper that is gone, and removes them.
  /// - Parameter patience: milliseconds for which their end is waited for.
  static func end(_ folder: String, patience: Int32) {
    // It comes from this user's own file; all the same nothing but such a folder is touched.
    guard banyan_is_control_group(folder) == 1,
      folder.split(separator: "/").last?.hasPrefix(prefix) == true, write("1", to: "\(folder)/cgroup.kill")
    else { return }
    let events = open("\(folder)/cgroup.events", O_RDONLY | O_CLOEXEC)
    guard events >= 0 else { return }
    defer { Glibc.close(events) }
    let until = banyan_boot_milliseconds() + Int64(patience)
    while lseek(events, 0, SEEK_SET) == 0, let text = FileReading.bytes(from: events, limit: 4096),
      String(decoding: text, as: UTF8.self).contains("populated 1")
    {
      let left = until - banyan_boot_milliseconds()
      var waiting = pollfd(fd: events, events: Int16(POLLPRI), revents: 0)
      guard left > 0, poll(&waiting, 1, Int32(clamping: left)) >= 0 || errno == EINTR else { break }
    }
    _ = removeTree(folder)
  }

  /// Removes a group and those below it; false: something is still in one of them.
  private static func removeTree(_ path: String) -> Bool {
    for name in FolderReading.names(in: path) {
      var status = stat()
      let inner = "\(path)/\(name)"
      guard lstat(inner, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { continue }
      _ = removeTree(inner)
    }
    return rmdir(path) == 0 || errno == ENOENT
  }

  @discardableResult
  private static func write(_ text: String, to path: String) -> Bool {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { Glibc.close(descriptor) }
    var text = text
    return text.withUTF8 { Glibc.write(descriptor, $0.baseAddress, $0.count) == $0.count }
  }
}
